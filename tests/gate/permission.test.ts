import { toInstant } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import { dispatch } from '../../lib/gate/dispatch';
import { actOf, issueProof } from '../../lib/gate/proof';
import { type Clients, holdPartners, type PartnerId, partnerOf } from '../../lib/partners';
import { needsConsent, type PurposeId, purposeIds } from '../../lib/policy/purposes';
import { recipients } from '../../lib/policy/recipients';
import { keys } from '../../lib/table/keys';
import { leaveAccount } from '../../lib/table/person/join';
import { readPerson } from '../../lib/table/person/person';
import { endSessions } from '../../lib/table/person/sessions';
import { putBlock } from '../../lib/table/sharing/block';
import { agreeingPartners } from '../identity/agreeing-partners';
import { outlives } from '../judge/what-is-what';
import { holdsFor } from '../proof/sample';
import { withdraw } from '../support/consent';
import { partnerIds } from '../support/partners';
import { proverOf } from '../support/prover';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';
import { everyOperation, operationOf } from './every-operation';

/**
 * Permission is part of the write: every operation that a person calls is held at each of its trips, to the table and to a
 * partner; meanwhile what it rests on ends; then it goes on. Whatever it answers, nothing of that person's is written or
 * sent after that on what has ended (promises K3, K4, A5, A1, D1).
 */
let world: World;
let me: Caller;
let openid: string;
/** Everybody else whom the operation is prepared with. */
let others: string[] = [];
/** Whether the caller's account has been given up whole. */
let joined = false;
const noting =
  (arrive: (openid: string) => Promise<Caller>) =>
  async (openid: string): Promise<Caller> => {
    const caller = await arrive(openid);
    others.push(numberOf(caller));
    return caller;
  };
const rows = everyOperation(
  () => ({ ...world, signIn: noting(world.signIn), cardHolder: noting(world.cardHolder) }),
  () => me,
  () => openid,
);
const paths = Object.keys(rows).filter((path) => operationOf(path).caller === 'subject');

/**
 * `give up`: the moment at which an account is left. `join`: the same and everything that follows, to its end, in another
 * account. `block`: everybody else whom the operation is about blocks the caller.
 */
const events = ['withdraw', 'sign out', 'give up', 'join', 'block', 'publish'] as const;
type Event = (typeof events)[number];
type Case = { path: string; event: Event; trip: number };

/** Trips that are held, one after the other; an operation with fewer has nothing to hold there. */
const MOST_TRIPS = 8;
const cases: Case[] = paths.flatMap((path) =>
  (process.env.EV ? [process.env.EV as Event] : events).flatMap((event) =>
    Array.from({ length: MOST_TRIPS }, (_, trip) => ({ path, event, trip })),
  ),
);

beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
});

it('goes over every function that people call', () => {
  expect(new Set(paths.map((path) => path.split('/')[0]))).toEqual(
    new Set(['login', 'consent', 'cards', 'profile', 'location', 'identity', 'rights']),
  );
  expect(paths.length).toBeGreaterThan(80);
});

it('whatever ends while an operation is under way, nothing is written or sent on it afterwards (K3, K4, A5, A1, D1)', async () => {
  const wrong: (Case & { found: string[] })[] = [];
  await holdsFor(cases, 24, async (one) => {
    openid = `me-${onceKey()}`;
    me = await world.cardHolder(openid);
    others = [numberOf(me)];
    joined = false;
    const found = await run(one);
    if (found.length > 0) wrong.push({ ...one, found });
  });
  expect(wrong).toEqual([]);
});

