import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(__dirname, '../..');

it('does not compile an attribute without a kind, a kind without purpose or period (K7), a field of a card with something left out (C1, C2), an entry about data without its kinds (S9), a drill by real channels (B9), or a call that the tables forbid', async () => {
  const files = await Promise.all(
    ['entity.ts', 'client.ts', 'card-field.ts', 'ledger.ts', 'notice.ts'].map((file) =>
      readFile(join(__dirname, file), 'utf8'),
    ),
  );
  expect(files.map((text) => text.match(/@ts-expect-error/g)?.length)).toEqual([15, 7, 16, 5, 5]);
  // The compiler fails both on an error and on a mark without one.
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  // Without the other tests, which are half of the project: `npm run check` compiles all of it. On one thread the compiler
  // does everything once: more of them check the same types beside one another.
  const args = [compiler, '--singleThreaded', '--project', __dirname];
  await expect(run(process.execPath, args)).resolves.toMatchObject({ stdout: '' });
});
