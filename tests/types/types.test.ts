import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const root = join(__dirname, '../..');

it('does not compile an attribute without a kind, nor a kind without purpose or period (K7)', async () => {
  const marked = (await readFile(join(__dirname, 'entity.ts'), 'utf8')).match(/@ts-expect-error/g);
  expect(marked).toHaveLength(10);
  // The compiler fails both on an error and on a mark without one.
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  await expect(run(process.execPath, [compiler, '--project', root])).resolves.toMatchObject({ stdout: '' });
}, 120_000);
