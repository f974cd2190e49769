import { AppError } from '../../errors';
import type { Item, Write } from '../client';
import { keys } from '../keys';
import type { PersonChange } from '../ledger/append';
import { person } from '../person/person';

/** Holds that one person's records may be frozen for at the same time. */
const MAX_FREEZING = 4;

/** The holds that are still at freezing what they name of a person. */
export function freezingOf(self: Item | undefined): string[] {
  return (person.is(self) && (self.freezing as string[] | undefined)) || [];
}

/**
 * Says in the person's item that a hold has begun, so that whoever erases waits until everything that it names is kept.
 * @throws AppError NOT_NOW while as many as can be are under way
 */
export function beginFreezing(subjectId: string, known: readonly string[], holdId: string): Write {
  if (known.length >= MAX_FREEZING)
    throw new AppError('NOT_NOW', { why: '此人的信息正在依其他封存决定处理，请稍后再试。' });
  return change(subjectId, known, [...known, holdId]);
}

/** The write by which a hold is no longer at it; none where that was written. */
export function notFreezing(self: Item | undefined, holdId: string): Write[] {
  const known = freezingOf(self);
  if (!self || !known.includes(holdId)) return [];
  const left = known.filter((one) => one !== holdId);
  return [change(String(self.subjectId), known, left)];
}

/** Part of the write that erases a person: refused while anything is still to be kept. */
export const whileNotFreezing: Required<Pick<PersonChange, 'condition'>> = {
  condition: 'attribute_not_exists(freezing)',
};

function change(subjectId: string, before: readonly string[], after: readonly string[]): Write {
  return {
    Update: {
      Key: keys.person(subjectId),
      UpdateExpression: after.length > 0 ? 'SET freezing = :after' : 'REMOVE freezing',
      ConditionExpression: before.length > 0 ? 'freezing = :before' : whileNotFreezing.condition,
      ...((before.length > 0 || after.length > 0) && {
        ExpressionAttributeValues: {
          ...(after.length > 0 && { ':after': after }),
          ...(before.length > 0 && { ':before': before }),
        },
      }),
    },
  };
}
