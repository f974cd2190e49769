import * as z from 'zod/mini';
import { type AgeBand, ageBands } from '../../policy/age';
import { isEnoughFor, type WayId, wayIds } from '../../policy/assurance';
import type { KindId } from '../../policy/kinds';
import type { ConsentPurposeId } from '../../policy/purposes';
import type { ReachVersions } from '../../policy/version';
import { type Attributes, digest, plain, sealed, type ValueOf } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { consentInForce } from '../person/consents';
import type { Person } from '../person/person';
import { byDigest, inPerson } from '../place';
import { pointersTo, remove, replace } from '../replace';
import type { Sealer } from '../sealer';
import { ageBand } from './age-band';

/** The consents that a way rests on: the first holds the result, a second one the mark of the way. */
export const requiredConsents = {
  id: ['real-name'],
  phone: ['real-name'],
  bank: ['real-name', 'real-name-bank'],
  face: ['real-name', 'real-name-face'],
  network: ['real-name-network'],
} as const satisfies Record<WayId, readonly [ConsentPurposeId, ConsentPurposeId?]>;

/** The two consents that can hold a result. */
export type ResultPurpose = 'real-name' | 'real-name-network';
export const resultPurposeOf = (way: WayId): ResultPurpose => requiredConsents[way][0];
export const resultPurposes: readonly ResultPurpose[] = ['real-name', 'real-name-network'];

/**
 * That a person's real name is verified. The inputs are not here (promise N3): of the number there is a keyed digest
 * that makes it belong to one account, of the name its last character.
 */
const common = {
  /** Epoch of the way's own consent, where it has one. */
  wayEpoch: plain('real-name-result', z.optional(z.int())),
  way: plain('real-name-result', z.enum(wayIds)),
  verifiedAt: plain('real-name-result', z.string()),
  partnerRequestId: plain('real-name-result', z.string()),
  /** Number of the act of consent in the person's ledger. */
  consentEntry: plain('real-name-result', z.int()),
  band: ageBand(z.optional(z.enum(ageBands))),
  /** Digest of the idempotency key, to recognise a repeat. */
  key: plain('real-name-result', z.string()),
};
const life = { rule: 'purpose-life' } as const;
export const realName = declareEntity('real-name', {
  place: inPerson('real-name', 'result'),
  life,
  pointers: ['id-number-pointer', 'bank-result', 'face-result'],
  guarded: [
    'way',
    'wayEpoch',
    'verifiedAt',
    'consentEntry',
    'band',
    'uniqueDigest',
    'nameDigest',
    'maskedName',
  ],
  attributes: {
    ...common,
    /** Digest of what was typed, the number among it, to recognise a key used for something else. */
    content: digest('request-digest', z.string()),
    uniqueDigest: digest('id-digest', z.string()),
    maskedName: sealed('real-name-masked', z.optional(z.string())),
    /** Keyed digest of the name that was proved, for this person: by it a card is known to bear that name (name-mark.ts). */
    nameDigest: digest('name-digest', z.optional(z.string())),
  },
});
/** The same for 网号: no name and no number. */
export const networkName = declareEntity('network-name', {
  place: inPerson('real-name-network', 'result'),
  life,
  pointers: ['network-id-pointer'],
  guarded: ['way', 'wayEpoch', 'verifiedAt', 'consentEntry', 'band', 'uniqueDigest'],
  attributes: {
    ...common,
    /** Digest of the proof that was handed in, for the same. */
    content: digest('request-digest', z.string()),
    uniqueDigest: digest('network-id-digest', z.string()),
  },
});
export type RealName = ValueOf<typeof realName>;

/** One number, one account: lead from the keyed digest of a number, or of what 网号 says, to who has proved it. */
const leads = {
  subjectId: plain('account-number', z.string()),
  /** How it was proved: a stronger way outdoes it (lib/policy/assurance.ts). */
  way: plain('real-name-result', z.enum(wayIds)),
};
export const idNumberPointer = declareEntity('id-number-pointer', {
  place: byDigest('real-name', 'id-number'),
  life,
  guarded: ['subjectId', 'way'],
  attributes: leads,
});
export const networkIdPointer = declareEntity('network-id-pointer', {
  place: byDigest('real-name-network', 'network-id'),
  life,
  guarded: ['subjectId', 'way'],
  attributes: leads,
});

/** Marks under the consent of a way that its result exists, so that ending that consent ends the result. */
const endsWithIt = ['real-name', 'id-number-pointer'];
export const bankMark = declareEntity('bank-result', {
  place: inPerson('real-name-bank', 'result'),
  life,
  pointers: endsWithIt,
  unguarded: 'that a bank card was among the proofs; the result is bound itself',
  attributes: { verifiedAt: plain('bank-result', z.string()) },
});
export const faceMark = declareEntity('face-result', {
  place: inPerson('real-name-face', 'result'),
  life,
  pointers: endsWithIt,
  unguarded: 'that a face was among the proofs; the result is bound itself',
  attributes: { verifiedAt: sealed('face-token', z.string()) },
});
const marks = { bank: bankMark, face: faceMark } as const;

/** By the consent that holds a result: the result, and the pointer that claims its number. */
const byHome = {
  'real-name': { result: realName, pointer: idNumberPointer },
  'real-name-network': { result: networkName, pointer: networkIdPointer },
} as const;

