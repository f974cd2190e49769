import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import fc from 'fast-check';
import { demoPorts } from '../../infra/local/demo';
import { inTurn } from '../../infra/local/drill/in-turn';
import { type FoundService, findService } from '../../infra/local/find-service';
import { clientOf } from '../../infra/local/journey/people';
import { town } from '../../infra/local/town';
import { errorCodes } from '../../lib/errors';
import { scripts } from '../../package.json';
import { inProofAlone, some } from '../proof/sample';
import { blocksOf, commandsOf, documents, inlineCommands, root, textOf } from './blocks';
import { unknownIn } from './known';
import { differs } from './matches';
import { runDocument, type Where } from './run';

const blocks = documents.flatMap((document) => blocksOf(document));
/** Lines that need somebody's account in a cloud, so that nobody here has run them. More of them is a decision. */
const CLOUD_LINES = 14;
const LOOK_EVERY_MS = 200;
/** Characters of what npm start has said last, for whoever wonders why it ended. */
const SAID_KEPT = 2000;
/** Tools that are asked for their help: each is a process that is busy with beginning. */
const AT_ONCE = 4;

/** What the samples do to people who are not their own; the others keep to their own, and are typed beside each other. */
const upsetting = [
  // The sign-ins of everybody whose card was looked at are ended.
  { documents: ['infra/runbooks/breach.md'], atOnce: 2 },
  // The text that everybody has agreed to is another; partners are down, and lie to everybody.
  { documents: ['docs/policy-versions.md', 'infra/local/sandbox/README.md'], atOnce: 1 },
];
const shuffled = <T>(all: T[]): T[] =>
  fc.sample(fc.shuffledSubarray(all, { minLength: all.length }), 1).flat() as T[];
const apart = upsetting.flatMap((circle) => circle.documents);
/** Who is typed beside whom; circles come after each other, in any order. */
const circles = shuffled([
  { documents: documents.filter((document) => !apart.includes(document)), atOnce: 4 },
  ...upsetting,
]);

const commandsInBlocks = blocks
  .filter(({ language, mark }) => language === 'sh' && (mark === 'cloud' || mark === 'form'))
  .flatMap((block) => commandsOf(block).map((command) => ({ block, command })));

const commands = [
  ...commandsInBlocks,
  ...documents.flatMap((document) =>
    inlineCommands(document).map((command) => ({ block: { document, line: 0, mark: 'form' }, command })),
  ),
];

it('says of every block of a document what it is, and passes no command off as text', () => {
  const command = /^\$? ?(npm|npx|node|curl|leliao|aws|tcb|post|sandbox|git) /m;
  const hidden = blocks.filter(({ language, text }) => language === 'text' && command.test(text));
  expect(hidden.map(({ document, line }) => `${document}:${line}`)).toEqual([]);
  expect(blocks.filter(({ language }) => language === 'sh').length).toBeGreaterThan(30);
});

