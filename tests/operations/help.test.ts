import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { aSwitch, neededOneOf, numberBetween } from '../../infra/command-line/options';
import { program } from '../../infra/command-line/program';
import { words } from '../../infra/command-line/words';
import { inTurn } from '../../infra/local/drill/in-turn';
import { scripts } from '../../package.json';
import { some } from '../proof/sample';
import { ran } from '../support/ran';

const root = join(__dirname, '../..');
const tsx = join(root, 'node_modules/.bin/tsx');

/** Our own commands: what runs a file of this project. */
const commands = Object.entries(scripts).flatMap(([name, script]) => {
  const [, file] = /(?:^tsx|--import tsx) (\S+\.ts)$/.exec(script) ?? [];
  return file ? [{ name, file }] : [];
});

/** Help is read at a glance: it fits on a small screen. */
const MOST_LINES = 40;
const chinese = /[\u4e00-\u9fff]/;
const english = /[A-Za-z]{4,} [a-z]{3,} [a-z]{3,}/;

/** What commands write: the documents made from tables, and what is built. */
const written = ['docs/policy/policy.md', 'docs/policy/policy.html', 'docs/operations.md', '.'];
const changedAt = () => written.map((file) => statSync(join(root, file)).mtimeMs);

type Said = { code: number; out: string; err: string; left: string[] };

function typed(file: string, ...inputs: string[]): Promise<Said> {
  const cwd = mkdtempSync(join(tmpdir(), 'help-'));
  const { LELIAO_LANG: _, ...env } = process.env;
  const line = ['--tsconfig', join(root, 'tsconfig.json'), join(root, file), ...inputs];
  return new Promise((resolve) =>
    execFile(tsx, line, { cwd, env }, (error, out, err) =>
      resolve({ code: error ? Number(error.code) : 0, out, err, left: readdirSync(cwd) }),
    ),
  );
}

const ways = [
  { inputs: ['--help'], code: 0, heading: '用法', other: english },
  { inputs: ['--help', '--lang', 'en'], code: 0, heading: 'USAGE', other: chinese },
  { inputs: ['--langg', 'en'], code: 2, heading: '没有', other: english },
  { inputs: ['--lang', 'en', '--helpp'], code: 2, heading: 'There is no such', other: chinese },
];
/** Typed beside each other: each is a process that is busy with beginning. */
const AT_ONCE = 4;
const everyWay = commands.flatMap(({ name, file }) => ways.map((way) => ({ name, file, way })));

it('every command explains itself in Chinese or in English, says what would be right for what is wrong, and changes nothing', async () => {
  expect(commands.length).toBeGreaterThan(10);
  const before = changedAt();
  await inTurn(some(everyWay, 2), AT_ONCE, async ({ name, file, way: { inputs, code, heading, other } }) => {
    const said = await typed(file, ...inputs);
    const [answer, rest] = code === 0 ? [said.out, said.err] : [said.err, said.out];
    const explained = answer.replace(/^.*(leliao|npm (run|start)).*$/gm, '').replace(/\[[^\]]*\]/g, '');
    expect({
      ...{ name, inputs, code: said.code, rest, left: said.left },
      ...{ heading: answer.slice(0, heading.length), other: other.exec(explained)?.[0] },
      isShort: answer.split('\n').length < MOST_LINES,
    }).toEqual({ name, inputs, code, rest: '', left: [], heading, other: undefined, isShort: true });
  });
  expect(changedAt()).toEqual(before);
});

it('every command is a program of the one frame under its own name, and nobody else reads what was typed', () => {
  const text = (file: string) => readFileSync(join(root, file), 'utf8');
  const own = commands.filter(({ name }) => name !== 'leliao');
  expect(own.filter(({ name, file }) => !text(file).includes(`  script: '${name}',`))).toEqual([]);
  const files = ['infra', 'lib', 'functions'].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .map((file) => `${folder}/${file}`),
  );
  expect(files.filter((file) => /process\.argv|parseArgs/.test(text(file)))).toEqual([
    'infra/command-line/program.ts',
    'infra/leliao/leliao.ts',
    'infra/local/restore/copy.ts', // a process of the drill's own
  ]);
});

describe('a program for people', () => {
  const done: unknown[] = [];
  const cook = program({
    script: 'cook',
    does: words('做饭', 'cook'),
    options: { hot: aSwitch('辣', 'hot'), people: numberBetween(1, 9, '几个人', 'how many') },
    places: { dish: neededOneOf(['soup', 'rice'], '哪一道', 'which') },
    knows: [RangeError],
    run: async (given, { print, text }) => {
      done.push(given);
      if (given.people === 7) throw new RangeError('seven are too many');
      if (given.people === 8) throw new TypeError('eight');
      print(text(words('好了', 'done')));
      return given.people === 9 ? 'doubt' : 'ok';
    },
  });
  beforeEach(() => done.splice(0));

  it('gets what was typed, answers in the language asked for, and ends as it says', async () => {
    expect(await ran(cook, ['soup', '--people', '9'])).toEqual({ code: 5, out: '好了\n', err: '' });
    expect(await ran(cook, ['rice', '--hot'], { LELIAO_LANG: 'en' })).toMatchObject({
      code: 0,
      out: 'done\n',
    });
    expect(done).toEqual([
      { dish: 'soup', people: 9, hot: false },
      { dish: 'rice', hot: true },
    ]);
  });

  it.each([
    [['soup', '--people', '13800138000'], '1 到 9', '1 to 9'],
    [['soup', '--peeple', '2'], '--people', '--people'],
    [['13800138000'], 'soup、rice', 'soup, rice'],
    [['soup', '13800138000'], 'npm run cook --', 'npm run cook --'],
    [['soup', '--13800138000'], 'npm run cook -- --help', 'npm run cook -- --help'],
    [[], 'dish', 'dish'],
    [['soup', '--people'], '--people', '--people'],
    [['soup', '--lang', 'fr'], 'zh、en', ''],
  ])(
    'does nothing for %j, ends with 2 and says what would be right, never what was typed',
    async (inputs, zh, en) => {
      for (const [LELIAO_LANG, said] of [
        ['zh', zh],
        ['en', en],
      ]) {
        const { code, out, err } = await ran(cook, inputs, { LELIAO_LANG });
        expect({ code, out, done }).toEqual({ code: 2, out: '', done: [] });
        expect(err).toContain(said);
        expect(err).not.toContain('13800138000');
      }
    },
  );

  it('does nothing when npm has kept one of its options to itself, and says how to write it', async () => {
    const env = { npm_lifecycle_event: 'cook', npm_config_hot: 'true' };
    const { code, err } = await ran(cook, ['soup'], env);
    expect({ code, done }).toEqual({ code: 2, done: [] });
    expect(err).toContain('npm run cook -- --hot');
    // Another script has started us, and the option was that one's.
    expect((await ran(cook, ['soup'], { ...env, npm_lifecycle_event: 'dine' })).code).toBe(0);
  });

  it('tells an error that says all there is to say from a fault of its own', async () => {
    expect(await ran(cook, ['soup', '--people', '7'])).toMatchObject({
      code: 1,
      err: 'seven are too many\n',
    });
    const fault = await ran(cook, ['soup', '--people', '8']);
    expect(fault.code).toBe(1);
    expect(fault.err).toMatch(/^命令出错了[\s\S]*TypeError: eight[\s\S]*help\.test\.ts/);
  });
});
