import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { canPrint } from '../leliao/printing';

const root = join(__dirname, '../..');
const MB = 1_000_000;
const MOST_MB = 330;
const LARGE_MB = 10;

/** Bytes of every package below a folder of packages, by its name; those inside others under their own. */
function sizesIn(folder: string, sizes = new Map<string, number>()): Map<string, number> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (!entry.isDirectory() || entry.name === '.bin') continue;
    const path = join(folder, entry.name);
    if (entry.name.startsWith('@'))
      for (const name of readdirSync(path)) add(`${entry.name}/${name}`, join(path, name), sizes);
    else add(entry.name, path, sizes);
  }
  return sizes;
}

function add(name: string, path: string, sizes: Map<string, number>): void {
  let bytes = 0;
  const look = (folder: string) => {
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      const inside = join(folder, entry.name);
      if (entry.isDirectory() && entry.name === 'node_modules') sizesIn(inside, sizes);
      else if (entry.isDirectory()) look(inside);
      else bytes += lstatSync(inside).size;
    }
  };
  look(path);
  sizes.set(name, Math.max(bytes, sizes.get(name) ?? 0));
}

/** The packages that a part of the page names in its table; `*` stands for a machine. */
function namedUnder(heading: string): string[] {
  const page = readFileSync(join(root, 'docs/packages.md'), 'utf8');
  const [, part = ''] = page.split(`## ${heading}\n`);
  const rows = (part.split('\n## ')[0] ?? '').split('\n').filter((line) => line.startsWith('| `'));
  return rows.flatMap((row) =>
    [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name = '']) => name),
  );
}

const fits = (named: string) => (name: string) =>
  named.endsWith('*') ? name.startsWith(named.slice(0, -1)) : name === named;

/** Large packages that the page does not name, and names on the page that are no large package. */
function differences(sizes: Map<string, number>, named: string[]) {
  const large = [...sizes].filter(([, bytes]) => bytes > LARGE_MB * MB).map(([name]) => name);
  return {
    'large and not named': large.filter((name) => !named.some((one) => fits(one)(name))),
    'named and not large': named.filter((one) => !large.some(fits(one))),
  };
}
const none = { 'large and not named': [], 'named and not large': [] };

describe('what npm installs', () => {
  it(`is at most ${MOST_MB} MB, and docs/packages.md says of each large package why it is here`, () => {
    const sizes = sizesIn(join(root, 'node_modules'));
    const all = [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0);
    expect(all / MB).toBeLessThanOrEqual(MOST_MB);
    expect(all / MB).toBeGreaterThan(MOST_MB / 2);
    expect(differences(sizes, namedUnder('What is large, and why it is here'))).toEqual(none);
    if (canPrint)
      expect(differences(sizesIn(join(root, 'printing/node_modules')), namedUnder('What prints'))).toEqual(
        none,
      );
  });

  it('runs no script of a package, of which docs/packages.md names every one that has one', () => {
    const scripted = ['.', 'printing'].flatMap((folder) => {
      expect(readFileSync(join(root, folder, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
      const { packages } = JSON.parse(readFileSync(join(root, folder, 'package-lock.json'), 'utf8'));
      return Object.entries<{ hasInstallScript?: boolean }>(packages)
        .filter(([, { hasInstallScript }]) => hasInstallScript)
        .map(([path]) => path.split('node_modules/').at(-1) ?? '');
    });
    expect(scripted.sort()).toEqual(namedUnder('Scripts that do not run').sort());
  });

  it('is nothing that its maintainers have given up, of which npm would warn', () => {
    for (const folder of ['.', 'printing']) {
      const { packages } = JSON.parse(readFileSync(join(root, folder, 'package-lock.json'), 'utf8'));
      const entries = Object.entries<{ deprecated?: string }>(packages);
      expect(entries.filter(([, { deprecated }]) => deprecated !== undefined)).toEqual([]);
    }
  });
});