/** What of a table is the same in every language: how many rows, and in each what is code and where it leads. */
const rowsOf = (document: string) =>
  textOf(document)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => [...line.matchAll(/`[^`]+`|\]\([^)]+\)/g)].map(([piece]) => piece).sort());

it('keeps the two languages of the README in step: commands, samples, tables and pictures', () => {
  const [chinese, english] = ['README.md', 'README.en.md'].map((document) => ({
    runs: blocksOf(document)
      .filter(({ language }) => language !== 'text')
      .map(({ text }) => text),
    rows: rowsOf(document),
    pictures: [...textOf(document).matchAll(/!\[[^\]]*\]\(([^)]+)\)/g)].map(([, file]) => file),
    headings: textOf(document).match(/^#+/gm),
  }));
  expect(chinese).toEqual(english);
});

it('leads nowhere that is not there', () => {
  const dead = documents.flatMap((document) =>
    [...textOf(document).matchAll(/\]\((?!https?:|#)([^)#]+)(?:#[^)]*)?\)/g)]
      .map(([, to = '']) => to)
      .filter((to) => !existsSync(join(root, dirname(document), decodeURI(to))))
      .map((to) => `${document}: ${to}`),
  );
  expect(dead).toEqual([]);
});

it('finds what is printed and not said, and what is said and not printed', () => {
  const said = '{"ok":true,…"id":"…"}\n…\nend';
  expect(differs(said, '{"ok":true,"data":1,"id":"x"}\nanything\nat all\nend\n')).toBeUndefined();
  expect(differs(said, '{"ok":false,"id":"x"}\nend')).toMatchObject({ said: '{"ok":true,…"id":"…"}' });
  expect(differs(said, '{"ok":true,"id":"x"}\nno more')).toMatchObject({ said: 'end' });
  expect(differs('one', 'one\ntwo')).toMatchObject({ said: '(the end)', printed: 'two' });
  expect(() => blocksOf('README.md', '```\nnpm start\n```')).toThrow('README.md:1: say what the block is');
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

it('names no operation that there is not', () => {
  const operations = [...textOf('docs/operations.md').matchAll(/^\| `(([a-z]+)\/[A-Za-z]+)`/gm)];
  const [names, functions] = [1, 2].map((part) => new Set(operations.map((found) => found[part])));
  const named = documents.flatMap((document) =>
    [...textOf(document).matchAll(/(?<![\w/.-])(([a-z]+)\/[a-z][A-Za-z]+)(?![\w/.-])/g)]
      .filter(([, name, of]) => functions?.has(of) && !names?.has(name))
      .map(([, name]) => `${document}: ${name}`),
  );
  expect(operations.length).toBeGreaterThan(200);
  expect(named).toEqual([]);
});

it('gives every refusal the status that it has', () => {
  const statuses: Record<string, { status: number }> = errorCodes;
  const named = documents.flatMap((document) =>
    [...textOf(document).matchAll(/\b([45]\d\d) `([A-Z_]+)`/g)]
      .filter(([, status, code = '']) => Number(status) !== statuses[code]?.status)
      .map(([found]) => `${document}: ${found}`),
  );
  expect(named).toEqual([]);
});

it('binds on its pages what the code beside them has', () => {
  const missing = blocks
    .filter(({ language }) => language === 'html')
    .flatMap(({ document, line, text }) => {
      const code = blocks.filter((one) => one.document === document && one.language === 'ts');
      const has = (name: string) => code.some((one) => new RegExp(`\\b${name}[(:]`).test(one.text));
      const bound = [...text.matchAll(/ bind[a-z:]+="(\w+)"|\{\{(\w+)\}\}/g)].map(
        ([, by, of]) => by ?? of ?? '',
      );
      return bound.filter((name) => !has(name)).map((name) => `${document}:${line}: ${name}`);
    });
  expect(missing).toEqual([]);
});

it('has files that are read as JSON', () => {
  for (const { language, text } of blocks) if (language === 'json') JSON.parse(text);
});

it('shows commands that are not run here as the tools themselves know them', async () => {
  await inTurn(some(commands, 1), AT_ONCE, async ({ block, command }) => {
    const unknown = await unknownIn(command);
    expect({ [`${block.document}:${block.line} ${command}`]: unknown }).toEqual({
      [`${block.document}:${block.line} ${command}`]: undefined,
    });
  });
});

inProofAlone(() => {
  describe('beside the demo', () => {
    const log = join(mkdtempSync(join(tmpdir(), 'leliao-documents-')), 'log');
    let service: ReturnType<typeof spawn>;
    let where: Where;
    const status = () =>
      execFileSync('git', ['status', '--porcelain', '--ignored'], { cwd: root, encoding: 'utf8' });
    let before: string;

    beforeAll(async () => {
      if (await findService())
        throw new Error('Stop the npm start that runs: the samples want one of their own.');
      service = spawn('npm', ['start', '--', '--demo', '--log', log], { cwd: root, stdio: 'pipe' });
      let said = '';
      for (const stream of [service.stdout, service.stderr])
        stream?.on('data', (piece: Buffer) => {
          said = `${said}${piece}`.slice(-SAID_KEPT);
        });
      const ended = once(service, 'exit').then(() => 'ended' as const);
      let found: FoundService | undefined;
      while (!found) {
        if ((await Promise.race([ended, pause(LOOK_EVERY_MS)])) === 'ended')
          throw new Error(`npm start ended before it was ready:\n${said}`);
        found = await findService();
      }
      where = {
        api: found.api,
        sandbox: found.sandbox,
        console: found.console,
        staffIssuer: found.staffIssuer,
        log,
      };
      before = status();
    });
    afterAll(async () => {
      if (service.exitCode === null && service.signalCode === null) {
        service.kill('SIGTERM');
        await once(service, 'exit');
      }
      rmSync(join(log, '..'), { recursive: true });
    });

    it('answers where it always does, with people of a town who have each other’s cards and see each other nearby', async () => {
      expect([new URL(where.api).origin, where.sandbox]).toEqual(
        [demoPorts.api, demoPorts.sandbox].map((port) => `http://127.0.0.1:${port}`),
      );
      for (const { openid, meets = [], near, isPublic } of town) {
        const api = clientOf(where, 'iPhone', openid);
        const given = await fetch(`${where.sandbox}/sandbox/people/${openid}/code`, { method: 'POST' });
        const { code } = (await given.json()) as { code: string };
        await api.login.signIn({ code });
        const asked = town.filter((other) => other.meets?.includes(openid)).map((other) => other.openid);
        const { contacts } = await api.cards.folder({});
        expect(contacts).toHaveLength(new Set([...meets, ...asked]).size);
        if (!near || !isPublic) continue;
        const { people } = await api.location.nearby({});
        expect(people).toHaveLength(town.filter((other) => other.near && other.isPublic).length - 1);
      }
    });

    describe.each(circles)('with $documents.length documents of a circle', ({ documents: all, atOnce }) => {
      const runs = shuffled([...all, ...all]);
      let faults: unknown[];

      beforeAll(async () => {
        faults = await inTurn(runs, atOnce, (document) =>
          runDocument(document, where).catch((error: unknown) => error),
        );
      });

      it.each(runs.map((document, at) => ({ document, at })))('$document', ({ at }) => {
        if (faults[at]) throw faults[at];
      });
    });

    it('leaves nothing in the project', () => expect(status()).toBe(before));
  });
});
