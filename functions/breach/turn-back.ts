import { createHash } from 'node:crypto';
import { HOUR_MS } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { invalidInput } from '../../lib/errors';
import { MAX_LIST_LENGTH } from '../../lib/gate/input';
import { spend } from '../../lib/gate/limit';
import type { Run } from '../../lib/gate/operation';
import { keys } from '../../lib/table/keys';
import { recordReading } from './record-reading';
import { demandTrailDay } from './trail-days';

/** Pseudonyms that one call turns back, and calls of one member of the staff in an hour: a whole log takes several people. */
export const MAX_TURNED_BACK = MAX_LIST_LENGTH;
export const TURN_BACKS_PER_HOUR = { name: 'TURN_BACKS_PER_HOUR', max: 200, windowMs: HOUR_MS } as const;

export type TurnBack = { incidentId: string; day: string; pseudonyms: readonly string[] };

/**
 * Whose pseudonyms of a day they are, for the scope of an incident (promise B3). The incident's chain says so before anybody is
 * told: how many, and a checksum of the list, never who. Pseudonyms that are nobody's are told apart: they are of another
 * day, or their line was altered.
 * @throws AppError INVALID_INPUT | NOT_FOUND | NOT_NOW for a closed incident | TOO_MANY_ATTEMPTS
 */
export async function turnBack(deps: Deps, { caller, input, requestId }: Run<'staff', TurnBack>) {
  const { incidentId, day } = input;
  demandTrailDay(deps.clock.now(), 'day', day);
  const cipher = await deps.ring.dayCipher(day);
  if (!cipher) throw invalidInput('day', '这一天的代号已经不能还原');
  await spend(deps, TURN_BACKS_PER_HOUR, caller.staffId);
  const pseudonyms = [...new Set(input.pseudonyms)].sort();
  const turned = pseudonyms.map((pseudonym) => ({ pseudonym, subjectId: cipher.back(pseudonym) }));
  const items = await deps.table.getMany(turned.map(({ subjectId }) => keys.person(subjectId)));
  const people = turned.filter((_, index) => items[index] !== undefined);
  const strangers = turned.filter((_, index) => items[index] === undefined);
  const digest = createHash('sha256').update(pseudonyms.join('\n')).digest('hex');
  const details = { way: 'turn-back', day, asked: pseudonyms.length, found: people.length, digest };
  await recordReading(deps, { incidentId, staff: caller.staffId, requestId, details });
  return { people, strangers: strangers.map(({ pseudonym }) => pseudonym) };
}
