import * as z from 'zod/mini';
import { type AgeBand, ageBands } from '../../policy/age';
import type { ConsentPurposeId } from '../../policy/purposes';
import type { Item, Write } from '../client';
import { defineEntity, digest, plain, type Sealer, sealed, type ValueOf } from '../entity';
import { type GaugeId, gaugeChange } from '../gauge/gauge';
import { type Key, keys } from '../keys';
import { consentOf, type Person } from '../person/person';
import { pointer } from '../person/pointer';

/** The ways to prove a real name (promise N1). */
export const wayIds = ['id', 'phone', 'bank', 'face', 'network'] as const;
export type WayId = (typeof wayIds)[number];

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
const homes: readonly ResultPurpose[] = ['real-name', 'real-name-network'];

/**
 * That a person's real name is verified. The inputs are not here (promise N3): of the number there is a keyed digest
 * that makes it belong to one account, of the name its last character.
 */
const common = {
  epoch: plain('real-name-result', z.int()),
  /** Epoch of the way's own consent, where it has one. */
  wayEpoch: plain('real-name-result', z.optional(z.int())),
  way: plain('real-name-result', z.enum(wayIds)),
  verifiedAt: plain('real-name-result', z.string()),
  partnerRequestId: plain('real-name-result', z.string()),
  /** Number of the act of consent in the person's ledger. */
  consentEntry: plain('real-name-result', z.int()),
  band: plain('age-band', z.optional(z.enum(ageBands))),
  /** Digest of the idempotency key, to recognise a repeat. */
  key: plain('real-name-result', z.string()),
};
export const realName = defineEntity('real-name', {
  ...common,
  /** Digest of what was typed, the number among it, to recognise a key used for something else. */
  content: digest('id-digest', z.string()),
  uniqueDigest: digest('id-digest', z.string()),
  maskedName: sealed('real-name-masked', z.optional(z.string())),
});
/** The same for 网号: no name and no number. */
export const networkName = defineEntity('network-name', {
  ...common,
  /** Digest of the proof that was handed in, for the same. */
  content: digest('network-id-digest', z.string()),
  uniqueDigest: digest('network-id-digest', z.string()),
});
export type RealName = ValueOf<typeof realName>;

/** Marks under the consent of a way that its result exists, so that ending that consent ends the result. */
export const bankMark = defineEntity('bank-result', { epoch: plain('bank-result', z.int()) });
export const faceMark = defineEntity('face-result', { epoch: plain('real-name-result', z.int()) });

export const realNameKey = (subjectId: string, home: ResultPurpose): Key =>
  keys.data(subjectId, home, 'result');
const markKey = (subjectId: string, way: 'bank' | 'face'): Key =>
  keys.data(subjectId, requiredConsents[way][1], 'result');
const uniqueDomains = { 'real-name': 'id-number', 'real-name-network': 'network-id' } as const;
const pointerKey = (home: ResultPurpose, uniqueDigest: string) =>
  keys.pointer(uniqueDomains[home], uniqueDigest);

/** Head-counts that a way's result is in: the sensitive kinds that are held for it. */
function gaugesOf(way: WayId): GaugeId[] {
  const held = { id: [], phone: [], bank: ['bank-result'], face: ['face-token'], network: [] } as const;
  return [way === 'network' ? 'network-id-digest' : 'id-digest', ...held[way]];
}

/** The result in an item while every consent it rests on still holds, in the epoch it was made in. @throws SealError */
export function readRealName(item: Item | undefined, person: Person, sealer?: Sealer): RealName | undefined {
  if (item?.entity !== realName.name && item?.entity !== networkName.name) return undefined;
  const entity = item.entity === networkName.name ? networkName : realName;
  const value: RealName = entity.decode(item, 'result', sealer);
  const [home, own] = requiredConsents[value.way] as readonly [ConsentPurposeId, ConsentPurposeId?];
  const holds = (purpose: ConsentPurposeId, epoch: number | undefined) => {
    const consent = consentOf(person, purpose);
    return consent?.granted === true && consent.epoch === epoch;
  };
  return holds(home, value.epoch) && (!own || holds(own, value.wayEpoch)) ? value : undefined;
}

