import { parseToken } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import { dispatch } from '../../lib/gate/dispatch';
import type { Operation } from '../../lib/gate/operation';
import { type Clients, holdPartners, type PartnerId, partnerOf } from '../../lib/partners';
import { needsConsent, type PurposeId, purposeIds } from '../../lib/policy/purposes';
import { recipients } from '../../lib/policy/recipients';
import { keys } from '../../lib/table/keys';
import { leaveAccount } from '../../lib/table/person/join';
import { readPerson } from '../../lib/table/person/person';
import { endSessions } from '../../lib/table/person/sessions';
import { agreeingPartners } from '../identity/agreeing-partners';
import { holdsFor } from '../proof/sample';
import { withdraw } from '../support/consent';
import { partnerIds } from '../support/partners';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';
import { everyOperation } from './every-operation';

/**
 * Permission is part of the write: every operation that a person calls is held at each of its trips, to the table and to a
 * partner; meanwhile what it rests on ends; then it goes on. Whatever it answers, nothing of that person's is written or
 * sent after that on what has ended (promises K3, K4, A5, A1, D1).
 */
let world: World;
let me: Caller;
let openid: string;
const rows = everyOperation(
  () => world,
  () => me,
  () => openid,
);
const paths = Object.keys(rows).filter((path) => operationOf(path).caller === 'subject');

const events = ['withdraw', 'sign out', 'give up', 'publish'] as const;
type Event = (typeof events)[number];
type Case = { path: string; event: Event; trip: number };

/** Trips that are held, one after the other; an operation with fewer has nothing to hold there. */
const MOST_TRIPS = 8;
const cases: Case[] = paths.flatMap((path) =>
  events.flatMap((event) => Array.from({ length: MOST_TRIPS }, (_, trip) => ({ path, event, trip }))),
);

beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
});

it('goes over every function that people call', () => {
  expect(new Set(paths.map((path) => path.split('/')[0]))).toEqual(
    new Set(['login', 'consent', 'cards', 'profile', 'location', 'identity']),
  );
  expect(paths.length).toBeGreaterThan(80);
});

it('whatever ends while an operation is under way, nothing is written or sent on it afterwards (K3, K4, A5, A1, D1)', async () => {
  const wrong: (Case & { found: string[] })[] = [];
  await holdsFor(cases, 24, async (one) => {
    openid = `me-${onceKey()}`;
    me = await world.cardHolder(openid);
    const found = await run(one);
    if (found.length > 0) wrong.push({ ...one, found });
  });
  expect(wrong).toEqual([]);
});

function operationOf(path: string): Operation {
  const [name = '', operation = ''] = path.split('/');
  const found = functions[name]?.[operation];
  if (!found) throw new Error(`no operation ${path}`);
  return found;
}

/** What was written or sent after the event and rests on what it ended. */
async function run({ path, event, trip }: Case): Promise<string[]> {
  const { input, by = me } = (await rows[path]?.()) ?? {};
  const subjectId = parseToken((by as Caller).token)?.subjectId ?? '';
  const { ends, purpose } = operationOf(path);
  const state: { trips: number; before?: Map<string, string>; sent: PartnerId[]; published: boolean } = {
    trips: 0,
    sent: [],
    published: false,
  };
  const hold = async <T>(act: () => Promise<T>): Promise<T> => {
    const isIt = state.trips++ === trip;
    if (isIt) await happen(event, subjectId, by as Caller, purpose);
    if (isIt && event !== 'publish') state.before = await itemsOf(subjectId);
    try {
      return await act();
    } finally {
      // A version takes effect at its date on every instance: what was sent before that moment is on its way.
      if (isIt && event === 'publish') state.before = await itemsOf(subjectId);
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
  const after = await itemsOf(subjectId);
  const written = [...after].filter(([key, item]) => before.get(key) !== item).map(([key]) => key);
  return ends
    ? []
    : [
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
      getMany: (wanted) => hold(() => table.getMany(wanted)),
      query: (query) => hold(() => table.query(query)),
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

/** Every raw item in a person's partition, by its sort key. */
async function itemsOf(subjectId: string): Promise<Map<string, string>> {
  const { items } = await world.deps.table.query({
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': keys.person(subjectId).pk },
  });
  return new Map(items.map((item) => [item.sk, JSON.stringify(item)]));
}

/** What the law asks for, such as the risk of an act, rests on no consent; but on somebody who is signed in. */
function mayNotBeSent(name: PartnerId, event: Event): boolean {
  return event === 'sign out' || event === 'give up' || needsConsent(recipients[name].purpose);
}

/** Entries of the ledger that use data; that something was answered, ended or undone may still be noted. */
const uses = ['disclosure.made', 'phone.bound', 'identity.linked', 'real-name.verified'];

function restsOnWhatEnded(sk: string, item: string, event: Event): boolean {
  if (sk.startsWith('LEDGER#')) {
    const { act, purpose } = JSON.parse(item) as { act: string; purpose: PurposeId };
    const rests = event === 'sign out' || event === 'give up' || needsConsent(purpose);
    return rests && uses.includes(act);
  }
  const [, purpose = ''] = /^DATA#([^#]+)#/.exec(sk) ?? [];
  const consented = purposeIds.some((id) => id === purpose && needsConsent(id));
  // A place changes with everything that ends the consent it rests on; a session is not what it rests on.
  if (event === 'sign out' && sk === 'DATA#location#point') return false;
  return event === 'withdraw' || event === 'publish' ? consented : purpose !== '';
}
