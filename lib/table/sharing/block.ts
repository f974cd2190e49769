import * as z from 'zod/mini';
import { otherPerson, plain, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import { dataPrefix, type Key, keys, partition, subjectOf } from '../keys';
import { whileHere } from '../person/life';
import { inPerson } from '../place';
import { pointersTo } from '../replace';

/** How many people one person can block. */
export const MAX_BLOCKED = 1000;

/** Somebody whom a person does not want to meet here: neither sees the other's cards or is found by them. */
export const block = declareEntity('block', {
  place: inPerson('preferences', (blockedId: string) => `block-${blockedId}`),
  life: { rule: 'preference-life' },
  actsWhileHeld: 'it keeps somebody away from somebody',
  pointers: ['blocked-by'],
  unguarded: 'it only keeps somebody away',
  attributes: {
    blockedId: otherPerson('block', 'blocked-by'),
    blockedAt: plain('block', z.string()),
  },
});
export type Block = ValueOf<typeof block>;

/**
 * With the one who is blocked, so that their erasure finds the block. It says who blocked them and nothing else: what names
 * another person is shown to nobody, so nothing of it is.
 */
export const blockedBy = declareEntity('blocked-by', {
  place: inPerson('preferences', (blockerId: string) => `blocked-by-${blockerId}`),
  life: { rule: 'preference-life' },
  actsWhileHeld: 'it keeps somebody away from somebody',
  pointers: ['block'],
  unguarded: 'it only keeps somebody away',
  attributes: { blockerId: otherPerson('block', 'block') },
});

/** The one item that says whether `subjectId` has blocked `otherId`. To keep two people apart, read both directions. */
const blockKey = (subjectId: string, otherId: string): Key => block.key(subjectId, otherId);

/** The writes that block somebody, refused when they are not here any more: the block, its counterpart, their account. */
export function putBlock(subjectId: string, value: Block): [Write, ...Write[]] {
  const { condition, values } = whileHere;
  const Key = keys.person(value.blockedId);
  const isHere = { ConditionExpression: condition, ExpressionAttributeValues: values };
  return [...pairOf(subjectId, value), { ConditionCheck: { Key, ...isHere } }];
}

/** The block and its counterpart, which lead to each other. */
function pairOf(subjectId: string, value: Block): [Write, Write] {
  const { blockedId } = value;
  const here = block.key(subjectId, blockedId);
  const there = blockedBy.key(blockedId, subjectId);
  const counterpart = blockedBy.make(blockedId, subjectId, { blockerId: subjectId }, { points: [here] });
  return [
    { Put: { Item: block.make(subjectId, blockedId, value, { points: [there] }) } },
    { Put: { Item: counterpart } },
  ];
}

/** The block that a note of its key says: of whom it keeps away, since when. */
export function blockOfNote(subjectId: string, sk: string, blockedAt: string): Block | undefined {
  const start = blockKey(subjectId, '').sk;
  return sk.startsWith(start) ? { blockedId: sk.slice(start.length), blockedAt } : undefined;
}

/** Start of the keys of both: whom a person has blocked, and by whom they are blocked. */
const BOTH = `${dataPrefix('preferences')}block`;

/** Some of the blocks that a person is in, on either side, from behind a sort key. */
export async function queryBothSides(
  table: Table,
  subjectId: string,
  limit: number,
  after?: string,
): Promise<Item[]> {
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :both)',
    ExpressionAttributeValues: { ':pk': partition(subjectId), ':both': BOTH },
    Limit: limit,
    ...(after !== undefined && { ExclusiveStartKey: { pk: partition(subjectId), sk: after } satisfies Key }),
  });
  return items;
}

/** Writes that moving one block takes. */
export const WRITES_PER_BLOCK = 4;

/**
 * Makes a block that `from` is in one of `to`, in one go: `blocking` is the item with whoever has blocked, `there` the one that would
 * take its place. Refused when the block is gone: a pair is only ever put in the place of a pair, so that two such moves, of either
 * side, leave none behind. One that is lifted, and still there because a hold keeps it, is lifted for `to` as well.
 */
export function moveBlock(
  blocking: Item | undefined,
  there: Item | undefined,
  from: string,
  to: string,
): Write[] {
  const blockerId = blocking && subjectOf(blocking);
  const value = block.read(blocking);
  if (!blockerId || !value || blocking.ended) return [];
  const isThere = 'attribute_exists(pk)';
  const goes = [block.key(blockerId, value.blockedId), blockedBy.key(value.blockedId, blockerId)].map(
    (Key): Write => ({ Delete: { Key, ConditionExpression: isThere } }),
  );
  const moved = (id: string) => (id === from ? to : id);
  const [blocker, blockedId] = [moved(blockerId), moved(value.blockedId)];
  // Nobody blocks themselves, or somebody twice.
  return blocker === blockedId || there ? goes : [...goes, ...pairOf(blocker, { ...value, blockedId })];
}

/** Where the item of a block that `from` is in lies once it is one of `to`. */
export function movedKey({ pk, sk }: Key, from: string, to: string): Key {
  return { pk: pk.replace(from, to), sk: sk.replace(from, to) };
}

/** The item with whoever has blocked, by either side of a block. */
export function blockingKey(item: Item): Key {
  const [here] = pointersTo(item);
  return blockedBy.is(item) && here ? { pk: here.pk, sk: here.sk } : { pk: item.pk, sk: item.sk };
}

export function removeBlock(subjectId: string, otherId: string): [Write, Write] {
  return [
    { Delete: { Key: block.key(subjectId, otherId) } },
    { Delete: { Key: blockedBy.key(otherId, subjectId) } },
  ];
}

/** The two items that say whether two people are to be kept apart. Neither is there between somebody and themself. */
export const blockKeys = (a: string, b: string): [Key, Key] => [blockKey(a, b), blockKey(b, a)];

export function isBlock(item: Item | undefined): boolean {
  return block.is(item);
}

/** For a transaction: neither has blocked the other at the very moment of the write. */
export function notBlocked(a: string, b: string): Write[] {
  return blockKeys(a, b).map((Key) => ({
    ConditionCheck: { Key, ConditionExpression: 'attribute_not_exists(pk)' },
  }));
}
