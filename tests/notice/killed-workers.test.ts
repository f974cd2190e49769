import fc from 'fast-check';
import { toInstant } from '../../lib/clock';
import { channelPartners } from '../../lib/notice/channel-partners';
import { agreementOn } from '../../lib/policy/agreements';
import { recipients } from '../../lib/policy/recipients';
import { beijingDay } from '../../lib/policy/working-days';
import { moveNotice, readNotice } from '../../lib/table/notice/notice';
import { inProofAlone } from '../proof/sample';
import { START } from '../support/world';
import { type End, PER_PART, type Plan, perform } from './performance';
import { type Arrived, type Channel, type Fate, judge, type Steered } from './told-by-sandbox';
import { isPastItsTime, startTown, TOWN_LIVES_MS, type Town } from './town';
import type { Cut } from './worker-process';
import { startWorkers, type Workers } from './workers';

/** What people of the town have, and how the sandbox is steered for each where every step is a death. */
const people: [Channel[], Fate][] = [
  [['subscribe', 'sms', 'mail'], {}],
  [['sms', 'mail'], { sms: { fails: 'UNDELIV' } }],
  [['sms'], { sms: { receipts: 2, delayMs: 60_000 } }],
  [['subscribe', 'sms'], { subscribe: { refuse: '43101' } }],
  [['mail'], { mail: { fails: '5.1.1' } }],
  [[], {}],
  [['subscribe', 'sms', 'mail'], { subscribe: { answers: 'lost' } }],
];
const haves = people.map(([has]) => has);
const fates = people.map(([, fate]) => fate);

/** Histories of partners, deaths and messages that a notice is held to. */
const PLANS = 40;

let town: Town;
let workers: Workers;

async function found(): Promise<void> {
  town = await startTown(haves);
  workers = await startWorkers(town.environment, 3);
}
const leave = () => Promise.all([workers.stop(), town.stop()]);

/** A notice in a town that is not past its time. */
async function play(plan: Plan): Promise<End> {
  if (isPastItsTime(town)) {
    await leave();
    await found();
  }
  return perform(town, workers, plan);
}

/** Holds the end of a notice to the sandbox's own receipts. */
function expectTold(end: End, plan: Plan): void {
  const { affected, delivered, announced, exempt: excused, pending } = end.books;
  const exempt = (plan.exempt ?? []).map((index) => town.residents[index]?.subjectId ?? '');
  const deaths = end.died.length;
  const judged = judge(town.residents, plan.fates, end.arrived, { exempt, deaths });
  const { strangers, twice, again, missed, lost, reached, reported } = judged;
  // A partner gives a receipt out once: those that a dying worker held are as if they had never come.
  const mayLackReceipts = end.died.some((at) => at.startsWith('timer'));
  const seen = { died: end.died, strangers, twice, again: mayLackReceipts ? [] : again, missed };
  expect({ ...seen, faults: end.faults }).toEqual({
    ...{ died: end.died, strangers: [], twice: [], again: [], missed: [], faults: [] },
  });
  expect(lost.length).toBeLessThanOrEqual(deaths * PER_PART);
  expect({ affected, excused, pending }).toEqual({
    ...{ affected: town.residents.length, excused: exempt.length, pending: 0 },
  });
  expect(delivered + announced).toBe(affected - excused);
  expect(delivered).toBeLessThanOrEqual(reached);
  if (!mayLackReceipts) expect(delivered).toBeGreaterThanOrEqual(reported);
}

describe('the judge of who was told', () => {
  const residents = [
    { subjectId: 'a', contacts: { sms: '1', mail: 'a' } },
    { subjectId: 'b', contacts: { sms: '2' } },
  ];
  const sms = (to: string): Arrived => ({ channel: 'sms', to, messageId: to });
  it('finds whoever is missed, told twice by one channel or by two, or not to be told at all (B5)', () => {
    expect(judge(residents, [], [sms('1'), sms('1')])).toMatchObject({ twice: ['a'], missed: ['b'] });
    const mail: Arrived = { channel: 'mail', to: 'a', messageId: 'm' };
    expect(judge(residents, [], [sms('1'), mail, sms('2')])).toMatchObject({ again: ['a'], missed: [] });
    expect(judge(residents, [{ sms: { receipts: 0 } }], [sms('1'), mail, sms('2')]).again).toEqual([]);
    expect(judge(residents, [], [sms('1'), sms('2')], { exempt: ['a'] }).strangers).toEqual(['1']);
    expect(judge(residents, [], [sms('2')], { deaths: 1 })).toMatchObject({ missed: ['a'], lost: [] });
    expect(judge(residents, [], [sms('1')], { deaths: 1 })).toMatchObject({ missed: [], lost: ['b'] });
  });
});

