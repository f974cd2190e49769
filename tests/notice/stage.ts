import { randomBytes } from 'node:crypto';
import { MINUTE_MS, toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { hashOf, sealOf } from '../../lib/notice/approval';
import type { PartnerChannel, Receipt, Sent } from '../../lib/notice/channel';
import { type ChannelSets, drillChannels, liveChannels, type Way } from '../../lib/notice/channel-set';
import { channelQuotas, channelRules } from '../../lib/notice/rules';
import { applyReceipt } from '../../lib/process/notice/apply-receipt';
import { runNotice } from '../../lib/process/notice/kinds';
import { beginSending, noticeProcess } from '../../lib/process/notice/spread';
import type { Write } from '../../lib/table/client';
import { type Member, PART_MEMBERS, putAudiencePart } from '../../lib/table/notice/audience';
import { nobodyCounted, putAudienceHead } from '../../lib/table/notice/audience-head';
import { type Notice, putNotice, readNotice } from '../../lib/table/notice/notice';
import { putPerson } from '../../lib/table/person/person';
import { dueProcesses, type ProcessRef, type Waiting } from '../../lib/table/process/process';
import { partsInUse } from '../support/scan';
import type { World } from '../support/world';

/** A partner that keeps books of its own: every message that it has taken, by whom it is for. */
export type Partner = {
  way: Way;
  taken: { to: string; reference: string; messageId: string; as: string; atMs: number }[];
  /** Requests, taken or not. */
  asked: number;
  /** Requests for one person. */
  asksFor(to: string): number;
};

/** What a partner does with a message. `unknown`: it takes it and the answer is lost. `lost`: neither. */
export type Conduct = Sent['status'] | 'unknown' | 'lost';
export type PartnerOptions = {
  reaches(subjectId: string): boolean;
  conduct?(to: string, nth: number): Conduct;
  now(): number;
  quota?: Way['quota'];
  /** At the moment of a request, before anything is taken. */
  before?(to: string): Promise<void>;
};

export function partner({ reaches, conduct, now, quota, before }: PartnerOptions): Partner {
  const nth = new Map<string, number>();
  const one: Partner = {
    taken: [],
    asked: 0,
    asksFor: (to) => nth.get(to) ?? 0,
    way: {
      quota: quota ?? { perSecond: 1000 },
      itemsOf: () => [],
      reaches: ({ subjectId }) => reaches(subjectId),
      address: async (_, { subjectId }) => subjectId,
      async send(to, { as }, reference) {
        await before?.(to);
        one.asked += 1;
        const times = (nth.get(to) ?? 0) + 1;
        nth.set(to, times);
        const does = conduct?.(to, times) ?? 'accepted';
        const messageId = `m${one.asked}`;
        const takes = does === 'accepted' || does === 'unknown';
        if (takes) one.taken.push({ to, reference, messageId, as, atMs: now() });
        if (does === 'accepted') return { status: does, messageId };
        if (does === 'unknown' || does === 'lost')
          return { status: 'technical-failure', code: 'outcome-unknown' };
        return { status: does, code: 'as-it-pleases' };
      },
    },
  };
  return one;
}

export type Stage = {
  world: World;
  deps: Deps;
  /** Moves the clock to a moment, if that is to come. */
  until(atMs: number): Promise<void>;
};

/** The engine over a world's table, with channels of a test's own, on the world's clock. */
export function stage(
  world: World,
  ways: Partial<Record<PartnerChannel, Way>>,
  over: Partial<Deps> = {},
): Stage {
  const until = async (atMs: number) => world.wait(Math.max(0, atMs - world.deps.clock.now()));
  const channels: ChannelSets = {
    live: liveChannels(ways, channelRules),
    drill: drillChannels(channelQuotas),
    until,
  };
  return { world, until, deps: { ...world.deps, channels, ...over } };
}

export const newId = () => randomBytes(16).toString('base64url');

/** With the counts that each adds to, no more than one transaction takes. */
const PEOPLE_AT_ONCE = 25;

/** People as the front door knows them, without anything sealed. */
export async function people({ deps }: Stage, count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, newId);
  const at = toInstant(deps.clock.now());
  for (let from = 0; from < count; from += PEOPLE_AT_ONCE) {
    const puts = ids.slice(from, from + PEOPLE_AT_ONCE).map((subjectId) =>
      putPerson({
        ...{
          subjectId,
          createdAt: at,
          lifeState: 'active',
          sessions: {},
          ways: {},
          consents: {},
          cardCount: 0,
        },
        ...{ identities: [], ledgerSeq: 0, ledgerHash: new Uint8Array(32) },
      }),
    );
    await deps.table.write(...(puts as [Write, ...Write[]]));
  }
  return ids;
}

