import * as z from 'zod/mini';
import { toEpochSeconds } from '../../clock';
import { type AgeBand, ageBands } from '../../policy/age';
import type { Item, Table, Write } from '../client';
import { defineEntity, plain, type ValueOf } from '../entity';
import type { GaugeId } from '../gauge/gauge';
import { type Key, keys } from '../keys';
import { pointer, pointerKey } from '../person/pointer';

/**
 * The mark of a person under 18, for the yearly audit (promise N4; 未保网条例 art. 37). It says how old they were at
 * their verification; the birth date is not kept, so it stays until they are verified anew.
 */
export const minorMark = defineEntity('minor', {
  band: plain('age-band', z.enum(ageBands)),
  markedAt: plain('age-band', z.string()),
});

export const minorKey = (subjectId: string): Key => keys.data(subjectId, 'minors', 'age');
const MINOR_GAUGES: GaugeId[] = ['age-band'];

/** Puts the mark, or takes it away from somebody who is an adult by now; nothing when it is as it should be. */
export function markMinor(
  subjectId: string,
  before: Item | undefined,
  band: AgeBand | undefined,
  at: string,
): { write: Write | undefined; goes: GaugeId[]; comes: GaugeId[] } {
  const asSeen = before ? 'attribute_exists(pk)' : 'attribute_not_exists(pk)';
  if (band === 'adult' || band === undefined) {
    if (!before || band === undefined) return { write: undefined, goes: [], comes: [] };
    const write = { Delete: { Key: minorKey(subjectId), ConditionExpression: asSeen } };
    return { write, goes: MINOR_GAUGES, comes: [] };
  }
  const encoded = minorMark.encode({ band, markedAt: at }, '');
  const item = { ...minorKey(subjectId), entity: minorMark.name, ...encoded, gauges: MINOR_GAUGES };
  const write = { Put: { Item: item, ConditionExpression: asSeen } };
  return { write, goes: [], comes: before ? [] : MINOR_GAUGES };
}

/** What a guardian has said about one child's real-name verification (PIPL art. 31). */
export const guardian = defineEntity('guardian', {
  state: plain('guardian', z.enum(['asked', 'consented', 'refused', 'withdrawn'])),
  /** Keyed digest of the short code that the guardian is given. */
  codeDigest: plain('guardian', z.string()),
  askedAt: plain('guardian', z.string()),
  decidedAt: plain('guardian', z.optional(z.string())),
  guardianId: plain('guardian', z.optional(z.string())),
  /** Hash of the notice that was on the guardian's screen; a changed notice asks again. */
  textHash: plain('guardian', z.optional(z.string())),
});
export type Guardian = ValueOf<typeof guardian>;

export const guardianKey = (subjectId: string): Key => keys.data(subjectId, 'minors', 'guardian');
export const GUARDIAN_GAUGES: GaugeId[] = ['guardian'];

export function readGuardian(item: Item | undefined): Guardian | undefined {
  return item?.entity === guardian.name ? guardian.decode(item, '') : undefined;
}

/** Replaces what is known of the guardian, refused unless it is still what was seen. */
export function putGuardian(subjectId: string, value: Guardian, before: Guardian | undefined): Write {
  const item = {
    ...guardianKey(subjectId),
    entity: guardian.name,
    ...guardian.encode(value, ''),
    gauges: GUARDIAN_GAUGES,
  };
  if (!before) return { Put: { Item: item, ConditionExpression: 'attribute_not_exists(pk)' } };
  const asSeen = '#state = :state AND codeDigest = :code';
  return {
    Put: {
      Item: item,
      ConditionExpression: asSeen,
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':state': before.state, ':code': before.codeDigest },
    },
  };
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

/** The write that makes a guardian's code lead to the child until it ends; refused when the code is taken. */
export function putGuardianCode(subjectId: string, codeDigest: string, endsAtMs: number): Write {
  const item = {
    ...pointerKey('guardian-code', codeDigest),
    entity: pointer.name,
    ...pointer.encode({ subjectId }, ''),
    expiresAtSeconds: toEpochSeconds(endsAtMs),
  };
  return { Put: { Item: item, ConditionExpression: 'attribute_not_exists(pk)' } };
}

export function dropGuardianCode(codeDigest: string): Write {
  return { Delete: { Key: pointerKey('guardian-code', codeDigest) } };
}

/** The guardian's own note of a child they answered for, so that they can take it back. It names nobody. */
export const ward = defineEntity('ward', {
  wardId: plain('guardian', z.string()),
  childId: plain('guardian', z.string()),
  consentedAt: plain('guardian', z.string()),
});
export type Ward = ValueOf<typeof ward>;

export const wardKey = (guardianId: string, wardId: string): Key =>
  keys.data(guardianId, 'minors', `ward-${wardId}`);

export function putWard(guardianId: string, value: Ward): Write {
  return {
    Put: { Item: { ...wardKey(guardianId, value.wardId), entity: ward.name, ...ward.encode(value, '') } },
  };
}

export function removeWard(guardianId: string, wardId: string): Write {
  return { Delete: { Key: wardKey(guardianId, wardId) } };
}

export function readWard(item: Item | undefined): Ward | undefined {
  return item?.entity === ward.name ? ward.decode(item, '') : undefined;
}

/** Children that one guardian answered for; nobody has this many. */
const MAX_WARDS_SHOWN = 50;

export async function queryWards(table: Table, guardianId: string): Promise<Ward[]> {
  const { pk, sk } = wardKey(guardianId, '');
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :wards)',
    ExpressionAttributeValues: { ':pk': pk, ':wards': sk },
    Limit: MAX_WARDS_SHOWN,
  });
  return items.flatMap((item) => readWard(item) ?? []);
}
