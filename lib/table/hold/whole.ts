import { AppError } from '../../errors';
import type { Item, Write } from '../client';
import { keys } from '../keys';
import type { LifeState } from '../person/life';
import { readPerson } from '../person/person';
import { joinChanges, moveTo, type PersonChange, type Standing, settled } from '../person/standing';
import type { Hold } from './hold';

/**
 * A hold of everything of a person is one of their life as well: it is `held` until the last such hold is released, and then
 * again what it was (person/life.ts). The person's item names these holds, so that the order of the writes decides. Over a life
 * that is ending, or has ended, no hold comes: it goes on, and what was frozen is kept (lib/table/hold).
 */

/** Holds of everything that one person may be under at the same time: their own item stays small. */
const MAX_WHOLE = 4;

/** States in which a life goes on. */
const goesOn: readonly LifeState[] = ['active', 'restricted'];

type Seen = Pick<Standing, 'lifeState' | 'lifeUnheld' | 'wholeHolds'>;

/** Whether a hold names everything of a person: neither kinds nor a time. */
export function isWhole({ subjectId, kinds, from, until }: Partial<Hold>): boolean {
  return subjectId !== undefined && kinds === undefined && from === undefined && until === undefined;
}

/** The state that somebody is in apart from what holds them. */
export function unheldState({ lifeState, lifeUnheld = 'active' }: Seen): LifeState {
  return lifeState === 'held' ? lifeUnheld : lifeState;
}

/** Where somebody is whose life goes on from here: in this state, or held as long as a hold of everything stands. */
export function goOnIn(state: LifeState, seen: Seen, at: string): PersonChange {
  return seen.wholeHolds ? toHeld(state, at) : moved(state, at);
}

/**
 * The change by which a hold of everything begins.
 * @throws AppError NOT_NOW while as many as can be hold the person
 */
export function beginWhole(seen: Seen, holdId: string, at: string): PersonChange {
  const known = seen.wholeHolds ?? [];
  if (known.length >= MAX_WHOLE)
    throw new AppError('NOT_NOW', { why: '此人的全部信息已依多项决定封存，请先复核其中已无必要的。' });
  const change = goesOn.includes(seen.lifeState) ? toHeld(seen.lifeState, at) : {};
  return joinChanges(change, { standing: { wholeHolds: [...known, holdId] } });
}

/** The write by which a hold of everything is over; none where that was written. */
export function endWhole(self: Item | undefined, holdId: string, at: string): Write[] {
  const seen = self && readPerson(self);
  if (!seen?.wholeHolds?.includes(holdId)) return [];
  const left = seen.wholeHolds.filter((one) => one !== holdId);
  const isOver = left.length === 0;
  const change = isOver && seen.lifeState === 'held' ? moved(unheldState(seen), at) : {};
  const wholeHolds = isOver ? undefined : left;
  const {
    set = [],
    remove = [],
    condition,
    values,
  } = settled(seen, joinChanges(change, { standing: { wholeHolds } }));
  return [
    {
      Update: {
        Key: keys.person(seen.subjectId),
        UpdateExpression: `SET ${set.join(', ')}${remove.length > 0 ? ` REMOVE ${remove.join(', ')}` : ''}`,
        ConditionExpression: condition,
        ExpressionAttributeValues: values,
      },
    },
  ];
}

function toHeld(from: LifeState, at: string): PersonChange {
  return joinChanges(moveTo('held', at), { standing: { lifeUnheld: from } });
}

function moved(state: LifeState, at: string): PersonChange {
  return joinChanges(moveTo(state, at), { standing: { lifeUnheld: undefined } });
}