/** What was written or sent after the event and rests on what it ended. */
async function run({ path, event, trip }: Case): Promise<string[]> {
  const { input, by = me } = (await rows[path]?.()) ?? {};
  const subjectId = numberOf(by as Caller);
  others = others.filter((other) => other !== subjectId);
  const look = () => itemsOf(event === 'block' ? [subjectId, ...others] : [subjectId]);
  const { ends, purpose } = operationOf(path);
  const state: { trips: number; before?: Map<string, string>; sent: PartnerId[]; published: boolean } = {
    trips: 0,
    sent: [],
    published: false,
  };
  const hold = async <T>(act: () => Promise<T>): Promise<T> => {
    const isIt = state.trips++ === trip;
    if (isIt) await happen(event, subjectId, by as Caller, purpose);
    if (isIt && event !== 'publish') state.before = await look();
    try {
      return await act();
    } finally {
      // A version takes effect at its date on every instance: what was sent before that moment is on its way.
      if (isIt && event === 'publish') state.before = await look();
      state.published ||= isIt && event === 'publish';
    }
  };
  const deps = held(world.deps, hold, state);
  const [name = '', operation = ''] = path.split('/');
  const call = {
    requestId: 'r',
    host: 'test',
    trigger: 'client',
    address: '203.0.113.7',
    operation,
    input,
    ...by,
  } as const;
  await dispatch(deps, name, functions[name] ?? {}, call);
  const { before, sent } = state;
  if (!before) return []; // it has fewer trips
  const after = await look();
  const written = [...after].filter(([key, item]) => before.get(key) !== item).map(([key]) => key);
  if (event === 'block')
    return written
      .filter((key) => !before.has(key))
      .filter((key) => bringsTogether(key, after.get(key) ?? '', [subjectId, ...others]));
  const stays = event === 'join' ? await leftAfterJoin(subjectId) : [];
  return ends
    ? stays
    : [
        ...stays,
        ...written.filter((key) => restsOnWhatEnded(key, after.get(key) ?? '', event)),
        ...sent.filter((name) => mayNotBeSent(name, event)).map((name) => `sent to ${name}`),
      ];
}

async function happen(event: Event, subjectId: string, by: Caller, purpose: string | null): Promise<void> {
  const { table, ring, clock } = world.deps;
  const [item] = await table.getMany([keys.person(subjectId)]);
  if (!item) return;
  const person = readPerson(item);
  const granted = Object.keys(person.consents);
  if (event === 'withdraw')
    for (const one of granted)
      if (one === purpose || !purpose) await withdraw(world, by, one).catch(() => {});
  if (event === 'sign out') await table.update(endSessions(subjectId, Object.keys(person.sessions)));
  if (event === 'give up') {
    const when = { nowMs: clock.now(), requestId: 'left' };
    const [first, ...others] = (
      await leaveAccount(ring, person, { act: 'account.left', other: 'A'.repeat(22) }, when)
    ).writes;
    if (first) await table.write(first, ...others);
  }
  if (event === 'join') await joinInto(subjectId);
  if (event === 'block')
    for (const other of others)
      await table.write(...putBlock(other, { blockedId: subjectId, blockedAt: toInstant(clock.now()) }));
}

/** Another account of the same person takes this one over, up to the end of what follows. */
async function joinInto(subjectId: string): Promise<void> {
  const stays = await world.signIn(`stays-${onceKey()}`);
  const target = (id: string) => actOf('login/joinAccounts', id);
  const [self] = await world.deps.table.getMany([keys.person(subjectId)]);
  const [sessionId = ''] = self ? Object.keys(readPerson(self).sessions) : [];
  const otherProof = await issueProof(world.deps, { subjectId, sessionId }, target(numberOf(stays)));
  const proof = await issueProof(world.deps, proverOf(stays), target(subjectId));
  // Refused where the account has been given up by the operation itself.
  const input = { keep: 'this', otherProof };
  const { ok } = await world.call('login/joinAccounts', input, { ...stays, proof });
  joined = ok;
  await world.work();
}

/**
 * What is left in an account that was given up, with no duty to erase it, and is not kept to prove something; and what
 * other people are left with that leads to it, where nobody answers any more.
 */
async function leftAfterJoin(subjectId: string): Promise<string[]> {
  if (!joined) return [];
  await world.work();
  // A proof of self names the account that it is for, and lives for minutes; a hold stays until the law lets go.
  const isKept = ([key, item]: [string, string]) =>
    outlives.has((JSON.parse(item) as { entity: string }).entity) || /#(PROOF|PROCESS#hold)#/.test(key);
  const leading = [...(await itemsOf(others))].filter((one) => one[1].includes(subjectId) && !isKept(one));
  const left = [...(await itemsOf([subjectId]))].filter((one) => !isKept(one) && !one[0].endsWith('#PERSON'));
  // An upload that may still arrive is waited for, with the duty in place.
  const duties = left.flatMap(([, item]) => {
    const { kind, state } = JSON.parse(item) as { kind?: string; state?: { purpose?: string } };
    return kind === 'erasure' ? [String(state?.purpose)] : [];
  });
  const withoutDuty = left
    .map(([key]) => key)
    .filter((key) => !key.includes('#PROCESS#erasure#') && !duties.includes(key.split('#')[3] ?? ''));
  return [...withoutDuty.map((key) => `left: ${key}`), ...leading.map(([key]) => `leads there: ${key}`)];
}