/** Where to look for whether somebody is verified, for cards and others that show the mark without the identity (C8). */
export const realNameKeys = (subjectId: string): Key[] => homes.map((home) => realNameKey(subjectId, home));

/** The index of the write that claims the number, in what `keepRealName` answers. */
export const CLAIM = 1;

/**
 * The writes that keep a result: [the result, the claim on the number, …]. The claim is refused when the number belongs
 * to another account, the result when it is not what was seen before. What an earlier result held is let go in the same
 * transaction; `also` are head-counts that change besides.
 */
export function keepRealName(
  subjectId: string,
  value: RealName,
  before: Item | undefined,
  sealer: Sealer,
  also: { goes: GaugeId[]; comes: GaugeId[] },
): Write[] {
  const home = resultPurposeOf(value.way);
  const pointer = pointerKey(home, value.uniqueDigest);
  const mark = value.way === 'bank' || value.way === 'face' ? markKey(subjectId, value.way) : undefined;
  const gauges = gaugesOf(value.way);
  const encoded =
    home === 'real-name-network'
      ? { entity: networkName.name, ...networkName.encode(value, 'result') }
      : { entity: realName.name, ...realName.encode(value, 'result', sealer) };
  const self = realNameKey(subjectId, home);
  const item = { ...self, ...encoded, points: mark ? [pointer, mark] : [pointer], gauges };
  const kept = [pointer, ...(mark ? [mark] : [])].map(text);
  const stale = pointsOf(before).filter((key) => !kept.includes(text(key)));
  return [
    { Put: { Item: item, ...asSeen(before) } },
    claim(pointer, subjectId),
    ...(mark ? [putMark(mark, value, [self, pointer], gauges)] : []),
    ...stale.map((key): Write => ({ Delete: { Key: key } })),
    ...gaugeChange(
      subjectId,
      [...also.goes, ...((before?.gauges as GaugeId[] | undefined) ?? [])],
      [...also.comes, ...gauges],
    ),
  ];
}

/** The writes that end results now, with claims, marks and head-counts. Refused unless they are as seen. */
export function endRealNames(subjectId: string, seen: Item[]): Write[] {
  return [
    ...seen.map((item): Write => ({ Delete: { Key: { pk: item.pk, sk: item.sk }, ...asSeen(item) } })),
    ...seen.flatMap(pointsOf).map((key): Write => ({ Delete: { Key: key } })),
    ...gaugeChange(
      subjectId,
      seen.flatMap(({ gauges }) => (gauges as GaugeId[] | undefined) ?? []),
      [],
    ),
  ];
}

function asSeen(before: Item | undefined) {
  if (!before) return { ConditionExpression: 'attribute_not_exists(pk)' };
  return {
    ConditionExpression: 'epoch = :seenEpoch AND verifiedAt = :seenAt',
    ExpressionAttributeValues: { ':seenEpoch': before.epoch, ':seenAt': before.verifiedAt },
  };
}

/** One number, one account: of two claims at once, one is refused. */
function claim(key: Key, subjectId: string): Write {
  const item = { ...key, entity: pointer.name, ...pointer.encode({ subjectId }, '') };
  return {
    Put: {
      Item: item,
      ConditionExpression: 'attribute_not_exists(pk) OR subjectId = :self',
      ExpressionAttributeValues: { ':self': subjectId },
    },
  };
}

function putMark(key: Key, { way, wayEpoch = 0 }: RealName, points: Key[], gauges: GaugeId[]): Write {
  const entity = way === 'bank' ? bankMark : faceMark;
  const encoded = entity.encode({ epoch: wayEpoch }, '');
  return { Put: { Item: { ...key, entity: entity.name, ...encoded, points, gauges } } };
}

function pointsOf(item: Item | undefined): Key[] {
  return (item?.points as Key[] | undefined) ?? [];
}

function text({ pk, sk }: Key): string {
  return `${pk}\n${sk}`;
}

/** Whether somebody counts as a verified adult: only then may they answer for a child. */
export function isAdult(value: { band?: AgeBand | undefined } | undefined): boolean {
  return value?.band === 'adult';
}
