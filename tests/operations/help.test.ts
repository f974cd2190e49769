import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { scripts } from '../../package.json';
import { holdsFor } from '../proof/sample';

const root = join(__dirname, '../..');
const tsx = join(root, 'node_modules/.bin/tsx');
const run = promisify(execFile);

/** Our own commands: what runs a file of this project. */
const commands = Object.entries(scripts).flatMap(([name, script]) => {
  const [, file] = /(?:^tsx|--import tsx) (\S+\.ts)$/.exec(script) ?? [];
  return file ? [[name, join(root, file)] as const] : [];
});

/** Help is read at a glance: it fits on a small screen. */
const MOST_LINES = 40;

/** What commands write: the documents made from tables, and what is built. */
const written = ['docs/policy/policy.md', 'docs/policy/policy.html', 'docs/operations.md', '.'];
const changedAt = () => written.map((file) => statSync(join(root, file)).mtimeMs);

it('every command says with --help how it is called, ends with 0, and changes nothing', async () => {
  expect(commands.length).toBeGreaterThan(10);
  const before = changedAt();
  await holdsFor(commands, 2, async ([name, file]) => {
    const folder = mkdtempSync(join(tmpdir(), 'help-'));
    const { stdout, stderr } = await run(tsx, ['--tsconfig', join(root, 'tsconfig.json'), file, '--help'], {
      cwd: folder,
    });
    expect({ [name]: stderr }).toEqual({ [name]: '' });
    expect({ [name]: stdout.length > 0 }).toEqual({ [name]: true });
    expect({ [name]: stdout.split('\n').length < MOST_LINES }).toEqual({ [name]: true });
    expect({ [name]: readdirSync(folder) }).toEqual({ [name]: [] });
  });
  expect(changedAt()).toEqual(before);
});
