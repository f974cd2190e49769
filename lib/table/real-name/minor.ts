import * as z from 'zod/mini';
import { type AgeBand, ageBands, type GuardianNeed, type KnownAge } from '../../policy/age';
import { wayIds } from '../../policy/assurance';
import { otherPerson, plain, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import type { PersonChange } from '../person/standing';
import { byDigest, inPerson } from '../place';
import { create, remove, replace } from '../replace';
import { ageBand } from './age-band';

/**
 * The mark of an account of somebody under 18, for the yearly audit and for what they may not do alone (promise N4; 未保网条例
 * art. 37). It is the account's, whatever becomes of the verification that showed it: the birth date is not kept, so it stays
 * until a proof that is believed says otherwise (policy/age.ts).
 */
export const minorMark = declareEntity('minor', {
  place: inPerson('minors', 'age'),
  life: { rule: 'minor-life' },
  actsWhileHeld: 'a child is protected as a child',
  guarded: ['band', 'way', 'markedAt'],
  attributes: {
    band: ageBand(z.enum(ageBands)),
    /** The way that showed it; absent where a human decided by a document. */
    way: plain('age-band', z.optional(z.enum(wayIds))),
    markedAt: plain('age-band', z.string()),
  },
});

export const minorKey = (subjectId: string): Key => minorMark.key(subjectId);

/** What is known of somebody's age by the mark in an item; undefined of who is no minor, or of whom nothing is known. */
export function readAge(item: Item | undefined): KnownAge | undefined {
  return minorMark.read(item);
}

/** Refuses a transaction where somebody is marked as a minor. */
export const noMinor = (subjectId: string): Write => ({
  ConditionCheck: { Key: minorKey(subjectId), ConditionExpression: 'attribute_not_exists(pk)' },
});

/**
 * Puts the mark, or takes it away from somebody who is an adult by now; nothing when it is as it should be. Refused unless the
 * mark is as it was seen.
 */
export function markMinor(
  subjectId: string,
  before: Item | undefined,
  known: Partial<KnownAge>,
  at: string,
): Write[] {
  const { band, way } = known;
  if (band === undefined) return [];
  const asSeen = before
    ? { ConditionExpression: 'markedAt = :seenAt', ExpressionAttributeValues: { ':seenAt': before.markedAt } }
    : { ConditionExpression: 'attribute_not_exists(pk)' };
  if (band === 'adult') return before ? remove(before, asSeen) : [noMinor(subjectId)];
  const mark = { band, way, markedAt: at };
  return replace(minorMark.make(subjectId, undefined, mark, { before }), before, asSeen);
}

/** Leads from the keyed digest of a guardian's code to the child. Dead after a day, or when it is asked for anew. */
export const guardianCode = declareEntity('guardian-code', {
  place: byDigest('minors', 'guardian-code'),
  life: { rule: 'guardian-code-life', from: 'askedAt' },
  guarded: ['subjectId', 'askedAt'],
  attributes: {
    subjectId: plain('account-number', z.string()),
    askedAt: plain('guardian-code', z.string()),
  },
});
export const guardianCodeKey = (codeDigest: string): Key => guardianCode.key(codeDigest);

/** The child whom a code leads to. */
export function readGuardianCode(item: Item | undefined): string | undefined {
  return guardianCode.read(item)?.subjectId;
}

/** The write that makes a guardian's code lead to the child until it ends; refused when the code is taken. */
export function putGuardianCode(subjectId: string, codeDigest: string, askedAt: string): Write {
  return create(guardianCode.make(codeDigest, undefined, { subjectId, askedAt }));
}

/**
 * What a guardian has said about one child's real-name verification (PIPL art. 31). While they consent, it leads to their own
 * note of the child, which goes with it.
 */
export const guardian = declareEntity('guardian', {
  place: inPerson('minors', 'guardian'),
  life: { rule: 'minor-life' },
  actsWhileHeld: 'a guardian answers for the child',
  pointers: ['guardian-code', 'ward'],
  /** Not who the guardian is: a guardian who is erased is forgotten by a write that does not read. */
  guarded: ['state', 'codeDigest', 'askedAt', 'decidedAt', 'textHash'],
  attributes: {
    state: plain('guardian', z.enum(['asked', 'consented', 'refused', 'withdrawn'])),
    /** Keyed digest of the short code that the guardian is given. */
    codeDigest: plain('guardian', z.string()),
    askedAt: plain('guardian', z.string()),
    decidedAt: plain('guardian', z.optional(z.string())),
    guardianId: otherPerson('guardian', 'ward', z.optional(z.string())),
    /** Hash of the notice that was on the guardian's screen; a changed notice asks again. */
    textHash: plain('guardian', z.optional(z.string())),
  },
});
export type Guardian = ValueOf<typeof guardian>;

export const guardianKey = (subjectId: string): Key => guardian.key(subjectId);

export function readGuardian(item: Item | undefined): Guardian | undefined {
  return guardian.read(item);
}

/** The part of a write of the person's own item by which they wait for no guardian any more. */
export const noGuardianNeeded: PersonChange = { standing: { needsGuardian: undefined } };

/**
 * The part of a write of the person's own item that says whether somebody so old waits for a guardian, by what the guardian
 * has said.
 */
export function guardianNeedOf(
  band: AgeBand,
  answer: Guardian | undefined,
  need: GuardianNeed = 'proved',
): PersonChange {
  if (band !== 'under-14' || answer?.state === 'consented') return noGuardianNeeded;
  return { standing: { needsGuardian: need } };
}

/** Whether a guardian's word counts still: whoever is not known to have grown up since is as young as when it was given. */
export function isStillChild(mark: Item | undefined, results: readonly (Item | undefined)[]): boolean {
  const band = readAge(mark)?.band ?? results.find((item) => item?.band !== undefined)?.band ?? 'under-14';
  return band === 'under-14';
}

/** What leads to a guardian's answer: the code, and the note with the guardian while they consent. */
function pointsOf({ state, codeDigest, guardianId }: Guardian): Key[] {
  const note =
    state === 'consented' && guardianId !== undefined ? [wardKey(guardianId, wardIdOf(codeDigest))] : [];
  return [guardianCodeKey(codeDigest), ...note];
}

/**
 * Replaces what is known of the guardian, and lets go of an earlier code and of the note with an earlier guardian. Refused unless it is still what was seen. */
export function putGuardian(
  subjectId: string,
  value: Guardian,
  before: Item | undefined,
): [Write, ...Write[]] {
  const item = guardian.make(subjectId, undefined, value, { points: pointsOf(value), before });
  if (!before) return [create(item)];
  return replace(item, before, {
    ConditionExpression: '#state = :state AND codeDigest = :code',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':state': before.state, ':code': before.codeDigest },
  });
}

