import { toInstant } from '../../clock';
import type { Deps } from '../../deps';
import type { Item } from '../../table/client';
import { type AccountEnd, nameOfEnd } from '../../table/ends/end';
import { keys } from '../../table/keys';
import { endOfAccount } from '../../table/person/end-of-account';
import { readPerson } from '../../table/person/person';
import { closeAgain, readTombstone } from '../../table/person/tombstone';
import {
  beginProcess,
  moveProcess,
  type Process,
  processKey,
  readProcess,
  wakeProcess,
} from '../../table/process/process';
import type { Found, Look } from './found';

/** Where the end of an account goes on whose cooling-off is over (end-account.ts). */
const BEHIND_COOLING_OFF = 'hold-items';
/** Its steps before which something of the person may still be there for others to meet. */
const erasing = ['cool', BEHIND_COOLING_OFF, 'bury', 'survey', 'items', 'stays'];

/** Whether the end of an account has begun and something of the person may still be there. */
export const isEnding = (row: Process | undefined): boolean =>
  row !== undefined && erasing.includes(row.step);

/**
 * Ends an account that a restore has brought back: behind its cooling-off, with what is held kept as it was, and when it ended, so
 * that what outlives it is kept no longer than promised.
 */
export async function accountAgain(deps: Deps, end: AccountEnd, look: Look): Promise<Found> {
  const { subjectId } = end;
  const ref = endOfAccount(subjectId);
  const [self, item] = [await look(keys.person(subjectId)), await look(processKey(ref))];
  const row = readProcess(item);
  const isBack = self && readPerson(self).lifeState !== 'erased' && (!row || row.step === 'cool');
  if (!isBack) return isEnding(row) ? 'under way' : 'done';
  await begin(deps, end, self, row);
  await deps.queue.send([ref]);
  return 'begun';
}

async function begin(
  { table, vault, clock }: Deps,
  end: AccountEnd,
  self: Item,
  row: Process | undefined,
): Promise<void> {
  const person = readPerson(self);
  const { subjectId, ledgerSeq } = person;
  const { at: endedAt } = end;
  const close = closeAgain(person, endedAt);
  if (!row) {
    const { receipt } = readTombstone(await vault.read(nameOfEnd(end)));
    const state = { cause: ledgerSeq, count: 0, endedAt, ...(receipt !== undefined && { receipt }) };
    await table.write(
      beginProcess(endOfAccount(subjectId), BEHIND_COOLING_OFF, state, clock.now()),
      ...close,
    );
    return;
  }
  const nowMs = clock.now();
  await table.write(wakeProcess(row, nowMs), ...close);
  const woken = { ...row, version: row.version + 1, dueAt: toInstant(nowMs) };
  await table.write(moveProcess(woken, BEHIND_COOLING_OFF, { ...row.state, endedAt }));
}
