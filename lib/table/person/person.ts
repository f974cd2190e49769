import * as z from 'zod/mini';
import { guardianNeeds } from '../../policy/age';
import type { ConsentPurposeId } from '../../policy/purposes';
import { bytes, defineRecord, digest, mapOf, plain, sealed, type ValueOf } from '../attribute';
import { macOf, toBindMap } from '../bound';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import { EVERYONE_SHARDS, everyoneShard, type Key, keys, shardOf } from '../keys';
import type { ChainHead } from '../ledger/chain';
import { inPersonAt } from '../place';
import { create, pointersTo } from '../replace';
import { afterDeath } from './after-death';
import { lifeStates, whileHere } from './life';
import { type Identity, identityAt, pointerKey } from './pointer';
import { standing } from './standing';
import { lastUseOf, watchSince } from './watch';

/**
 * The person's own item: everything the front door must know about a caller, read in one strongly consistent unit.
 * Sessions and consents live inside it, so ending either is one write that every instance sees on its next call
 * (promises A5, K3). It must stay below 4 KB; a test fills it to its limits and holds it to that.
 */

/** Live sessions of one person; signing in once more ends the one that began first. */
export const MAX_SESSIONS_PER_PERSON = 5;

/** WeChat identities that lead to one account. */
export const MAX_IDENTITIES_PER_PERSON = 8;

/** Acts of consent whose idempotency keys are remembered, beside the last one on each purpose. */
export const MAX_ACTS_REMEMBERED = 5;

/** Cards of one person. */
export const MAX_CARDS_PER_PERSON = 50;

/**
 * One signed-in device, or an approval that waits for its browser, and what it rests on: it has ended when that has (ways.ts).
 * It has a checksum of its own: sessions end by writes that do not read. The sealed facts arrive only after the person has been
 * shown the policy (promise S8).
 */
export const session = defineRecord(
  'session',
  {
    secretDigest: digest('session-proof', bytes),
    startedAtSeconds: plain('session-time', z.int()),
    /** An approved web sign-in that its browser has not picked up yet: nobody knows the secret, and it ends by then. */
    pickUpUntilSeconds: plain('session-time', z.optional(z.int())),
    /** Of a browser, and of nothing else: the session that approved it. */
    from: digest('web-session', z.optional(z.string())),
    /** To the hour. */
    usedAtSeconds: plain('session-time', z.optional(z.int())),
    /** Short name of the WeChat identity that signed in, or approved (wechat-account.ts); absent where it is another entry's. */
    identity: digest('wechat-identity', z.optional(z.string())),
    /** It began by the number of a bound phone. */
    byPhone: plain('session-time', z.optional(z.literal(true))),
    /** The linked entry that signed in or approved, the epoch of the consent that it rests on, and `entryEpoch`: `<entry>:<epoch>:<count>`. */
    link: plain('link-state', z.optional(z.string())),
    device: sealed('device', z.optional(z.string())),
    clientVersion: sealed('device', z.optional(z.string())),
    place: sealed('network-place', z.optional(z.string())),
  },
  { each: ['secretDigest', 'startedAtSeconds', 'pickUpUntilSeconds', 'from', 'identity', 'byPhone', 'link'] },
);
export type Session = ValueOf<typeof session>;

/** What a session is. What it may do, how long it lives and whom the risk rule asks about follow from its record, and from no transport. */
export const sessionKinds = ['mini-program', 'phone', 'entry', 'web'] as const;

export function kindOf({
  from,
  link,
  byPhone,
}: Pick<Session, 'from' | 'link' | 'byPhone'>): (typeof sessionKinds)[number] {
  if (from !== undefined) return 'web';
  if (link !== undefined) return 'entry';
  return byPhone ? 'phone' : 'mini-program';
}

/** How an identity came to lead to an account. */
export const waysCome = ['first', 'openid', 'unionid', 'phone', 'joined'] as const;