/** A new item about cards, in the partition of one of them, that names another one. */
function bringsTogether(key: string, item: string, people: string[]): boolean {
  const [, owner = '', purpose = ''] = /^P#([^#]+)#DATA#([^#]+)#/.exec(key) ?? [];
  const aboutCards = ['cards', 'card-public', 'viewer-name', 'location'].includes(purpose);
  return aboutCards && people.some((one) => one !== owner && item.includes(one));
}

function numberOf({ token }: Caller): string {
  return parseToken(token)?.subjectId ?? '';
}

type Hold = <T>(act: () => Promise<T>) => Promise<T>;

/** The service with every trip to table and partners held by `hold`; once published, every purpose reaches further. */
function held(
  deps: Deps,
  hold: Hold,
  state: { before?: unknown; sent: PartnerId[]; published: boolean },
): Deps {
  const { table, policy } = deps;
  const partner = (name: PartnerId) =>
    Object.fromEntries(
      Object.entries(partnerOf(deps.partners, name) ?? {}).map(([method, act]) => [
        method,
        typeof act !== 'function'
          ? act
          : (...args: unknown[]) => {
              // What ends at the very moment of the sending finds it on its way.
              if (state.before) state.sent.push(name);
              return hold(async () => (act as (...all: unknown[]) => unknown)(...args));
            },
      ]),
    );
  return {
    ...deps,
    table: {
      ...table,
      getMany: (...asked) => hold(() => table.getMany(...asked)),
      query: (...asked) => hold(() => table.query(...asked)),
      write: (...writes) => hold(() => table.write(...writes)),
      update: (update) => hold(() => table.update(update)),
    },
    partners: holdPartners(Object.fromEntries(partnerIds.map((id) => [id, partner(id)])) as Clients),
    policy: {
      ...policy,
      inForce() {
        const summary = policy.inForce();
        const reachVersions = Object.fromEntries(purposeIds.map((id) => [id, summary.version + 1]));
        return state.published ? { ...summary, reachVersions } : summary;
      },
    },
  };
}

/** Every raw item in the partitions of some people, by its key. */
async function itemsOf(people: string[]): Promise<Map<string, string>> {
  const found = await Promise.all(
    people.map((subjectId) =>
      world.deps.table.query({
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': keys.person(subjectId).pk },
      }),
    ),
  );
  return new Map(
    found.flatMap(({ items }) => items).map((item) => [`${item.pk}#${item.sk}`, JSON.stringify(item)]),
  );
}

/** The session has ended, and with a join the account. */
function isOver(event: Event): boolean {
  return event === 'sign out' || event === 'give up' || event === 'join';
}

/** What the law asks for, such as the risk of an act, rests on no consent; but on somebody who is signed in. */
function mayNotBeSent(name: PartnerId, event: Event): boolean {
  return isOver(event) || needsConsent(recipients[name].purpose);
}

/** Entries of the ledger that use data; that something was answered, ended or undone may still be noted. */
const uses = ['disclosure.made', 'phone.bound', 'identity.linked', 'real-name.verified'];

function restsOnWhatEnded(key: string, item: string, event: Event): boolean {
  const sk = key.split('#').slice(2).join('#');
  if (sk.startsWith('LEDGER#')) {
    const { act, purpose } = JSON.parse(item) as { act: string; purpose: PurposeId };
    const rests = isOver(event) || needsConsent(purpose);
    return rests && uses.includes(act);
  }
  const [, purpose = ''] = /^DATA#([^#]+)#/.exec(sk) ?? [];
  const consented = purposeIds.some((id) => id === purpose && needsConsent(id));
  // A place changes with everything that ends the consent it rests on; a session is not what it rests on.
  if (event === 'sign out' && sk === 'DATA#location#point') return false;
  return event === 'withdraw' || event === 'publish' ? consented : purpose !== '';
}
