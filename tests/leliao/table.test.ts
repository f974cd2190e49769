import { words } from '../../infra/command-line/words';
import { watch } from '../../infra/leliao/progress';
import { Session } from '../../infra/leliao/session';
import { facts, table } from '../../infra/leliao/table';
import { countdown } from '../../infra/leliao/times';
import { createTerminal } from './terminal';

describe('tables', () => {
  it('have columns below each other, whatever is in them', async () => {
    const rows = [
      ['客服', 'support'],
      ['𠮷田', 'a Chinese character beyond the first 65 536'],
      ['ab', 'two letters are as wide as one of them'],
      ['👩‍👩‍👧', 'one picture of three people'],
      ['e\u0301é', 'one letter of two characters'],
    ];
    const lines = (await table(['角色', 'role'], rows)).split('\n');
    expect(lines.map((line) => columnOf(line))).toEqual([6, 6, 6, 6, 6, 6]);
  });

  it('show what is missing, lists, and nothing that could move the cursor or forge a line', async () => {
    expect(
      await facts([
        ['a', undefined],
        ['b', null],
        ['c', ['x', 'y']],
        ['d', '1\n2\u001b[2J\u202e'],
      ]),
    ).toBe('b  –\nc  x、y\nd  1·2·[2J·');
  });
});

it('a countdown names its two largest units, before and after', () => {
  const at = '2026-11-27T02:00:00.000Z';
  const before = (milliseconds: number) => countdown(at, Date.parse(at) - milliseconds, 'zh');
  expect([before(3_599_999), before(3_600_000), before(0), before(-90_061_000)]).toEqual([
    '还剩 59 分 59 秒',
    '还剩 1 小时 0 分',
    '还剩 0 秒',
    '已过 1 天 1 小时',
  ]);
});

describe('what takes time', () => {
  const looks = [
    { done: 1, total: 4, finished: false },
    { done: 4, total: 4, finished: true },
  ];

  it.each([
    ['somebody watches', true, false, /██/],
    ['nobody watches', false, false, /^$/],
    ['a script wants JSON', true, true, /^$/],
  ])('shows a bar only where it is of use: %s', async (_, watched, json, shows) => {
    const terminal = createTerminal({ watched });
    const session = new Session(terminal.around, { json, lang: 'zh', api: undefined });
    const left = [...looks];
    const goOn: unknown[] = [];
    const seen = await watch(
      session,
      words('发送', 'sending'),
      words('发送会继续', 'it goes on'),
      async () => {
        goOn.push(session.goOn?.en);
        return left.shift() as (typeof looks)[number];
      },
      async () => {},
    );
    expect([seen, goOn, session.goOn]).toEqual([looks[1], ['it goes on', 'it goes on'], undefined]);
    expect(terminal.shown.err).toMatch(shows);
  });
});

/** The place on a screen at which the second column of a line begins, counted by hand. */
function columnOf(line: string): number {
  const [first = ''] = /^.*? {2,}(?=\S)/.exec(line) ?? [];
  const letters = [...new Intl.Segmenter('zh', { granularity: 'grapheme' }).segment(first)];
  return letters.reduce(
    (sum, { segment }) => sum + (/\p{Script=Han}|\p{Extended_Pictographic}/u.test(segment) ? 2 : 1),
    0,
  );
}