/** A WeChat identity that leads in, under its short name (wechat-account.ts): since when, by what, and what it rests on (promise A5). */
export const wayIn = defineRecord(
  'way-in',
  {
    /** The first identity here of the WeChat that it is of, by short name: those of one WeChat end together. Absent: itself. */
    of: digest('wechat-identity', z.optional(z.string())),
    /** Absent: since the account was opened. */
    sinceSeconds: plain('account-state', z.optional(z.int())),
    came: plain('account-state', z.enum(waysCome)),
    /** It rests on the phone bound under the consent of this epoch, and ends with either. Absent: it stands by itself. */
    phoneEpoch: plain('account-state', z.optional(z.int())),
  },
  { each: ['of', 'sinceSeconds', 'came', 'phoneEpoch'] },
);
export type WayIn = ValueOf<typeof wayIn>;

/**
 * Where one purpose stands for one person. The history is in the ledger; this is what the gate obeys. Every act is written on what
 * all of them were, so they have one checksum together, and no earlier state of one stands beside newer ones.
 */
export const consent = defineRecord(
  'consent',
  {
    granted: plain('consent-state', z.boolean()),
    /** Number of the ledger entry that brought this state; 0 before any. Acts name it, so an old message changes nothing. */
    entry: plain('consent-state', z.int()),
    policyVersion: plain('consent-state', z.int()),
    atSeconds: plain('consent-state', z.int()),
    /** When a change of what was agreed to was refused; the grant stays what it was and covers nothing new. */
    refusedAtSeconds: plain('consent-state', z.optional(z.int())),
    /** Withdrawals so far. Data carries the epoch it was made in; data of an ended epoch is dead at once. */
    epoch: plain('consent-state', z.int()),
    /** Digest of the idempotency key and content of the act, to recognise a repeat. */
    request: plain('consent-state', z.string()),
  },
  { together: ['granted', 'entry', 'policyVersion', 'atSeconds', 'refusedAtSeconds', 'epoch'] },
);
export type Consent = ValueOf<typeof consent>;

export const person = declareEntity('person', {
  place: inPersonAt('account', keys.person('').sk),
  life: { rule: 'account-life' },
  pointers: ['openid-pointer', 'unionid-pointer'],
  indexes: ['everyoneShard', 'dueShard', 'dueAt'],
  /** The ledger stays, and with it where it ends: without that nobody could tell whether it is whole (promise S9). */
  outlives: 'proof-three-years',
  remains: [
    'everyoneShard',
    'subjectId',
    'createdAt',
    'lifeState',
    'lifeStateAt',
    'held',
    'ledgerSeq',
    'ledgerHash',
  ],
  counts: 'persons',
  grows: true,
  /** How the account stands: set together, under one checksum (standing.ts). */
  guarded: standing.covered,
  unheld: 'it says how the account stands; a hold of everything moves its life (hold/whole.ts)',
  attributes: {
    /** By which the index of everybody finds the person. */
    everyoneShard: plain('account-number', z.string()),
    subjectId: plain('account-number', z.string()),
    createdAt: plain('session-time', z.string()),
    /** The data key under its branch key. Gone once the person is erased: nothing sealed of theirs opens any more. */
    wrappedKey: plain('key-material', z.optional(bytes)),
    /** How the account stands (`life.ts`), and since when; absent from the beginning until the first move. */
    lifeState: plain('account-state', z.enum(lifeStates)),
    lifeStateAt: plain('account-state', z.optional(z.string())),
    /** That the account is of somebody under 14 for whom no guardian answers, and how that is known (policy/age.ts). */
    needsGuardian: plain('account-state', z.optional(z.enum(guardianNeeds))),
    /** What they have said about the account after their death; the number of a report of it; and what they were before. */
    afterDeath: plain('account-state', z.optional(z.enum(afterDeath))),
    deathReport: plain('account-state', z.optional(z.int())),
    lifeBefore: plain('account-state', z.optional(z.enum(lifeStates))),
    /** The day on which they were last here, in Beijing: noted with what is written of a session anyway. */
    usedOn: plain('usage-date', z.optional(z.string())),
    /** What the account waits for while nobody uses it, and until when (watch.ts). */
    dueShard: plain('usage-date', z.optional(z.string())),
    dueAt: plain('usage-date', z.optional(z.string())),
    /** When the person first acted in front of the policy text: nothing optional is collected before (promise S8). */
    noticedAt: plain('consent-state', z.optional(z.string())),
    sessions: mapOf(session),
    /** What leads in and whether it still may: a pointer without its record here leads nobody in. */
    ways: mapOf(wayIn),
    /** How often a linked entry was undone: a session that began by one under an earlier count is over. */
    entryEpoch: plain('account-state', z.optional(z.int())),
    /** When the bound number turned out to be somebody else's by now; until another one is bound. */
    phoneGoneAt: plain('account-state', z.optional(z.string())),
    consents: mapOf(consent),
    /** Digests of the latest acts of consent, newest first, to recognise a key used again for something else. */
    acts: plain('consent-state', z.optional(z.array(z.string()))),
    cardCount: plain('card-state', z._default(z.int(), 0)),
    /** The one card that speaks for its owner: kept here, so that there is never more than one. */
    defaultCard: plain('card-state', z.optional(z.string())),
    /** Cards of others in the folder. */
    contactCount: plain('card-exchange', z.optional(z.int())),
    /** How often all links were revoked: a link of an earlier count is dead. */
    shareEpoch: plain('card-share', z.optional(z.int())),
    /** Of each sensitive kind how many items hold it; moved with them by the table (`gauge/counting.ts`). */
    held: plain('held-count', z.optional(z.record(z.string(), z.int()))),
    /** The holds of everything of the person, and the state that their life goes back to when the last of them is released. */
    wholeHolds: plain('hold-state', z.optional(z.array(z.string()))),
    lifeUnheld: plain('account-state', z.optional(z.enum(lifeStates))),
    /** The holds that are still at freezing: until they are done, nothing of the person is erased (lib/table/hold). */
    freezing: plain('hold-state', z.optional(z.array(z.string()))),
    ledgerSeq: plain('ledger-entry', z.int()),
    ledgerHash: plain('ledger-entry', bytes),
  },
});

