import { toInstant } from '../../lib/clock';
import type { Call } from '../../lib/gate/call';
import { keys } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { eraseSteps } from '../../lib/table/readers/erase';
import { subjectIdOf } from '../identity/support';
import { createJudge, type Opened } from '../judge/judge';
import { proofFor, tap } from '../login/support';
import { contact } from '../profile/budget-rows';
import { grant, withdraw } from '../support/consent';
import { move } from '../support/life';
import { shortClient } from '../support/short-way';
import { ticketOf } from '../support/ticket';
import { type Caller, createWorld, onceKey, type World } from '../support/world';

/** Kinds that people of a history come to have, each seen in the raw table by what was put there, and the purpose of each. */
export const marks = {
  nickname: { purpose: 'profile', seen: /昵称记号/ },
  'phone-number': { purpose: 'phone', seen: /1380055/ },
  'household-attributes': { purpose: 'service-household', seen: /"attributes":\{"sex"/ },
  'delivery-contact': { purpose: 'delivery', seen: /地址记号/ },
  'card-note': { purpose: 'cards', seen: /备注记号/ },
  'card-phone': { purpose: 'cards', seen: /13911112222/ },
} as const;
export type Mark = keyof typeof marks;
export const markIds = Object.keys(marks) as Mark[];
const purposes = [...new Set(Object.values(marks).map(({ purpose }) => purpose))];

/** What was in the raw table from an act until the next one: of each account, the marks that open. */
type State = { atMs: number; held: Map<string, Set<Mark>> };
type Account = { caller: Caller; openid: string; subjectId: string };

/** What really happened, noted by hand and by looking at the raw table: it knows nothing of how the service answers. */
export type History = {
  world: World;
  states: State[];
  /** Every account there ever was, with the moment it was opened and what it agreed to and last withdrew, by purpose. */
  accounts: Map<
    string,
    {
      openedAtMs: number;
      agreed: Set<string>;
      withdrawnAtMs: Map<string, number>;
      erased: boolean;
      openid: string;
    }
  >;
  /** Who touched whose data and when, as the raw ledgers say. */
  touches: { actor: string; subjectId: string; atMs: number }[];
  /** A digest by which somebody with an account can be found. */
  digests: Map<string, { domain: string; digest: string }>;
};

const names = ['a', 'b', 'c', 'd'] as const;
type Name = (typeof names)[number];
type Parts = { history: History; here: Map<Name, Account>; many: { n: number } };
type Act = (parts: Parts, me: Account, other: Account | undefined) => Promise<unknown>;

const once = () => ({ idempotencyKey: onceKey() });
const card = (with_: { note?: boolean; phone?: boolean }) => ({
  name: '林晓',
  ...(with_.note && { note: '备注记号' }),
  ...(with_.phone && { phones: [{ number: '13911112222', label: 'mobile' }] }),
});
type Shown = { cardId: string; version: number };
const firstCard = async ({ world }: History, by: Partial<Call>) => {
  const reply = await world.call('cards/list', {}, by);
  return reply.ok ? (reply.data as { cards: Shown[] }).cards[0] : undefined;
};
const changeCard =
  (content: object): Act =>
  async ({ history }, { caller }) => {
    const known = await firstCard(history, caller);
    if (!known) return history.world.call('cards/create', { ...content, ...once() }, caller);
    const { cardId, version } = known;
    return history.world.call('cards/update', { ...content, cardId, version }, caller);
  };
const name =
  (nickname?: string): Act =>
  async ({ history: { world } }, { caller }) => {
    const reply = await world.call('profile/get', {}, caller);
    if (!reply.ok) return reply;
    const { version } = reply.data as { version: number };
    return world.call('profile/update', { version, ...(nickname && { nickname }) }, caller);
  };

export const acts: Record<string, Act> = {
  'takes a name': name('昵称记号'),
  'drops the name': name(),
  'binds a phone': async ({ history: { world }, many }, { caller, openid }) => {
    many.n += 1;
    return world.call(
      'login/bindPhone',
      { code: tap(`1380055${String(many.n).padStart(4, '0')}`, openid) },
      caller,
    );
  },
  'unbinds the phone': ({ history: { world } }, { caller }) => world.call('login/unbindPhone', {}, caller),
  'tells a service': ({ history: { world } }, { caller }) =>
    world.call('profile/setHouseholdAttributes', { version: 0, attributes: { sex: 'female' } }, caller),
  'has something sent': ({ history: { world } }, { caller }) =>
    world.call('profile/createDelivery', { ...contact, address: '地址记号', ...once() }, caller),
  'writes a plain card': changeCard(card({})),
  'writes a card with a note': changeCard(card({ note: true })),
  'writes a card with all': changeCard(card({ note: true, phone: true })),
  'deletes a card': async ({ history }, { caller }) => {
    const known = await firstCard(history, caller);
    return (
      known && history.world.call('cards/delete', { cardId: known.cardId, version: known.version }, caller)
    );
  },
  ...Object.fromEntries(
    purposes.flatMap((purpose): [string, Act][] => [
      [
        `withdraws ${purpose}`,
        ({ history: { world, accounts } }, { caller, subjectId }) => {
          accounts.get(subjectId)?.withdrawnAtMs.set(purpose, world.deps.clock.now());
          return withdraw(world, caller, purpose);
        },
      ],
      [`agrees to ${purpose} again`, (parts, me) => agree(parts, me, purpose)],
    ]),
  ),
  'is looked at': async ({ history: { world } }, { subjectId }) => {
    const input = { subjectId, reason: 'complaint', ticket: await ticketOf(world, subjectId, 'wu') };
    return world.call('consent/inspect', input, { token: 'staff:wu:officer' });
  },
  'sees erasures done': ({ history: { world } }) => world.work(),
  'is erased': async ({ history, here }, { subjectId }) => {
    const { table, clock } = history.world.deps;
    const at = toInstant(clock.now());
    await move(table, subjectId, 'closing', at);
    for await (const { writes } of eraseSteps(table, subjectId, { at })) await table.write(...writes);
    const account = history.accounts.get(subjectId);
    if (account) account.erased = true;
    for (const [who, known] of here) if (known.subjectId === subjectId) here.delete(who);
  },
  'gives the account up': async ({ history: { world }, here }, me, other) => {
    if (!other || other.subjectId === me.subjectId) return;
    const act = 'login/joinAccounts';
    const otherProof = await proofFor(world, me.caller, me.openid, act, other.subjectId);
    const proof = await proofFor(world, other.caller, other.openid, act, me.subjectId);
    const reply = await world.call(act, { keep: 'this', otherProof }, { ...other.caller, proof });
    for (const [who, known] of here) if (reply.ok && known.subjectId === me.subjectId) here.delete(who);
  },
};
export const actIds = Object.keys(acts);

async function agree({ history }: Parts, { caller, subjectId }: Account, ...of: string[]): Promise<void> {
  await grant(history.world, caller, ...of);
  for (const purpose of of) history.accounts.get(subjectId)?.agreed.add(purpose);
}

/** One act: how long after the one before, who, what, with whom, and which purposes somebody new agrees to. */
export type Drawn = { afterMs: number; act: string; who: number; with: number; agrees: boolean[] };

/** Lets it all happen, and looks at the raw table after each act. */
export async function happen(drawn: readonly Drawn[]): Promise<History> {
  const world = await createWorld();
  const { config } = world;
  const judge = createJudge({
    client: shortClient({ region: config.SERVICE_REGION, endpoint: config.TABLE_ENDPOINT }),
    tableNames: [config.TABLE_NAME, config.PLACES_TABLE_NAME],
    rootKey: config.ROOT_KEY,
  });
  const history: History = { world, states: [], accounts: new Map(), touches: [], digests: new Map() };
  const parts: Parts = { history, here: new Map(), many: { n: 0 } };
  let came = 0;
  for (const { afterMs, act, who, with: other, agrees } of drawn) {
    world.wait(afterMs);
    const name = names[who % names.length] ?? 'a';
    const known = parts.here.get(name);
    if (known) await acts[act]?.(parts, known, parts.here.get(names[other % names.length] ?? 'a'));
    else {
      came += 1;
      const openid = `${name}-${came}`;
      const caller = await world.signIn(openid);
      const subjectId = subjectIdOf(caller);
      const openedAtMs = world.deps.clock.now();
      history.accounts.set(subjectId, {
        ...{ openedAtMs, agreed: new Set(), withdrawnAtMs: new Map(), erased: false, openid },
      });
      parts.here.set(name, { caller, openid, subjectId });
      await agree(parts, { caller, openid, subjectId }, ...purposes.filter((_, index) => agrees[index]));
    }
    const { items } = await judge.look();
    history.states.push({ atMs: world.deps.clock.now(), held: heldIn(items) });
    history.touches = touchesIn(items);
  }
  for (const subjectId of history.accounts.keys()) {
    const [item] = await world.deps.table.getMany([keys.person(subjectId)]);
    const [identity] = item ? readPerson(item).identities : [];
    if (identity) history.digests.set(subjectId, identity);
  }
  world.wait(10 * 60_000);
  return history;
}

function touchesIn(items: Opened[]): History['touches'] {
  return items.flatMap(({ pk, content: { recipient, staff, at, kinds } }) => {
    const isAboutData = pk.startsWith('P#') && Array.isArray(kinds) && kinds.length > 0;
    if (!isAboutData || (recipient ?? staff) === undefined) return [];
    const actor = recipient === undefined ? `staff:${staff}` : `recipient:${recipient}`;
    return [{ actor, subjectId: pk.slice(2), atMs: Date.parse(String(at)) }];
  });
}

function heldIn(items: Opened[]): State['held'] {
  const held: State['held'] = new Map();
  for (const { pk, opened } of items) {
    if (!pk.startsWith('P#')) continue;
    const text = JSON.stringify(opened);
    const of = held.get(pk.slice(2)) ?? new Set();
    held.set(pk.slice(2), of);
    for (const mark of markIds) if (marks[mark].seen.test(text)) of.add(mark);
  }
  return held;
}

export type Span = { fromMs: number; untilMs: number };

/** Whether somebody had a mark at some moment of a span. What an act took away was there until the millisecond of that act. */
export function hadDuring(
  { states }: History,
  subjectId: string,
  mark: Mark,
  { fromMs, untilMs }: Span,
): boolean {
  return states.some(({ atMs, held }, index) => {
    const nextMs = states[index + 1]?.atMs ?? Number.POSITIVE_INFINITY;
    return held.get(subjectId)?.has(mark) === true && atMs < untilMs && nextMs >= fromMs;
  });
}

/** Since when somebody has had a mark without a break until now; undefined where they have it no more. */
export function hasSince({ states }: History, subjectId: string, mark: Mark): number | undefined {
  const has = ({ held }: State) => held.get(subjectId)?.has(mark) === true;
  const lastWithout = states.findLastIndex((state) => !has(state));
  return states[lastWithout + 1]?.atMs;
}