describe('a town that nobody looks after', () => {
  it('is of use only while every agreement that it was founded with is in force', async () => {
    const last = beijingDay(START + TOWN_LIVES_MS);
    const states = Object.values(channelPartners).map(({ recipient }) =>
      agreementOn(last, recipients[recipient]),
    );
    expect(states.flatMap((one) => (one && one.state !== 'in-force' ? [one] : []))).toEqual([]);
    const at = (nowMs: number) => ({ world: { deps: { clock: { now: () => nowMs } } } }) as Town;
    expect(isPastItsTime(at(START + TOWN_LIVES_MS))).toBe(false);
    const past = perform(at(START + TOWN_LIVES_MS + 1), workers, { fates });
    await expect(past).rejects.toThrow('past its time');
  });
});

inProofAlone(() => {
  beforeAll(found);
  afterAll(leave);

  it('hands no message of a drill to any partner (B9)', async () => {
    // The timer asks for receipts whatever is sent.
    const calls = async () =>
      ((await town.sandbox('GET', '/calls')) as { path: string }[]).filter(({ path }) => !/Pull/.test(path));
    const before = await calls();
    const end = await play({ fates, drill: true, disorder: [0, 1, 1] });
    expect(end.arrived).toEqual([]);
    expect(await calls()).toEqual(before);
    expect(end.books).toMatchObject({ affected: people.length, pending: 0 });
  });

  describe('a notice in workers that are killed (B5, B6)', () => {
    it('reaches everybody once, wherever a worker dies by SIGKILL', async () => {
      const undisturbed = await play({ fates });
      expectTold(undisturbed, { fates });
      expect(undisturbed.steps).toBeGreaterThan(40);
      for (let atStep = 1; atStep <= undisturbed.steps; atStep += 1)
        for (const when of ['before', 'after'] as const) {
          const plan: Plan = { fates, cuts: [{ atStep, when }] };
          expectTold(await play(plan), plan);
        }
    });

    it('reaches everybody once by partners that lie, throttle and say nothing, with messages doubled and in any order', async () => {
      await fc.assert(
        fc.asyncProperty(anyPlan, async (plan) => expectTold(await play(plan), plan)),
        { numRuns: PLANS, endOnFailure: true },
      );
    });
  });

  it.each(['paused', 'stopped'] as const)(
    'nothing goes out any more once a notice is %s (B6)',
    async (state) => {
      let [held, quiet] = [-1, 0];
      const move = async (noticeId: string, to: 'paused' | 'stopped' | 'sending') => {
        const { table, clock } = town.world.deps;
        const notice = await readNotice(table, noticeId);
        if (notice) await table.write(moveNotice(notice, to, toInstant(clock.now())));
      };
      const plan: Plan = {
        fates,
        perSecond: 2,
        async each({ noticeId, arrived, isQuiet }) {
          const now = (await arrived()).length;
          if (held < 0 && now > 0) {
            await move(noticeId, state);
            held = now;
          }
          if (held < 0 || quiet > 5) return;
          expect(now).toBe(held);
          quiet += isQuiet ? 1 : 0;
          if (quiet > 5 && state === 'paused') await move(noticeId, 'sending');
        },
      };
      const end = await play(plan);
      expect(held).toBeGreaterThan(0);
      if (state === 'paused') expectTold(end, plan);
      else expect(end.arrived).toHaveLength(held);
    },
  );
});

const steered = (channel: Channel): fc.Arbitrary<Steered | undefined> =>
  fc.oneof(
    fc.constant(undefined),
    fc.record(
      {
        refuse: fc.constantFrom(...refusals[channel]),
        fails: fc.constant(channel === 'mail' ? '5.1.1' : 'UNDELIV'),
        answers: fc.constantFrom(...(['for-another', 'twice', 'lost'] as const)),
        receipts: fc.integer({ min: 0, max: 3 }),
        delayMs: fc.constantFrom(0, 60_000, 3 * 3_600_000),
        holds: fc.constantFrom(0, 5),
      },
      { requiredKeys: [] },
    ),
  );
const refusals = {
  subscribe: ['43101', '40003', '43108', '47003'],
  sms: ['FailedOperation.PhoneNumberInBlacklist', 'InternalError.SendAndRecvFail'],
  mail: ['550 5.1.1', '452 4.2.2', '421 4.7.0', '554 5.7.1'],
} as const;
const anyFate = fc.record({ subscribe: steered('subscribe'), sms: steered('sms'), mail: steered('mail') });
const anyCut = fc.record<Cut>({
  atStep: fc.integer({ min: 1, max: 80 }),
  when: fc.constantFrom('before', 'after'),
});
const anyPlan = fc
  .record({
    fates: fc.array(anyFate, { minLength: people.length, maxLength: people.length }),
    cuts: fc.uniqueArray(anyCut, { maxLength: 3, selector: ({ atStep }) => atStep }),
    together: fc.boolean(),
    disorder: fc.array(fc.nat(5), { minLength: 3, maxLength: 7 }),
    exempt: fc.constantFrom([], [0], [2, 3]),
    perSecond: fc.constantFrom(undefined, 1, 2),
  })
  .map((plan) => ({
    ...plan,
    cuts: plan.cuts.sort((a, b) => a.atStep - b.atStep),
    fates: plan.fates.map((fate) => JSON.parse(JSON.stringify(fate)) as Fate),
  }));