export const member = (subjectId: string, other: Partial<Member> = {}): Member => ({
  ...{ subjectId, kinds: ['phone-number'], minor: false, certain: true },
  ...other,
});

let notices = 0;

/** Writes a notice as if others than who proposed it had approved it, and the head of its audience. */
export async function putApproved(deps: Deps, value: Omit<Notice, 'version' | 'approvedBy'>): Promise<void> {
  const digest = 'd'.repeat(64);
  await deps.table.write(
    putAudienceHead(value.audienceId, { ...nobodyCounted(), parts: value.parts, digest }),
  );
  const proposed = { by: 'c', at: toInstant(deps.clock.now()), announceDays: 30 };
  const approvedBy = ['a', 'b'];
  const seal = await sealOf(deps.ring, hashOf(value, 30, digest), { ...proposed, approvedBy });
  await deps.table.write(putNotice({ ...value, approvedBy, proposal: { ...proposed, seal } }));
}

/** A notice to some people that is being sent, and the message that asks for it. */
export async function sent(
  { deps }: Stage,
  members: readonly Member[],
  other: Partial<Notice> = {},
  perPart = PART_MEMBERS,
): Promise<{ noticeId: string; asked: ProcessRef }> {
  notices += 1;
  const noticeId = `20261201-TEST-n${notices}`;
  const parts = Math.ceil(members.length / perPart);
  for (let part = 0; part < parts; part += 1)
    await deps.table.write(
      putAudiencePart(noticeId, part, members.slice(part * perPart, (part + 1) * perPart)),
    );
  const value = {
    ...{ noticeId, kind: 'breach', drill: false, state: 'approved', audienceId: noticeId, parts },
    ...{ channels: ['subscribe', 'sms', 'mail', 'inbox', 'announcement'], exemptions: [] },
    ...{ texts: { subscribe: '{}', sms: '{}', mail: '{}' } },
    ...other,
  } as Omit<Notice, 'version' | 'approvedBy'>;
  await putApproved(deps, value);
  const notice = await readNotice(deps.table, noticeId);
  await deps.table.write(...beginSending(notice as Notice, deps.clock.now()));
  return { noticeId, asked: noticeProcess(noticeId) };
}

/** Takes messages, and those that they lead to, until there is none. */
export async function work({ world, deps }: Stage, asked: ProcessRef[]): Promise<void> {
  const messages = [...asked];
  for (let next = messages.shift(); next; next = messages.shift()) {
    await runNotice(deps, next, 'notice');
    messages.push(...world.queuedNotices.splice(0, world.queuedNotices.length));
  }
}

const FAR_MS = 40 * 86_400_000;

/** Everything that waits, the first to be due first. */
export async function waiting({ world, deps }: Stage): Promise<Waiting[]> {
  const shards = (await partsInUse(world, 'NOTICES')).map((shard) =>
    dueProcesses(deps.table, shard, deps.clock.now() + FAR_MS, 100, undefined, 'NOTICES'),
  );
  const due = (await Promise.all(shards)).flatMap((page) => page.due);
  return due.sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1));
}

/** Lets time pass, and takes up what is due as the timer does, until nothing waits or `stop` says so. */
export async function finish(
  on: Stage,
  stop: () => boolean = () => false,
  each: () => Promise<void> = async () => {},
): Promise<void> {
  let before: Waiting | undefined;
  for (let round = 0; round < 120 && !stop(); round += 1) {
    const all = await waiting(on);
    const [first] = all;
    if (!first) return;
    // What a dead worker holds is due and cannot be taken up: the timer comes again a minute later.
    const isHeld = before?.ref.id === first.ref.id && before.dueAt === first.dueAt;
    await on.until(isHeld ? on.deps.clock.now() + MINUTE_MS : Date.parse(first.dueAt));
    before = first;
    const due = all.filter(({ dueAt }) => Date.parse(dueAt) <= on.deps.clock.now());
    await work(
      on,
      due.map(({ ref }) => ref),
    );
    await each();
  }
  if (!stop()) throw new Error('a notice never ends');
}

/** Receipts for what a partner has taken since the last time, each as `status` says. */
export function receiptsOf(one: Partner, status: (to: string) => Receipt['status'] | undefined) {
  let seen = 0;
  return async (deps: Deps, channel: PartnerChannel): Promise<void> => {
    for (const { to, reference, messageId } of one.taken.slice(seen)) {
      const is = status(to);
      if (is === undefined) continue;
      const at = toInstant(deps.clock.now());
      await applyReceipt(deps, { channel, reference, messageId, status: is, code: 'x', at });
    }
    seen = one.taken.length;
  };
}
