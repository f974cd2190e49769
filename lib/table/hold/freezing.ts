import { AppError } from '../../errors';
import type { Item, Table, Write } from '../client';
import { keys, subjectOf } from '../keys';
import { type Person, person } from '../person/person';
import { type PersonChange, type PlainChange, settled } from '../person/standing';
import { activeHolds } from './hold';

/** Holds that one person's records may be frozen for at the same time. */
const MAX_FREEZING = 4;

/** The holds that are still at freezing what they name of a person. */
export function freezingOf(self: Item | undefined): string[] {
  return (person.is(self) && (self.freezing as string[] | undefined)) || [];
}

/**
 * Says in the person's item that a hold has begun, so that whoever erases waits until everything that it names is kept.
 * @param also what else of the item changes with it
 * @throws AppError NOT_NOW while as many as can be are under way
 */
export function beginFreezing(person: Person, holdId: string, also: PersonChange = {}): Write {
  const { subjectId, freezing = [] } = person;
  if (freezing.length >= MAX_FREEZING)
    throw new AppError('NOT_NOW', { why: '此人的信息正在依其他封存决定处理，请稍后再试。' });
  return change(subjectId, freezing, [...freezing, holdId], settled(person, also));
}

/** The write by which a hold is no longer at it; none where that was written. */
export function notFreezing(self: Item | undefined, holdId: string): Write[] {
  const known = freezingOf(self);
  if (!self || !known.includes(holdId)) return [];
  const left = known.filter((one) => one !== holdId);
  return [change(String(self.subjectId), known, left)];
}

/** For a transaction that ends something of a person: refused while a hold is still at freezing what it names of them. */
export function unlessFreezing(subjectId: string): Write {
  return {
    ConditionCheck: { Key: keys.person(subjectId), ConditionExpression: whileNotFreezing.condition },
  };
}

/**
 * Looks, in one trip, of whom holds are at freezing something, which may be what has ended since they were placed; answers whether
 * an item is of nobody of them. One look is enough for everything that had ended before it: a hold that comes after the look came
 * after those ends, and an index follows its items within seconds.
 */
export async function freeOfFreezing(table: Table): Promise<(one: { item: Item }) => boolean> {
  const freezing = (await activeHolds(table)).filter(({ state }) => state === 'freezing');
  const busy = new Set(freezing.map(({ subjectId }) => subjectId));
  return ({ item }) => !busy.has(subjectOf(item));
}

/** Part of the write that erases a person: refused while anything is still to be kept. */
export const whileNotFreezing: Required<Pick<PlainChange, 'condition'>> = {
  condition: 'attribute_not_exists(freezing)',
};

function change(
  subjectId: string,
  before: readonly string[],
  after: readonly string[],
  { set = [], remove = [], condition, values }: PlainChange = {},
): Write {
  const sets = [...(after.length > 0 ? ['freezing = :freezingAfter'] : []), ...set];
  const goes = [...(after.length > 0 ? [] : ['freezing']), ...remove];
  const parts = [
    ...(sets.length > 0 ? [`SET ${sets.join(', ')}`] : []),
    ...(goes.length > 0 ? [`REMOVE ${goes.join(', ')}`] : []),
  ];
  const asSeen = before.length > 0 ? 'freezing = :freezingBefore' : whileNotFreezing.condition;
  return {
    Update: {
      Key: keys.person(subjectId),
      UpdateExpression: parts.join(' '),
      ConditionExpression: [asSeen, ...(condition ? [condition] : [])].join(' AND '),
      ExpressionAttributeValues: {
        ...values,
        ...(after.length > 0 && { ':freezingAfter': after }),
        ...(before.length > 0 && { ':freezingBefore': before }),
      },
    },
  };
}
