import { MINUTE_MS } from '../../clock';
import type { Deps } from '../../deps';
import { takesOver } from '../../table/person/join';
import { readPerson } from '../../table/person/person';
import type { Next, StepInput } from '../kind';

/** The step at which an account waits, and the one after it: from there on nobody takes a closing back. */
export const COOL = 'cool';
export const AFTER_COOLING = 'hold-items';

/**
 * The first step of the end of an account that was closed: it becomes due when the cooling-off is over, and until the row has
 * moved on the closing can be taken back, which deletes the row (closing.ts). The move is held to the row, so one of the two
 * happens and never both. What is still taken over from another account comes first, since
 * its process lies with this one.
 */
export async function cool({ table, clock }: Deps, { process, self }: StepInput): Promise<Next> {
  const { subjectId = '' } = process;
  if (!self) return { to: 'end' };
  const { lifeState } = readPerson(self);
  // Taken back. Who was given up for another account of theirs, or has died, has nothing to think better of.
  if (lifeState === 'active' || lifeState === 'restricted' || lifeState === 'held') return { to: 'end' };
  if (await takesOver(table, subjectId)) return { waitUntilMs: clock.now() + MINUTE_MS };
  return { to: AFTER_COOLING };
}
