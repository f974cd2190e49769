import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { type FoundService, findService } from '../../infra/local/find-service';
import { scripts } from '../../package.json';
import { holdsFor, inProofAlone } from '../proof/sample';
import { blocksOf, commandsOf, documents, root, textOf } from './blocks';
import { unknownIn } from './known';
import { runDocument, type Where } from './run';

const blocks = documents.flatMap((document) => blocksOf(document));
/** Lines that need somebody's account in a cloud, so that nobody here has run them. More of them is a decision. */
const CLOUD_LINES = 14;
const LOOK_EVERY_MS = 200;

const commands = blocks
  .filter(({ mark }) => mark === 'cloud' || mark === 'form')
  .flatMap((block) => commandsOf(block).map((command) => ({ block, command })));

it('says of every block of a document what it is, and passes no command off as text', () => {
  const command = /^\$? ?(npm|npx|node|curl|leliao|aws|tcb|post|sandbox|git) /m;
  const hidden = blocks.filter(({ language, text }) => language === 'text' && command.test(text));
  expect(hidden.map(({ document, line }) => `${document}:${line}`)).toEqual([]);
  expect(blocks.filter(({ language }) => language === 'sh').length).toBeGreaterThan(30);
});

it('counts the lines that need a cloud', () => {
  const inCloud = commands.filter(({ block }) => block.mark === 'cloud').map(({ command }) => command);
  expect({ CLOUD_LINES: inCloud.length, inCloud }).toMatchObject({ CLOUD_LINES });
});

it('names no npm run that there is not', () => {
  const named = documents.flatMap((document) =>
    [...textOf(document).matchAll(/npm run (?:-s )?([a-z][a-z-]*)/g)].map(([, name = '']) => name),
  );
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

it('has files that are read as JSON', () => {
  for (const { language, text } of blocks) if (language === 'json') JSON.parse(text);
});

it('shows commands that are not run here as the tools themselves know them', async () => {
  await holdsFor(commands, 2, async ({ block, command }) => {
    const unknown = await unknownIn(command);
    expect({ [`${block.document}:${block.line} ${command}`]: unknown }).toEqual({
      [`${block.document}:${block.line} ${command}`]: undefined,
    });
  });
});

inProofAlone(() => {
  describe('beside one running service', () => {
    const log = join(mkdtempSync(join(tmpdir(), 'leliao-documents-')), 'log');
    let service: ReturnType<typeof spawn>;
    let where: Where;
    const status = () =>
      execFileSync('git', ['status', '--porcelain', '--ignored'], { cwd: root, encoding: 'utf8' });
    let before: string;

    beforeAll(async () => {
      if (await findService())
        throw new Error('Stop the npm start that runs: the samples want one of their own.');
      service = spawn('npm', ['start', '--', '--log', log], { cwd: root, stdio: 'ignore' });
      let found: FoundService | undefined;
      for (; !found && service.exitCode === null; await pause(LOOK_EVERY_MS)) found = await findService();
      if (!found) throw new Error('npm start ended');
      where = { api: found.api, sandbox: found.sandbox, console: found.console, log };
      before = status();
    });
    afterAll(async () => {
      service.kill('SIGTERM');
      await once(service, 'exit');
      rmSync(join(log, '..'), { recursive: true });
    });

    const runs = fc.sample(
      fc.shuffledSubarray([...documents, ...documents], { minLength: 2 * documents.length }),
      1,
    );
    it.each(runs.flat())('%s', async (document) => {
      await runDocument(document, where);
    });

    it('leaves nothing in the project', () => expect(status()).toBe(before));
  });
});