/** Holds a transaction to the guardian's consent to this very notice. */
export function guardianConsents(subjectId: string, textHash: string): Write {
  return {
    ConditionCheck: {
      Key: guardianKey(subjectId),
      ConditionExpression: '#state = :consented AND textHash = :hash',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':consented': 'consented', ':hash': textHash },
    },
  };
}

/**
 * The guardian's own note of a child they answered for, so that they can take it back. It names nobody to the guardian. When
 * it goes with the guardian's account, the child's item forgets who the guardian was; the ledger keeps it (PIPL art. 31).
 */
export const ward = declareEntity('ward', {
  place: inPerson('minors', (wardId: string) => `ward-${wardId}`),
  life: { rule: 'minor-life' },
  actsWhileHeld: 'a guardian answers for the child',
  pointers: ['guardian'],
  guarded: ['wardId', 'childId', 'consentedAt'],
  attributes: {
    wardId: plain('guardian', z.string()),
    childId: otherPerson('guardian', 'guardian', z.string()),
    consentedAt: plain('guardian', z.string()),
  },
});
export type Ward = ValueOf<typeof ward>;

export const wardKey = (guardianId: string, wardId: string): Key => ward.key(guardianId, wardId);

/** The number by which a guardian knows a child: of the code that they were given. */
export function wardIdOf(codeDigest: string): string {
  return codeDigest.slice(0, 22);
}

export function putWard(guardianId: string, value: Ward): Write {
  const points = [{ ...guardianKey(value.childId), forget: ['guardianId', 'points'] }];
  return { Put: { Item: ward.make(guardianId, value.wardId, value, { points }) } };
}

/** Writes that moving one note takes. */
export const WRITES_PER_WARD = 3;

/**
 * Has another account of the same guardian answer for a child: the note, and the child's item with what leads to it. Refused
 * when the child has asked anew meanwhile. `answered` is the child's item; where it names somebody else, the note just goes. A hold
 * on it does not stand in the way: it still acts, and names the same person as before.
 */
export function moveWard(note: Ward, answered: Item | undefined, from: string, to: string): Write[] {
  const gone = { Delete: { Key: wardKey(from, note.wardId) }, seen: { holds: ['guardian'] } };
  const before = readGuardian(answered);
  if (before?.guardianId !== from || wardIdOf(before.codeDigest) !== note.wardId) return [gone];
  const after: Guardian = { ...before, guardianId: to };
  return [
    gone,
    putWard(to, note),
    {
      Update: {
        Key: guardianKey(note.childId),
        UpdateExpression: 'SET guardianId = :to, points = :points',
        ConditionExpression: 'guardianId = :from AND codeDigest = :code',
        ExpressionAttributeValues: {
          ':to': to,
          ':from': from,
          ':code': before.codeDigest,
          ':points': pointsOf(after),
        },
      },
      ofHold: true,
    },
  ];
}

export function readWard(item: Item | undefined): Ward | undefined {
  return ward.read(item);
}

/** Children that one guardian answered for; nobody has this many. */
const MAX_WARDS_SHOWN = 50;

/** Those that are not taken back, from behind one on; the note of one that is may still be held. */
export async function queryWards(table: Table, guardianId: string, after?: string): Promise<Ward[]> {
  const { pk, sk } = wardKey(guardianId, '');
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :wards)',
    ExpressionAttributeValues: { ':pk': pk, ':wards': sk },
    Limit: MAX_WARDS_SHOWN,
    ...(after !== undefined && { ExclusiveStartKey: wardKey(guardianId, after) }),
  });
  return items.flatMap((item) => (item.ended ? [] : (readWard(item) ?? [])));
}
