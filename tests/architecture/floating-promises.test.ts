import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(__dirname, '../..');
const linter = join(root, 'node_modules/@biomejs/biome/bin/biome');

type Finding = { category: string; location: { path: string; start: { line: number } } };

/** Lints a folder with the rules of the project; answers `rule file:line` of everything about promises. */
function promisesFound(folder: string): Promise<string[]> {
  const request = [linter, 'lint', '.', '--reporter=json', '--max-diagnostics=none'];
  return new Promise((done, fail) => {
    execFile(process.execPath, request, { cwd: folder, maxBuffer: 2 ** 26 }, (_, said, trouble) => {
      if (!said) return fail(new Error(trouble));
      const { diagnostics } = JSON.parse(said) as { diagnostics: Finding[] };
      const about = diagnostics.filter(({ category }) => category.endsWith('Promises'));
      done(
        about.map(
          ({ category, location }) => `${category.split('/').at(-1)} ${location.path}:${location.start.line}`,
        ),
      );
    });
  });
}

/** A whole statement that waits for one of the parts of the service, and does nothing else with it. */
const waits = /^(\s*(?:if \(.*\) )?)await (?=(?:\w+\.)?(?:table|objects|policy|ring|queue)\.)(.*\);)$/;

/** A loop that starts work and waits for none of it. */
const loop = [
  "import type { Deps } from './deps';",
  'export function endAll({ table }: Deps, keys: { pk: string; sk: string }[]): void {',
  '  keys.forEach(async (Key) => {',
  '    await table.write({ Delete: { Key } });',
  '  });',
  '}',
];

/** Every statement of the service that waits, without its `await`. */
const planted: string[] = [];
let found: string[];

/** One lint of a copy of the service that has every fault: it reads the types of the whole, whatever it looks for. */
beforeAll(async () => {
  const copy = await mkdtemp(join(tmpdir(), 'promises-'));
  try {
    for (const part of ['biome.json', 'tsconfig.json', 'functions', 'lib'])
      await cp(join(root, part), join(copy, part), { recursive: true });
    for (const file of await readdir(copy, { recursive: true })) {
      if (!file.endsWith('.ts')) continue;
      const lines = (await readFile(join(copy, file), 'utf8')).split('\n');
      const without = lines.map((line, index) => {
        if (!waits.test(line) || line.includes('.catch(')) return line;
        planted.push(`noFloatingPromises ${file}:${index + 1}`);
        return line.replace(waits, '$1$2');
      });
      await writeFile(join(copy, file), without.join('\n'));
    }
    await writeFile(join(copy, 'lib', 'planted.ts'), loop.join('\n'));
    found = await promisesFound(copy);
  } finally {
    await rm(copy, { recursive: true });
  }
});

it('the lint names every statement of the service that no longer waits for the table, a queue or a file', () => {
  expect(planted.length).toBeGreaterThan(15);
  expect(planted.filter((one) => !found.includes(one))).toEqual([]);
});

it('the lint names a loop that starts work and waits for none of it', () => {
  expect(found.filter((one) => one.startsWith('noMisusedPromises'))).toEqual([
    'noMisusedPromises lib/planted.ts:3',
  ]);
});
