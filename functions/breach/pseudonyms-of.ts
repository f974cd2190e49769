import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { recordReading } from './record-reading';
import { trailDays } from './trail-days';

export type PseudonymsOf = { incidentId: string; subjectId: string; from: string; to: string };

/**
 * Somebody's pseudonyms on each day of a window, to look for them in the logs (promise B3). The gate has entered the look into
 * the person's own ledger; the incident's chain says that there was one, and not at whom.
 * @throws AppError INVALID_INPUT | NOT_FOUND | NOT_NOW for a closed incident
 */
export async function pseudonymsOf(deps: Deps, { caller, input, requestId }: Run<'staff', PseudonymsOf>) {
  const { incidentId, subjectId, from, to } = input;
  const days = trailDays(deps.clock.now(), input);
  const ciphers = await Promise.all(days.map((day) => deps.ring.dayCipher(day)));
  const details = { way: 'pseudonyms', from, to, days: days.length };
  await recordReading(deps, { incidentId, staff: caller.staffId, requestId, details });
  const pseudonyms = days.flatMap((day, index) => {
    const cipher = ciphers[index];
    return cipher ? [{ day, pseudonym: cipher.of(subjectId) }] : [];
  });
  return { pseudonyms };
}
