import * as z from 'zod/mini';
import { otherPerson, plain, type ValueOf } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import { type Key, keys } from '../keys';
import { whileHere } from '../person/life';
import { inPerson } from '../place';

/** How many people one person can block. */
export const MAX_BLOCKED = 1000;

/** Somebody whom a person does not want to meet here: neither sees the other's cards or is found by them. */
export const block = declareEntity('block', {
  place: inPerson('preferences', (blockedId: string) => `block-${blockedId}`),
  life: { rule: 'account-life' },
  pointers: ['blocked-by'],
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
  life: { rule: 'account-life' },
  pointers: ['block'],
  attributes: { blockerId: otherPerson('block', 'block') },
});

/** The one item that says whether `subjectId` has blocked `otherId`. To keep two people apart, read both directions. */
export const blockKey = (subjectId: string, otherId: string): Key => block.key(subjectId, otherId);

/** The writes that block somebody, refused when they are not here any more: the block, its counterpart, their account. */
export function putBlock(subjectId: string, value: Block): [Write, ...Write[]] {
  const { blockedId } = value;
  const here = block.key(subjectId, blockedId);
  const there = blockedBy.key(blockedId, subjectId);
  const counterpart = blockedBy.make(blockedId, subjectId, { blockerId: subjectId }, { points: [here] });
  return [
    { Put: { Item: block.make(subjectId, blockedId, value, { points: [there] }) } },
    { Put: { Item: counterpart } },
    {
      ConditionCheck: {
        Key: keys.person(blockedId),
        ConditionExpression: whileHere.condition,
        ExpressionAttributeValues: whileHere.values,
      },
    },
  ];
}

export function removeBlock(subjectId: string, otherId: string): [Write, Write] {
  return [
    { Delete: { Key: block.key(subjectId, otherId) } },
    { Delete: { Key: blockedBy.key(otherId, subjectId) } },
  ];
}

export function isBlock(item: Item | undefined): boolean {
  return block.is(item);
}

/** For a transaction: neither has blocked the other at the very moment of the write. */
export function notBlocked(a: string, b: string): Write[] {
  return [blockKey(a, b), blockKey(b, a)].map((Key) => ({
    ConditionCheck: { Key, ConditionExpression: 'attribute_not_exists(pk)' },
  }));
}
