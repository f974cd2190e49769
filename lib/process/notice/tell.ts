import { MINUTE_MS } from '../../clock';
import type { Deps } from '../../deps';
import type { ChannelId, PartnerChannel } from '../../notice/channel';
import { isDrill, type NoticeOf, type Way } from '../../notice/channel-set';
import { nextAction } from '../../notice/next-action';
import { slicesOf } from '../../slices';
import type { Item } from '../../table/client';
import { keys } from '../../table/keys';
import type { Member } from '../../table/notice/audience';
import type { NoticeState } from '../../table/notice/notice';
import { quotaKey, readStanding } from '../../table/notice/quota';
import { canSignIn } from '../../table/person/life';
import { readPerson } from '../../table/person/person';
import type { Next, StepInput } from '../kind';
import { isAsApproved, NotAsApproved } from './as-approved';
import { addresseesOf, type Listed, readPart, rowOf, withRows } from './audience-of';
import { AT_ONCE, isFirstBy, noteAll, type Planned, sendSome } from './send';
import { quotaName, takeBlock } from './standing';
import { channelsOf, type Told, type Visit } from './visit';
import { isWish, wishKeys } from './wish';

/** A visit takes up no further block after this long, well inside the platform's 60 s. */
const VISIT_MS = 25_000;
/** How often somebody looks whether a paused notice goes on. */
const PAUSED_MS = MINUTE_MS;

/**
 * Brings everybody of one part as far as can be brought now, each by the channels in their order, and waits for the moment
 * at which more can be done. Over when everybody is told or left to the announcement (promise B5). Safe to be cut off
 * anywhere: what was about to be handed over stands in each person's row before it is.
 */
export async function tell(deps: Deps, { process: { state } }: StepInput): Promise<Next> {
  const part = Number(state.part);
  const found = await readPart(deps, String(state.noticeId), part);
  if (!found) throw new Error('a notice is missing');
  const { notice, members, head } = found;
  if (notice.state === 'sending' && !(await isAsApproved(deps, notice, head))) throw new NotAsApproved();
  const { live, drill } = deps.channels;
  if (isDrill(notice)) return visit(deps, { set: drill, notice, part, closed: {} }, members);
  return visit(deps, { set: live, notice: notice as NoticeOf<false>, part, closed: {} }, members);
}

async function visit<D extends boolean>(deps: Deps, of: Visit<D>, members: Member[]): Promise<Next> {
  const { now } = deps.clock;
  const rest = unlessSending(of.notice.state, now());
  if (rest) return rest;
  const { people, waits } = await lookAt(deps, of, members);
  const stopAtMs = now() + VISIT_MS;
  const busyUntil = new Map<PartnerChannel, number>();
  while (now() <= stopAtMs) {
    const plan = planOf(of, people, now());
    if (plan.notes.length > 0) {
      await noteAll(deps, of, plan.notes);
      continue;
    }
    const channel = [...plan.sends.keys()].find((one) => (busyUntil.get(one) ?? 0) <= now());
    if (!channel) {
      const moments = [
        ...waits,
        ...plan.waits,
        ...[...plan.sends.keys()].map((one) => busyUntil.get(one) ?? 0),
      ];
      return moments.length === 0 ? { to: 'end' } : { waitUntilMs: Math.min(...moments) };
    }
    const came = await sendBlock(deps, of, channel, plan.sends.get(channel) ?? []);
    if ('askAtMs' in came) busyUntil.set(channel, came.askAtMs);
    else {
      const stops = unlessSending(came.state, now());
      if (stops) return stops;
    }
  }
  return { waitUntilMs: now() };
}

function unlessSending(state: NoticeState, nowMs: number): Next | undefined {
  if (state === 'sending') return undefined;
  return state === 'paused' ? { waitUntilMs: nowMs + PAUSED_MS } : { to: 'end' };
}

type Ways = [PartnerChannel, Way][];

/**
 * Everybody with their row and what they can be reached by, and which channels are closed. Opens nothing. Whoever waits for a
 * partner's word is not looked up: `waits` has the moments until which they do.
 */
