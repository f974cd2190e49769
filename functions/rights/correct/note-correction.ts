import { toInstant } from '../../../lib/clock';
import { idOfRequest } from '../../../lib/crypto/request-id';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import { correctionOf } from '../../../lib/process/recipients';
import { ConditionFailed, type Write } from '../../../lib/table/client';
import type { EntryKind } from '../../../lib/table/ledger/acts';
import { appendPlanned } from '../../../lib/table/ledger/append';
import type { NewEntry } from '../../../lib/table/ledger/ledger';
import type { Person } from '../../../lib/table/person/person';
import type { PersonChange } from '../../../lib/table/person/standing';
import { beginProcess, processKey, readProcess } from '../../../lib/table/process/process';

/** What was corrected, and who says so. */
export type Noted = {
  kind: EntryKind;
  by: Pick<NewEntry, 'actor' | 'requestId'> &
    Partial<Pick<NewEntry, 'staff' | 'reason' | 'ticket' | 'document' | 'way' | 'result'>>;
  idempotencyKey: string;
  /** All that was asked for: the same key with another is a conflict. */
  content: unknown;
};

/**
 * Enters that data of a kind was corrected, with the writes (and the change of the person's own item) that correct it, and has every recipient that the register names with
 * that kind confirm that they have corrected it as well (PIPL art. 46; promise R2). The process that finds them is named by the
 * request, so a repeat does nothing more, as long as they are asked. Answers since when.
 * @throws AppError IDEMPOTENCY_CONFLICT; ConditionFailed for the first of `corrects` onward, as `found`
 */
export async function noteCorrection(
  deps: Deps,
  person: Person,
  { kind, by, idempotencyKey, content }: Noted,
  corrects: Write[] = [],
  change?: PersonChange,
): Promise<{ since: string }> {
  const { subjectId } = person;
  const ref = correctionOf(subjectId, idOfRequest('correction', subjectId, idempotencyKey));
  const whole = idOfRequest(JSON.stringify(content));
  const known = async () => readProcess((await deps.table.getMany([processKey(ref)]))[0]);
  const repeat = (process: Awaited<ReturnType<typeof known>>) => {
    if (process && process.state.whole !== whole) throw new AppError('IDEMPOTENCY_CONFLICT');
    return process && { since: String(process.state.since) };
  };
  const before = repeat(await known());
  if (before) return before;
  const nowMs = deps.clock.now();
  const since = toInstant(nowMs);
  try {
    await appendPlanned(deps, person, (_, correction) => ({
      entry: { ...by, at: since, act: 'correction.made', purpose: 'accountability', kinds: [kind] },
      also: [beginProcess(ref, 'tell', { correction, kind, since, whole }, nowMs), ...corrects],
      change,
    }));
  } catch (error) {
    const met = error instanceof ConditionFailed ? repeat(readProcess(error.found[0]?.item)) : undefined;
    if (met) return met;
    throw error;
  }
  await deps.queue.send([ref]);
  return { since };
}
