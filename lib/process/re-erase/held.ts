import type { Deps } from '../../deps';
import { AppError } from '../../errors';
import { type HoldEnd, nameOfEnd } from '../../table/ends/end';
import { clearHold, holdKey } from '../../table/hold/hold';
import { holdNoted, releaseNoted } from '../../table/hold/noted-hold';
import { openHold } from '../../table/hold/open-hold';
import { keys } from '../../table/keys';
import { endOfAccount } from '../../table/person/end-of-account';
import { readPerson } from '../../table/person/person';
import { hasProcess, processKey, readProcess } from '../../table/process/process';
import { lostRace } from '../../table/races';
import { placeHold, releaseHold } from '../hold-acts';
import { isEnding } from './account';
import type { Found, Look } from './found';

/**
 * Places a hold anew that was placed since the backup, before anything that ended after it goes (promise S3). What had ended before
 * it is gone first: so it waits for that. Nothing is swept before it has frozen what it names.
 */
export async function holdAgain(deps: Deps, end: HoldEnd, look: Look): Promise<Found> {
  const known = clearHold(await look(holdKey(end.holdId)));
  if (known) return known.state === 'freezing' ? 'under way' : 'done';
  const content = await deps.vault.read(nameOfEnd(end));
  // What it names must not be swept or erased meanwhile, so nothing goes on without it.
  if (!content) throw new HiddenHold();
  const value = await holdNoted(deps, content);
  const { subjectId } = value;
  const self = subjectId === undefined ? undefined : await look(keys.person(subjectId));
  const person = self && readPerson(self);
  // Who came after the backup is not there, and nothing of theirs to be kept.
  if (subjectId !== undefined && (!person || person.lifeState === 'erased')) return 'done';
  if (subjectId !== undefined && (await hasEarlierEnd(deps, subjectId))) return 'wait';
  try {
    await placeHold(deps, value, person, { again: true });
    return 'begun';
  } catch (error) {
    // As many as can be are being frozen.
    if (error instanceof AppError && error.code === 'NOT_NOW') return 'wait';
    lostRace(error);
    return 'wait';
  }
}

/** Releases a hold again that was released since the backup: what it kept beyond its end is not to be kept twice. */
export async function releaseAgain(deps: Deps, end: HoldEnd, look: Look): Promise<Found> {
  const opened = await openHold(deps, await look(holdKey(end.holdId)));
  if (!opened || opened.hold.state === 'releasing' || opened.hold.state === 'released') return 'done';
  const content = await deps.vault.read(nameOfEnd(end));
  const { releasedBy } = content ? releaseNoted(content) : { releasedBy: 'service' };
  try {
    await releaseHold(deps, opened, { releasedBy, releasedAt: end.at }, { again: true });
    return 'begun';
  } catch (error) {
    lostRace(error);
    return 'wait';
  }
}

/** Somebody has hidden the note of a hold in the locked bucket. */
class HiddenHold extends Error {
  override name = 'HiddenHold';
}

async function hasEarlierEnd({ table }: Deps, subjectId: string): Promise<boolean> {
  const [row] = await table.getMany([processKey(endOfAccount(subjectId))]);
  return isEnding(readProcess(row)) || hasProcess(table, subjectId, 'erasure');
}