export const realNameKey = (subjectId: string, home: ResultPurpose): Key =>
  byHome[home].result.key(subjectId);

/** Where the claim on a number stands, by its keyed digest. */
export const claimKey = (home: ResultPurpose, uniqueDigest: string): Key =>
  byHome[home].pointer.key(uniqueDigest);

/** Who has claimed a number, and by which way. */
export function readClaim(item: Item | undefined): ValueOf<typeof idNumberPointer> | undefined {
  return idNumberPointer.read(item) ?? networkIdPointer.read(item);
}

/** The kinds that a result may be made of, with the mark of its way. The epoch beside them tells nothing of the person. */
export function resultKinds(way: WayId): KindId[] {
  const { result } = byHome[resultPurposeOf(way)];
  const mark = way === 'bank' || way === 'face' ? marks[way].attributes : {};
  const { epoch: _, ...attributes } = { ...result.attributes, ...mark } as Attributes;
  return [...new Set(Object.values(attributes).flatMap(({ kinds }) => kinds))];
}

/** The result in an item while every consent it rests on is in force, in the epoch it was made in. @throws SealError */
export function readRealName(
  reachVersions: ReachVersions,
  item: Item | undefined,
  person: Person,
  sealer?: Sealer,
): RealName | undefined {
  const value: RealName | undefined = realName.read(item, { sealer }) ?? networkName.read(item);
  if (!value) return undefined;
  const [home, own] = requiredConsents[value.way] as readonly [ConsentPurposeId, ConsentPurposeId?];
  const holds = (purpose: ConsentPurposeId, epoch = Number.NaN) =>
    consentInForce(reachVersions, person, purpose)?.epoch === epoch;
  return holds(home, value.epoch) && (!own || holds(own, value.wayEpoch)) ? value : undefined;
}

/** Where to look for whether somebody is verified, for cards and others that show the mark without the identity (C8). */
export const realNameKeys = (subjectId: string): Key[] =>
  resultPurposes.map((home) => realNameKey(subjectId, home));

/**
 * The writes that keep a result: [the result, the claim on the number, …]. The claim is refused when the number belongs
 * to another account, unless it is the one whose claim is `released` in the same transaction; the result when it is not what
 * was seen before. What an earlier result held is let go in the same transaction.
 */
export function keepRealName(
  subjectId: string,
  value: RealName,
  before: Item | undefined,
  sealer: Sealer,
  released?: { heldBy: string; way: WayId },
): Write[] {
  const { way, epoch, wayEpoch = 0, verifiedAt, uniqueDigest } = value;
  const { result, pointer } = byHome[resultPurposeOf(way)];
  const mark = way === 'bank' || way === 'face' ? marks[way] : undefined;
  const claimed = pointer.key(uniqueDigest);
  const points = [claimed, ...(mark ? [mark.key(subjectId)] : [])];
  const item = result.make(subjectId, undefined, value, { sealer, points, before });
  const [kept, ...stale] = replace(item, before, asSeen(before));
  const claim: Write = {
    Put: {
      Item: pointer.make(uniqueDigest, undefined, { subjectId, way, epoch }),
      ...(released
        ? {
            ConditionExpression: 'subjectId = :heldBy AND way = :way',
            ExpressionAttributeValues: { ':heldBy': released.heldBy, ':way': released.way },
          }
        : {
            ConditionExpression: 'attribute_not_exists(pk) OR subjectId = :self',
            ExpressionAttributeValues: { ':self': subjectId },
          }),
    },
  };
  const marked = mark?.make(
    subjectId,
    undefined,
    { verifiedAt, epoch: wayEpoch },
    { sealer, points: [result.key(subjectId), claimed] },
  );
  return [
    kept,
    claim,
    ...(marked ? [{ Put: { Item: marked }, ...(isLedTo(before, marked) && { seen: marked }) }] : []),
    ...stale,
  ];
}

/** For a transaction that rests on a result that was seen: refused when it was replaced, ended or erased meanwhile. */
export function stillVerified(seen: Item): Write {
  const { pk, sk } = seen;
  return { ConditionCheck: { Key: { pk, sk }, ...asSeen(seen) } };
}

/** The writes that end results now, with claims and marks. Refused unless they are as seen. */
export function endRealNames(seen: Item[]): Write[] {
  return seen.flatMap((item) => remove(item, asSeen(item)));
}

/** Whether a result has led to a mark: then the mark is there, and holds what this one does. */
function isLedTo(before: Item | undefined, { pk, sk }: Item): boolean {
  return pointersTo(before).some((key) => key.pk === pk && key.sk === sk);
}

function asSeen(before: Item | undefined) {
  if (!before) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: 'epoch = :seenEpoch AND verifiedAt = :seenAt',
    ExpressionAttributeValues: { ':seenEpoch': before.epoch, ':seenAt': before.verifiedAt },
  };
}

/** Whether a result shows an adult as surely as answering for a child needs. */
export function isSurelyAdult(value: { band?: AgeBand | undefined; way: WayId } | undefined): boolean {
  return value?.band === 'adult' && isEnoughFor('guardian', value.way);
}
