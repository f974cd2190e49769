import { commands } from '../../infra/leliao/application';
import { readInstant } from '../../infra/leliao/times';
import { createTerminal } from './terminal';

const terminal = createTerminal();
const run = terminal.run;

describe('the command line, before anything is asked of the service', () => {
  it.each([
    ['zh', '用法', /[A-Za-z]{4,} [a-z]{3,} [a-z]{3,}/],
    ['en', 'USAGE', /[\u4e00-\u9fff]/],
  ])('explains itself in %s, and in no other language', async (lang, heading, other) => {
    for (const path of pathsIn(commands)) {
      const { exit, out } = await run(...path, '--help', '--lang', lang);
      expect([path, exit, out.startsWith(heading)]).toEqual([path, 0, true]);
      const explained = out.replace(/^.*leliao.*$/gm, '').replace(/\[[^\]]*\]/g, '');
      expect([path, other.exec(explained)?.[0]]).toEqual([path, undefined]);
    }
  });

  it('takes its language from LELIAO_LANG, unless --lang says another', async () => {
    const english = createTerminal({ environment: { LELIAO_LANG: 'en' } });
    expect((await english.run('--help')).out).toMatch(/^USAGE/);
    expect((await english.run('policy', '--help', '--lang=zh')).out).toMatch(/^用法/);
  });

  it.each([
    ['a command that is none', ['breech'], '没有这个命令'],
    ['an option that is none', ['whoami', '--jason'], '--json'],
    ['a choice that is none', ['whoami', '--lang', 'fr'], 'zh、en'],
    ['what is missing', ['call'], '缺少参数 operation'],
    ['too much', ['whoami', 'me'], '参数太多'],
    ['a time without a day', ['policy', 'propose', '--effective', '10:03'], '时间要写成'],
    ['an operation that cannot be one', ['call', 'cards'], 'function/operation'],
    ['plain HTTP to another machine', ['whoami', '--api', 'http://example.cn'], 'https://'],
  ])('ends with 2 for %s, and says what would be right', async (_, inputs, said) => {
    const { exit, out, err } = await run(...inputs);
    expect({ exit, out }).toEqual({ exit: 2, out: '' });
    expect(err).toContain(said);
  });

  it('repeats nothing that was typed wrongly: it may be a person’s number', async () => {
    const typed = '13800138000';
    for (const inputs of [
      [typed],
      ['policy', typed],
      ['call', typed],
      ['policy', 'reject', `x${typed}`],
      ['queue', `--${typed}`],
    ])
      for (const lang of ['zh', 'en'])
        expect((await run(...inputs, '--lang', lang)).err).not.toContain(typed);
  });

  it('ends with 3 where nobody has signed in, also for scripts, who get JSON', async () => {
    const inputs = ['tickets', 'list', '--api', 'https://api.example.cn'];
    expect(await run(...inputs)).toEqual({ exit: 3, out: '', err: '请先登录：leliao login\n' });
    const { exit, out } = await run(...inputs, '--json', '--lang', 'en');
    expect([exit, JSON.parse(out)]).toEqual([3, { error: { message: 'Sign in first: leliao login' } }]);
  });
});

describe('times as people write them', () => {
  it('are Beijing’s unless they say which', () => {
    expect(readInstant('2026-11-27 10:03')).toBe('2026-11-27T02:03:00.000Z');
    expect(readInstant('2026-11-27T10:03:05')).toBe('2026-11-27T02:03:05.000Z');
    expect(readInstant('2026-11-27T02:03:00Z')).toBe('2026-11-27T02:03:00.000Z');
    expect(readInstant('2026-11-27T00:03:00-02:00')).toBe('2026-11-27T02:03:00.000Z');
  });

  it.each(['2026-02-30 10:03', '2026-02-30T10:03:00Z', '2026-11-27', '2026-11-27 24:01', 'yesterday', ''])(
    'are refused when they do not exist or could mean two things: “%s”',
    (text) => expect(() => readInstant(text)).toThrow('write a time as'),
  );
});

/** Every command there is, by the words that lead to it. */
function pathsIn(made: typeof commands): string[][] {
  type Route = { getAllEntries?(): { name: { original: string }; target: Route }[] };
  const below = (path: string[], route: Route): string[][] =>
    route.getAllEntries
      ? [
          path,
          ...route.getAllEntries().flatMap(({ name, target }) => below([...path, name.original], target)),
        ]
      : [path];
  return Object.entries(made).flatMap(([name, make]) => below([name], make('zh') as unknown as Route));
}
