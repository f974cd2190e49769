import fc from 'fast-check';
import type { PartnerChannel, Receipt } from '../../lib/notice/channel';
import { liveChannels } from '../../lib/notice/channel-set';
import { recount } from '../../lib/process/notice/books';
import { runNotice } from '../../lib/process/notice/kinds';
import type { ProcessRef } from '../../lib/table/process/process';
import { type Cut, machine } from '../process/machine';
import { amount, holdsFor } from '../proof/sample';
import { createWorld, type World } from '../support/world';
import {
  type Conduct,
  finish,
  member,
  type Partner,
  partner,
  people,
  receiptsOf,
  type Stage,
  sent,
  stage,
  work,
} from './stage';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
const now = () => world.deps.clock.now();
const partnerChannels = ['subscribe', 'sms', 'mail'] as const;

/** What a person meets at one partner: at the first request and at all further ones, and what a receipt says at last. */
type Fate = { reaches: boolean; first: Conduct; later: Conduct; receipt: Receipt['status'] | undefined };
type Fates = Record<PartnerChannel, Fate>[];

type Scene = { on: Stage; ids: string[]; partners: Record<PartnerChannel, Partner>; tell(): Promise<void> };

/** Some people, each with their fate at each partner. */
async function scene(fates: Fates): Promise<Scene> {
  const ids = await people(stage(world, {}), fates.length);
  const fateOf = (to: string, channel: PartnerChannel) => (fates[ids.indexOf(to)] as Fates[number])[channel];
  const make = (channel: PartnerChannel) =>
    partner({
      now,
      reaches: (id) => fateOf(id, channel).reaches,
      conduct: (to, nth) => fateOf(to, channel)[nth === 1 ? 'first' : 'later'],
    });
  const partners = { subscribe: make('subscribe'), sms: make('sms'), mail: make('mail') };
  const ways = Object.fromEntries(partnerChannels.map((one) => [one, partners[one].way]));
  const on = stage(world, ways);
  const tellers = partnerChannels.map((channel) => {
    const tell = receiptsOf(partners[channel], (to) => fateOf(to, channel).receipt);
    return async () => {
      await tell(on.deps, channel);
    };
  });
  return {
    ...{ on, ids, partners },
    async tell() {
      for (const one of tellers) await one();
    },
  };
}

/** Holds the end to what the partners themselves have on their books, and not to what our rows say. */
async function judge(
  { ids, partners }: Scene,
  fates: Fates,
  noticeId: string,
  isWhole = false,
): Promise<void> {
  const { people: books } = await recount(world.deps, noticeId);
  const { affected, delivered, announced, exempt, pending } = books;
  expect({ affected, exempt, pending }).toEqual({ affected: ids.length, exempt: 0, pending: 0 });
  expect(delivered + announced).toBe(affected);
  // What a partner has said arrived is always counted, and nothing else is.
  const said = ids.filter((id, index) =>
    partnerChannels.some((channel) => {
      const { receipt } = (fates[index] as Fates[number])[channel];
      return receipt === 'delivered' && partners[channel].taken.some(({ to }) => to === id);
    }),
  );
  expect(delivered).toBe(said.length);
  ids.forEach((id, index) => {
    for (const channel of partnerChannels) {
      const taken = partners[channel].taken.filter(({ to }) => to === id);
      const { receipt } = (fates[index] as Fates[number])[channel];
      // Again only where the partner has said itself that it did not arrive, this time.
      if (receipt !== 'temporary-failure') expect(taken.length).toBeLessThanOrEqual(1);
    }
    // Nobody is left to the announcement whom some partner has not been asked for.
    const missed = partnerChannels.filter((channel) => {
      const { reaches } = (fates[index] as Fates[number])[channel];
      return reaches && partners[channel].asksFor(id) === 0;
    });
    if (isWhole && !said.includes(id)) expect(missed).toEqual([]);
  });
}

const never: Fate = { reaches: false, first: 'accepted', later: 'accepted', receipt: undefined };
const arrives: Fate = { reaches: true, first: 'accepted', later: 'accepted', receipt: 'delivered' };
const some: Fates = [
  { subscribe: never, sms: arrives, mail: never },
  {
    subscribe: { ...arrives, first: 'permanent-failure', later: 'permanent-failure' },
    sms: arrives,
    mail: never,
  },
  {
    subscribe: never,
    sms: { ...arrives, receipt: 'permanent-failure' },
    mail: { ...arrives, receipt: undefined },
  },
  { subscribe: never, sms: { ...arrives, first: 'throttled' }, mail: never },
  { subscribe: never, sms: { ...arrives, first: 'unknown' }, mail: arrives },
  { subscribe: never, sms: never, mail: never },
];
const PER_PART = 4;

