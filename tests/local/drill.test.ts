import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { words } from '../../infra/command-line/words';
import { drillProgram } from '../../infra/local/drill';
import { type DrillResult, Findings, quoted } from '../../infra/local/drill/findings';
import { judgeBooks, judgeScope } from '../../infra/local/drill/judge';
import { drillOptions, leakIds, PEOPLE } from '../../infra/local/drill/options';
import { drillView } from '../../infra/local/drill/view';
import { inProofAlone } from '../proof/sample';
import { ran } from '../support/ran';

const nobody = { erased: new Set<string>(), withdrawn: new Set<string>() };
const books = (told: object) => ({ affected: 0, delivered: 0, announced: 0, exempt: 0, pending: 0, ...told });
const seconds = { people: 1, leak: 1, scope: 1.5, firstReport: 2, lastNotice: 3, closed: 4 };

describe('npm run drill', () => {
  it('takes a number of people and a leak, and names the option that is wrong without its value (B9)', async () => {
    const given = { people: undefined, leak: 'hole', lose: undefined, json: false } as const;
    expect(drillOptions(given)).toEqual({ ...given, people: PEOPLE.usual, lose: 0 });
    const wrong: [string[], RegExp][] = [
      [[], /--leak/],
      [['--leak', 'marked'], /--leak 只能是：staff、list、hole/],
      [['--leak', 'hole', '--people', '29'], /people：要写 30 到 100000/],
      [['--leak', 'hole', '--people', '100001'], /people/],
      [['--leak', 'hole', '--people', 'marked'], /people/],
      [['--leak', 'hole', '--lose', 'marked'], /lose/],
      [['--leak', 'list', '--lose', '3'], /--lose/],
      [['--leak', 'hole', '--marked'], /没有这个选项/],
    ];
    for (const [typed, names] of wrong) {
      const { code, out, err } = await ran(drillProgram, typed);
      expect({ typed, code, out }).toEqual({ typed, code: 2, out: '' });
      expect(err).toMatch(names);
      expect(err).not.toMatch(/marked/);
    }
  });

  it('is met only when everybody was found and nobody else, within the bounds (B3, B9)', () => {
    const is = (certain: boolean) => ({ certain, minor: false });
    const judged = (
      members: [string, boolean][],
      [atLeast, atMost]: number[],
      strangers = 0,
      after = nobody,
    ) => {
      const findings = new Findings();
      const affected = { atLeast: atLeast ?? 0, atMost: atMost ?? 0, exact: true, strangers };
      const of = { members: new Map(members.map(([id, certain]) => [id, is(certain)])), affected };
      judgeScope({ truth: new Set(['a', 'b']), strangers: 0 }, after, of, findings);
      return findings.met;
    };
    const both: [string, boolean][] = [
      ['a', true],
      ['b', true],
    ];
    expect(judged(both, [2, 2])).toBe(true);
    expect(
      judged(
        [
          ['a', true],
          ['b', false],
          ['c', false],
        ],
        [1, 3],
      ),
    ).toBe(true);
    expect(judged([['a', true]], [1, 1], 1, { ...nobody, erased: new Set(['b']) })).toBe(true);
    expect(judged([['a', true]], [1, 1])).toBe(false);
    expect(judged([['a', true]], [1, 1], 1)).toBe(false);
    expect(judged([...both, ['c', true]], [3, 3])).toBe(false);
    expect(judged([...both, ['c', false]], [3, 3])).toBe(false);
  });

  it('is met only when everybody there is told, and the guardian of each minor (B5, B8, B9)', () => {
    const made = [
      { subjectId: 'a', minor: false, guardianId: undefined },
      { subjectId: 'b', minor: true, guardianId: 'g' },
      { subjectId: 'c', minor: false, guardianId: undefined },
    ];
    const members = new Map(made.map(({ subjectId, minor }) => [subjectId, { certain: true, minor }]));
    const judged = (people: object, guardians: object) => {
      const findings = new Findings();
      const told = { noticeId: 'n', people: books(people), guardians: books(guardians) };
      const erased = new Set(['c']);
      judgeBooks(made, { erased }, { members, minors: { atLeast: 1, atMost: 2 }, told }, findings);
      return findings.all.map(({ met }) => met);
    };
    const told = { affected: 3, delivered: 2, announced: 1 };
    const one = { affected: 1, delivered: 1 };
    expect(judged(told, one)).toEqual([true, true]);
    expect(judged({ ...told, delivered: 1, pending: 1 }, one)).toEqual([false, true]);
    expect(judged({ ...told, delivered: 1, announced: 2 }, one)).toEqual([false, true]);
    expect(judged(told, { affected: 1, pending: 1 })).toEqual([true, false]);
    expect(judged(told, {})).toEqual([true, false]);
  });

  it('says in the language asked for what it came to, and what was not met', async () => {
    const findings = new Findings();
    expect(findings.met).toBe(false);
    findings.note('scope', words('算出范围并存证', 'the scope is frozen'), true, words('有', 'so'));
    findings.note('leaks', quoted('公告'), false, words('公告了', 'announced'));
    const affected = { true: 7, atLeast: 5, atMost: 9, exact: false, strangers: 2 };
    const of = { people: 30, leak: 'list', incidentId: '20261127-7Q2K', seconds, affected };
    const result = { ...of, findings: findings.all, met: findings.met };
    const said = { zh: await drillView(result, 'zh'), en: await drillView(result, 'en') };
    for (const line of [
      /7 人（泄露者所知）/,
      /至少 5 人，至多 9 人，名单中查不到人的 2 条/,
      /1.5 秒/,
      /✓ +算出范围并存证/,
      /✗ +公告 +公告了\s+2 项中有 1 项没有做到。$/,
    ])
      expect(said.zh).toMatch(line);
    for (const line of [
      /7 \(as the leaker knows\)/,
      /at least 5, at most 9, and 2 entries that lead to nobody/,
      /1.5 s/,
      /✓ +the scope is frozen/,
      /✗ +「公告」 +announced\s+1 of 2 are not met.$/,
    ])
      expect(said.en).toMatch(line);
    expect(said.en.replaceAll(/「[^」]*」/g, '')).not.toMatch(/[\u4e00-\u9fff]/);
  });
});

const run = promisify(execFile);

/** As somebody types it. It fails, with what was not met, unless it ends with 0. */
async function drill(...typed: string[]): Promise<DrillResult> {
  const { stdout } = await run('npm', ['run', '-s', 'drill', '--', '--json', ...typed]);
  return JSON.parse(stdout) as DrillResult;
}

/** Minutes each: in `npm run proof -- drill` alone. */
inProofAlone(() => {
  it.each(leakIds)(
    'with 2 000 people meets everything after a leak by %s, and nothing leaves (B9)',
    async (leak) => {
      const { affected, findings, met } = await drill('--people', '2000', '--leak', leak);
      expect({ met, not: findings.filter((one) => !one.met) }).toEqual({ met: true, not: [] });
      expect(affected.exact).toBe(true);
    },
  );

  it('gives bounds that hold the truth where lines of the log are lost (B3, B9)', async () => {
    const { affected, met } = await drill('--people', '200', '--leak', 'hole', '--lose', '5');
    expect(met).toBe(true);
    expect(affected.true - affected.atLeast).toBe(5);
    expect(affected.atMost).toBeGreaterThan(affected.true);
  });
});