/** A person, with the WeChat identities that lead to them: what the item keeps of those are the keys of their pointers. */
export type Person = Omit<ValueOf<typeof person>, 'everyoneShard'> & { identities: Identity[] };

/** @throws Error for an item that is no person: a programming error */
export function readPerson(item: Item): Person {
  const value = person.read(item);
  if (!value) throw new Error('not a person');
  return { ...value, identities: pointersTo(item).flatMap(identityAt) };
}

/** The write that makes a person, refused when the id is taken. */
export function putPerson({ identities, ...value }: Person): Write {
  const { subjectId } = value;
  const shard = everyoneShard(shardOf(subjectId, EVERYONE_SHARDS));
  const points = keysOf(identities);
  const made = { ...value, ...watchSince(subjectId, lastUseOf(value)), everyoneShard: shard };
  return create(person.make(subjectId, undefined, made, { points }));
}

/** For a transaction that notes something to somebody of whom nobody has asked: refused once they are not there any more. */
export function onlyWhileHere(subjectId: string): Write {
  return {
    ConditionCheck: {
      Key: keys.person(subjectId),
      ConditionExpression: whileHere.condition,
      ExpressionAttributeValues: whileHere.values,
    },
  };
}

/** What the person's item keeps of identities: `points` in an update. */
export function keysOf(identities: Identity[]): Key[] {
  return identities.map(({ domain, digest }) => pointerKey(domain, digest));
}

export function ledgerHead({ ledgerSeq, ledgerHash }: Person): ChainHead {
  return { seq: ledgerSeq, hash: ledgerHash };
}

/**
 * What is recorded of a person's standing on one purpose; never asked is not granted. It shows, and records what comes next;
 * nothing is decided by it but through `consentInForce` (consents.ts), and a test names who may read it.
 */
export function consentOf({ consents }: Person, purpose: ConsentPurposeId): Consent | undefined {
  const stored = consents[purpose];
  return stored && consent.decode(stored, purpose);
}

/** The checksum-to-be of a person's consents as they will be: part of every write that changes one. @throws SealError */
export function boundConsents(consents: Person['consents']): {
  set: string;
  values: Record<string, unknown>;
} {
  if (!consent.guarded) throw new Error('consents open doors');
  return {
    set: `${macOf('consents')} = :consentsMac`,
    values: { ':consentsMac': toBindMap(consent.guarded, consents) },
  };
}
