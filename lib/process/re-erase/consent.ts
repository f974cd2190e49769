import { toEpochSeconds, toInstant } from '../../clock';
import { type Change, repeatMark, writeActs } from '../../consent/write-act';
import type { Deps } from '../../deps';
import { type ConsentEnd, nameOfEnd } from '../../table/ends/end';
import { keys } from '../../table/keys';
import { type Consent, consentOf, readPerson } from '../../table/person/person';
import type { Found, Look } from './found';

/**
 * Ends a consent that was withdrawn since the backup, or the part that was erased while its consent stood: what rested on it is
 * invisible from this write on, and is erased by a process. The entry in the ledger says when it was true and when it was
 * recorded. What was agreed to after that end is newer, and stays.
 */
export async function consentAgain(
  deps: Deps,
  end: ConsentEnd,
  look: Look,
  requestId: string,
): Promise<Found> {
  const { subjectId, purpose } = end;
  const self = await look(keys.person(subjectId));
  if (!self) return 'done';
  const person = readPerson(self);
  const before = consentOf(person, purpose);
  if (!before || !isBack(before, end)) return 'done';
  const endedAt = (await deps.vault.read(nameOfEnd(end)))?.toString() ?? end.at;
  const request = await repeatMark(deps, subjectId, nameOfEnd(end), ['re-erase']);
  const naming = { purpose, seenEntry: before.entry, request };
  await writeActs(deps, person, naming, () => ({
    entry: {
      at: toInstant(deps.clock.now()),
      trueAt: endedAt,
      act: end.what === 'part' ? 'erasure.asked' : 'consent.withdrawn',
      actor: 'service',
      way: 're-erase',
      purpose,
      requestId,
    },
    state: stateAfter(before, end, endedAt),
    ends: true,
  }));
  return 'begun';
}

/** Whether a consent stands that ended since: of no later epoch than the one that had ended, and given before it did. */
function isBack({ granted, epoch, atSeconds }: Consent, end: ConsentEnd): boolean {
  return granted && epoch <= end.epoch && atSeconds <= toEpochSeconds(Date.parse(end.at));
}

function stateAfter(before: Consent, { what, epoch: ended }: ConsentEnd, at: string): Change['state'] {
  const { entry: _, request: __, ...stands } = before;
  const epoch = ended + 1;
  if (what === 'part') return { ...stands, epoch };
  const { refusedAtSeconds: ___, ...given } = stands;
  return { ...given, granted: false, epoch, atSeconds: toEpochSeconds(Date.parse(at)) };
}
