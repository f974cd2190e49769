import { AppError } from '../errors';
import { ConditionFailed } from './refusal';

/** How often one call looks again when others write the same items at the same moment, before it asks to try again. */
const RACES = 6;

/**
 * Does something that can lose a race: `attempt` answers undefined where somebody else was quicker, and is made again on
 * what it finds then.
 * @throws AppError BUSY after too many races
 */
export async function untilWon<T>(attempt: () => Promise<T | undefined>): Promise<T> {
  for (let race = 0; race < RACES; race += 1) {
    const done = await attempt();
    if (done !== undefined) return done;
  }
  throw new AppError('BUSY');
}

/** Somebody else was quicker: look again. Anything else is thrown on. */
export function lostRace(error: unknown): undefined {
  if (!(error instanceof ConditionFailed)) throw error;
}

/** The same where somebody else may still be at it, so that the table itself had to give up. */
export function lostRaceOrBusy(error: unknown): undefined {
  const isBusy = error instanceof AppError && error.code === 'BUSY';
  if (!isBusy) lostRace(error);
}