async function lookAt<D extends boolean>(
  deps: Deps,
  of: Visit<D>,
  members: Member[],
): Promise<{ people: Told[]; waits: number[] }> {
  const { notice } = of;
  const ways = waysOf(of);
  const standings = await deps.table.getMany(ways.map(([one]) => quotaKey(quotaName(one, notice.drill))));
  ways.forEach(([channel], index) => {
    const { closed } = readStanding(standings[index]);
    if (closed) of.closed[channel] = closed;
  });
  const addressees = await addresseesOf(deps, members, notice.exemptions);
  const listed = await withRows(deps, notice.noticeId, addressees);
  const waits: number[] = [];
  const open = listed.filter((one) => {
    // Reached by nothing, somebody waits only where what was sent has still to be answered.
    const alone = nextAction({ row: rowOf(one), reach: new Set() }, channelsOf(of), deps.clock.now());
    if (alone.do === 'wait') waits.push(alone.untilMs);
    return alone.do === 'note';
  });
  return { people: await withReach(deps, of.notice.kind, ways, open), waits };
}

function waysOf<D extends boolean>({ set, notice }: Visit<D>): Ways {
  return notice.channels.flatMap((channel): Ways => {
    if (channel === 'inbox' || channel === 'announcement') return [];
    const way = set.ways[channel];
    return way && notice.texts[channel] !== undefined ? [[channel, way]] : [];
  });
}

async function withReach({ table }: Deps, kind: string, ways: Ways, some: Listed[]): Promise<Told[]> {
  const keysOf = ({ subjectId, as }: Listed) => [
    keys.person(subjectId),
    ...wishKeys(kind, subjectId),
    ...ways.flatMap(([, way]) => way.itemsOf(subjectId, { kind, as })),
  ];
  const items = await table.getMany(some.flatMap(keysOf));
  return some.map((one) => ({
    ...one,
    reach: reachBy(kind, ways, one, items.splice(0, keysOf(one).length)),
  }));
}

/** Whoever has no account any more, or does not want such a notice, is reached by the announcement alone. */
function reachBy(
  kind: string,
  ways: Ways,
  one: Listed,
  [own, ...items]: (Item | undefined)[],
): ReadonlySet<ChannelId> {
  const person = own && readPerson(own);
  if (!person || !canSignIn(person)) return new Set();
  const { subjectId, as } = one;
  if (!isWish(kind, items.splice(0, wishKeys(kind, subjectId).length))) return new Set();
  const whom = { kind, as };
  const last = rowOf(one)?.tries.at(-1);
  const reached = ways.filter(([channel, way]) =>
    way.reaches(person, items.splice(0, way.itemsOf(subjectId, whom).length), whom, isFirstBy(channel, last)),
  );
  return new Set<ChannelId>(['inbox', ...reached.map(([channel]) => channel)]);
}

type Plan = { notes: Planned[]; sends: Map<PartnerChannel, Planned[]>; waits: number[] };

function planOf<D extends boolean>(of: Visit<D>, people: Told[], nowMs: number): Plan {
  const plan: Plan = { notes: [], sends: new Map(), waits: [] };
  for (const one of people) {
    const action = nextAction({ row: rowOf(one), reach: one.reach }, channelsOf(of), nowMs);
    if (action.do === 'wait') plan.waits.push(action.untilMs);
    if (action.do === 'note') plan.notes.push({ one, tries: action.tries });
    if (action.do === 'send') {
      const others = plan.sends.get(action.channel) ?? [];
      plan.sends.set(action.channel, [...others, { one, tries: action.tries }]);
    }
  }
  return plan;
}

/** Sends to as many as the channel has time for in the next block, or says when to ask again. */
async function sendBlock<D extends boolean>(
  deps: Deps,
  of: Visit<D>,
  channel: PartnerChannel,
  planned: Planned[],
): Promise<{ askAtMs: number } | { state: NoticeState }> {
  const way = of.set.ways[channel];
  if (!way) throw new Error('a channel has no way');
  const block = await takeBlock(deps, quotaName(channel, of.notice.drill), way.quota, planned.length);
  if ('askAtMs' in block) return block;
  await deps.channels.until(block.startMs);
  for (const some of slicesOf(planned.slice(0, block.count), AT_ONCE)) {
    const { state, inTrouble } = await sendSome(deps, of, channel, way, some);
    if (state !== 'sending' || inTrouble) return { state };
  }
  return { state: 'sending' };
}
