import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { proofs } from './proofs';

const root = join(__dirname, '../..');
const text = (file: string) => readFileSync(join(root, file), 'utf8');

describe('npm run proof', () => {
  it('is in docs/proofs.md with every proof and what it shows', () => {
    const rows = Object.entries(proofs).map(([name, { shows }]) => `| \`${name}\` | ${shows} |`);
    const missing = rows.filter((row) => !text('docs/proofs.md').includes(row));
    expect({ 'rows that docs/proofs.md lacks': missing }).toEqual({ 'rows that docs/proofs.md lacks': [] });
  });

  it('has a name for every file that takes a sample in npm test, and for no other', () => {
    const tests = readdirSync(join(root, 'tests'), { recursive: true, encoding: 'utf8' });
    const sampled = tests
      .map((file) => `tests/${file}`)
      .filter((file) => file.endsWith('.test.ts') && /^import .*proof\/sample';$/m.test(text(file)));
    // A program goes through the whole by itself, and its file takes no part of it.
    const named = Object.values(proofs).flatMap(({ file, program }) => (program ? [] : [file]));
    expect({ 'in tests/proof/proofs.ts': named.sort() }).toEqual({
      'in tests/proof/proofs.ts': sampled.sort(),
    });
  });
});
