import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(__dirname, '..', '..');
/** What a machine takes: milliseconds, the weight of code, seconds that something took, how often as long. */
const measured =
  /\d ?(ms|µs|kB|MB)\b|\b(ready after|takes?|took) (about )?\d[\d.]* s\b|\d times (as (long|fast|much)|slower|faster|them)/;

const documents = [
  'README.md',
  'README.en.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...['docs', 'functions', 'infra', 'lib'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.md'))
      .map((file) => join(folder, file)),
  ),
]
  // The rows of operations have limits, which are no measures; the other two are about what was measured, and say where.
  .filter((file) => !['docs/operations.md', 'docs/scale.md', 'docs/drill.md'].includes(file));

it.each(documents)(
  '%s says no time, weight or ratio of a machine: those are what the bench prints',
  (file) => {
    const lines = readFileSync(join(root, file), 'utf8').split('\n');
    expect(lines.filter((line) => measured.test(line))).toEqual([]);
  },
);

it('the README leaves open how soon the service is ready, which it says itself', () => {
  expect(readFileSync(join(root, 'README.md'), 'utf8')).toContain('用了 … 秒');
  expect(readFileSync(join(root, 'README.en.md'), 'utf8')).toContain('is ready after … s.');
});
