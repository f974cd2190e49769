import * as z from 'zod/mini';
import { kindIds } from '../../policy/kinds';
import { bytes, plain, sealed, type ValueOf } from '../attribute';
import type { Item, Table } from '../client';
import { declareEntity } from '../entity';
import { everyOf } from '../index-page';
import type { Key } from '../keys';
import { ofService } from '../place';
import { personProcess } from '../process/process';

/** The part of the index `due` in which holds stand by their review date, the next one first. */
const HOLDS = 'HOLDS';
/** The part of the index `everyone` in which all of them stand, released or not: their keys are wrapped anew as well. */
const EVERY_HOLD = 'EVERYONE#HOLDS';

export const holdStates = ['freezing', 'held', 'releasing', 'released'] as const;

/**
 * What a law or a dispute needs kept (promise S3): whom or which incident it is about, which kinds and what came in which time;
 * who answers for it, why, by which document; and when it has to be looked at again. Its words lie under one key, what it keeps
 * under another, which is destroyed with its release.
 */
export const hold = declareEntity('hold', {
  place: ofService('accountability', (holdId) => ({ pk: `HOLD#${holdId}`, sk: 'HOLD' })),
  life: { rule: 'hold-record-life', from: 'releasedAt' },
  queue: HOLDS,
  /** Not its keys: a rotation wraps them anew, and each opens for its owner alone. */
  guarded: [
    'holdId',
    'state',
    'subjectId',
    'incidentId',
    'kinds',
    'from',
    'until',
    'placedBy',
    'owner',
    'placedAt',
    'documentHash',
    'reviewedAt',
    'releasedBy',
    'releasedAt',
    'reason',
  ],
  attributes: {
    everyoneShard: plain('hold-state', z._default(z.literal(EVERY_HOLD), EVERY_HOLD)),
    holdId: plain('hold-state', z.string()),
    state: plain('hold-state', z.enum(holdStates)),
    /** Whom it is about; or which incident, whose records it keeps. */
    subjectId: plain('hold-state', z.optional(z.string())),
    incidentId: plain('hold-state', z.optional(z.string())),
    /** Only records that hold one of these kinds. Absent: all. */
    kinds: plain('hold-state', z.optional(z.array(z.enum(kindIds)))),
    /** Only records that came from this instant on, and before that one. */
    from: plain('hold-state', z.optional(z.string())),
    until: plain('hold-state', z.optional(z.string())),
    /** Who of the staff placed it, and who answers for it. */
    placedBy: plain('hold-state', z.string()),
    owner: plain('hold-state', z.string()),
    placedAt: plain('hold-state', z.string()),
    /** SHA-256 of the document, in hex. */
    documentHash: plain('hold-state', z.string()),
    /** By when it has to be reviewed; gone when it is released. */
    dueAt: plain('hold-state', z.optional(z.string())),
    reviewedAt: plain('hold-state', z.optional(z.string())),
    releasedBy: plain('hold-state', z.optional(z.string())),
    releasedAt: plain('hold-state', z.optional(z.string())),
    /** Records that it froze. */
    count: plain('hold-state', z.int()),
    /** Keyed digest of what placed it, to recognise a repeat. */
    request: plain('hold-state', z.string()),
    wordsKey: plain('hold-state', bytes),
    itemsKey: plain('hold-state', z.optional(bytes)),
    /** Why, as the person reads it too, and the number of the document. */
    reason: sealed('hold-record', z.string()),
    document: sealed('hold-record', z.string()),
  },
});
export type Hold = ValueOf<typeof hold>;

export const holdKey = (holdId: string): Key => hold.key(holdId);

/** Every hold that is not released, the next review first. */
export async function activeHolds(table: Table): Promise<Item[]> {
  return (await everyOf(table, 'due', HOLDS)).filter((item) => hold.is(item));
}

/** Every hold that is kept, released or not. */
export async function everyHold(table: Table): Promise<Item[]> {
  return (await everyOf(table, 'everyone', EVERY_HOLD)).filter((item) => hold.is(item));
}

/** What of a hold is in the clear. */
export type ClearHold = Omit<Hold, 'reason' | 'document'>;

/** A hold without its words; undefined where there is none. @throws SealError for one that is not as the service wrote it */
export function clearHold(item: Item | undefined): ClearHold | undefined {
  return hold.clear(item) as unknown as ClearHold | undefined;
}

/** The holds that something of a person is kept by, or is being: by the processes that stand in their partition. */
export async function holdsOfPerson(table: Table, subjectId: string): Promise<Item[]> {
  const { pk, sk } = personProcess.key(subjectId, { kind: 'hold', id: '' });
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :holds)',
    ExpressionAttributeValues: { ':pk': pk, ':holds': sk },
  });
  const found = await table.getMany(items.map(({ id }) => holdKey(String(id))));
  return found.flatMap((item) => (item && hold.is(item) ? [item] : []));
}