async function begun(fates: Fates) {
  const made = await scene(fates);
  const notice = await sent(
    made.on,
    made.ids.map((id) => member(id)),
    {},
    PER_PART,
  );
  return { made, ...notice };
}

/** As far as an undisturbed first run goes: the rest is waits. */
let undisturbed: Promise<number> | undefined;
function callsOfFirstRun(): Promise<number> {
  undisturbed ??= (async () => {
    const { made, noticeId, asked } = await begun(some);
    const counting = powered(made);
    await work(counting.on, [asked]);
    await made.tell();
    await finish(made.on, undefined, made.tell);
    await judge(made, some, noticeId, true);
    return counting.calls();
  })();
  return undisturbed;
}

function powered({ on, partners }: Scene, cut?: Cut): { on: Stage; calls: () => number } {
  const one = machine(on.deps, cut);
  const ways = Object.fromEntries(
    partnerChannels.map((id) => {
      const { way } = partners[id];
      return [id, { ...way, ...one.powered({ send: way.send }) }];
    }),
  );
  const channels = { ...on.deps.channels, live: liveChannels(ways as never) };
  return { on: { ...on, deps: { ...one.deps, channels } }, calls: one.calls };
}

describe('a notice in a worker that is killed (B5)', () => {
  it('misses nobody and tells nobody twice, wherever it dies, with its message again or without', async () => {
    const calls = await callsOfFirstRun();
    expect(calls).toBeGreaterThan(20);
    const cuts = Array.from({ length: calls }, (_, index) => index + 1).flatMap((atCall) =>
      (['before it took effect', 'after it took effect'] as const).map((when): Cut => ({ atCall, when })),
    );
    await holdsFor(cuts, 1, async (cut) => {
      const { made, noticeId, asked } = await begun(some);
      const dying = powered(made, cut);
      await work(dying.on, [asked]).catch(() => {}); // a fault of the table is put off, a dead table is not
      world.queuedNotices.splice(0, world.queuedNotices.length);
      if (cut.atCall % 2 === 0) await work(made.on, [asked]);
      await made.tell();
      await finish(made.on, undefined, made.tell);
      await judge(made, some, noticeId);
    });
  });
});

const conduct = fc.constantFrom<Conduct>(
  ...(['accepted', 'accepted', 'unknown', 'lost', 'throttled'] as const),
  ...(['temporary-failure', 'permanent-failure', 'technical-failure'] as const),
);
const anyFate: fc.Arbitrary<Fate> = fc.record({
  reaches: fc.boolean(),
  first: conduct,
  later: conduct.filter((one) => one !== 'throttled'),
  receipt: fc.constantFrom('delivered', 'delivered', 'permanent-failure', 'temporary-failure', undefined),
});
const anyFates = fc.array(fc.record({ subscribe: anyFate, sms: anyFate, mail: anyFate }), {
  minLength: 1,
  maxLength: 7,
});

describe('a notice by partners that lie, throttle and say nothing (B5)', () => {
  it('comes to books that are the partners’ own, with messages doubled, out of order and two at work at once', async () => {
    await fc.assert(
      fc.asyncProperty(anyFates, fc.array(fc.nat(), { minLength: 4, maxLength: 4 }), async (fates, ranks) => {
        const { made, noticeId, asked } = await begun(fates);
        await runNotice(made.on.deps, asked, 'notice');
        const parts = world.queuedNotices.splice(0, world.queuedNotices.length);
        const doubled = [...parts, ...parts].map((ref, index) => ({ ref, rank: ranks[index % 4] ?? 0 }));
        const messages: ProcessRef[] = doubled.sort((a, b) => a.rank - b.rank).map(({ ref }) => ref);
        const half = Math.ceil(messages.length / 2);
        await Promise.all([work(made.on, messages.slice(0, half)), work(made.on, messages.slice(half))]);
        await made.tell();
        await finish(made.on, undefined, made.tell);
        await judge(made, fates, noticeId, true);
      }),
      { numRuns: amount(100, 1) },
    );
  });
});
