import { AppError } from '../../errors';
import { needsConsent, type PurposeId } from '../../policy/purposes';

/** How an account stands. Every person is in one of these states, and only the moves of `life` lead to another (standing.ts). */
export const lifeStates = ['active', 'closing', 'erased', 'left', 'restricted', 'held', 'deceased'] as const;
export type LifeState = (typeof lifeStates)[number];

/**
 * What is met in a state, each with what stands before it: nothing; what rests on the service's contract or on the law
 * (signing out, withdrawing, seeing what was recorded, an appeal); what only ends or deletes; what rests on a consent.
 */
const degrees = ['none', 'law', 'ends', 'all'] as const;
type Degree = (typeof degrees)[number];

type Row = {
  /** The states that it may go over into. */
  to: readonly LifeState[];
  /** What the person themself may do. */
  self: Degree;
  /** What the staff may do about the person. */
  staff: Degree;
  /** Why not more, as the person reads it (PIPL art. 24). */
  why: string;
};

/**
 * The one table of a person's life. Others meet a person only while a consent is in force, and none is in force but in a
 * state in which the person may do all: whoever has asked for less, or has died, is only stored (PIPL art. 44, 47, 49).
 */
export const life: Record<LifeState, Row> = {
  active: {
    to: ['closing', 'left', 'restricted', 'held', 'deceased'],
    self: 'all',
    staff: 'all',
    why: '',
  },
  /** Asked to be erased, and may still think better of it (art. 47). What is there is stored, seen and ended. */
  closing: {
    to: ['active', 'restricted', 'erased', 'held'],
    self: 'ends',
    staff: 'law',
    why: '账号正在注销，这项功能已经停止。要继续使用，请先撤销注销。',
  },
  /** Has restricted what is done with their data (art. 44): it is stored, seen and ended. */
  restricted: {
    to: ['active', 'closing', 'held', 'deceased'],
    self: 'ends',
    staff: 'law',
    why: '您已要求限制处理个人信息，这项功能已经停止。要继续使用，请先解除限制。',
  },
  /**
   * Everything is kept by law: stored and secured, and not otherwise processed (art. 47 para 2). What the person ends is over
   * for everybody at once, and deleted with the release (lib/table/hold).
   */
  held: {
    to: ['active', 'closing', 'restricted', 'erased', 'deceased'],
    self: 'ends',
    staff: 'law',
    why: '账号中的信息依法封存，期间只保存、不使用，这项功能已经停止。要求删除的，解除封存后随即删除。',
  },
  /** Nobody signs in; relatives act through the staff (art. 49). A mistake is put right. */
  deceased: {
    to: ['active', 'restricted', 'held', 'erased'],
    self: 'none',
    staff: 'law',
    why: '账号已停用，亲属可联系客服办理。',
  },
  /** Given up for another account of the same person. */
  left: { to: ['erased'], self: 'none', staff: 'law', why: '' },
  /** No key any more: what is left says that there was somebody, and holds their ledger together. */
  erased: { to: [], self: 'none', staff: 'none', why: '' },
};

/** Who asks, and how much: a person about themself, or the staff about a person. */
export type Ask = { who: 'self' | 'staff'; for: Degree };

/** What an operation asks of a person's life, by its row: `use` is a use of the service that rests on no consent. */
export function askOf(
  who: Ask['who'],
  { purpose, ends, use }: { purpose: PurposeId | null; ends?: true; use?: true },
): Ask {
  if (ends) return { who, for: 'ends' };
  return { who, for: use || (purpose && needsConsent(purpose)) ? 'all' : 'law' };
}

function isMet(state: LifeState, { who, for: asked }: Ask): boolean {
  return degrees.indexOf(life[state][who]) >= degrees.indexOf(asked);
}

/** Whether anybody may do with this person's data what rests on a consent. */
export const livesFully = ({ lifeState }: { lifeState: LifeState }): boolean =>
  isMet(lifeState, { who: 'self', for: 'all' });

/** Whether the person can sign in and be told something. */
export const canSignIn = ({ lifeState }: { lifeState: LifeState }): boolean =>
  isMet(lifeState, { who: 'self', for: 'law' });

/**
 * @throws AppError SIGN_IN_REQUIRED to the person who is not there any more, NOT_NOW with the reason to one who may do
 * less, NOT_FOUND to the staff
 */
export function demandLife({ lifeState }: { lifeState: LifeState }, ask: Ask): void {
  if (isMet(lifeState, ask)) return;
  const { self, why } = life[lifeState];
  if (ask.who === 'staff') throw new AppError('NOT_FOUND');
  if (self === 'none') throw new AppError('SIGN_IN_REQUIRED');
  throw new AppError('NOT_NOW', { why });
}

/** Part of a write of the person's own item, or of a check of it, in DynamoDB's own words. */
export type LifeCondition = { condition: string; values: Record<string, string> };

/** The states are named by their own names, so that two conditions on one item agree. */
export function oneOf(states: readonly LifeState[]): LifeCondition {
  return {
    condition: `lifeState IN (${states.map((state) => `:life_${state}`).join(', ')})`,
    values: Object.fromEntries(states.map((state) => [`:life_${state}`, state])),
  };
}

/** Refuses a write unless the person is in a state that meets it at that very moment. */
export function whileMet(ask: Ask): LifeCondition {
  return oneOf(lifeStates.filter((state) => isMet(state, ask)));
}

/** Somebody who signs in, or is written to. */
export const whileHere = whileMet({ who: 'self', for: 'law' });
/** Somebody on whose consent others rely. */
export const whileFully = whileMet({ who: 'self', for: 'all' });

/** What is still to be taken from somebody who has been erased, and no move. */
export const whileErased: LifeCondition = oneOf(['erased']);
