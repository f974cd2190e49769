import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { DUTY_WORKING_DAYS } from '../../lib/policy/closing';
import { endOfWorkingDays } from '../../lib/policy/working-days';
import { keys } from '../../lib/table/keys';
import { authorisationEventKey, putAuthorisationEvent } from '../../lib/table/person/authorisation-event';
import { onlyWhileHere } from '../../lib/table/person/person';
import { beginProcess } from '../../lib/table/process/process';
import { lostRace, untilWon } from '../../lib/table/races';
import type { AuthorisationPush } from './push-event';
import { isHere, pushedPerson } from './pushed-person';

/** Of the digest that an event is known by. */
const EVENT_ID_CHARS = 22;

/**
 * Puts down that somebody's authorisation has changed, to wait until that is dealt with; the same event waits once. What
 * follows by itself begins in the same transaction (promise R9): lib/process/authorisation.ts.
 */
export async function noteAuthorisation(deps: Deps, event: AuthorisationPush): Promise<void> {
  const about = await pushedPerson(deps, event.OpenID);
  if (!about) return;
  const { subjectId, identity } = about;
  const { Event, CreateTime, RevokeInfo: scope } = event;
  const told = `authorisation|${subjectId}|${Event}|${CreateTime}|${scope ?? ''}`;
  const eventId = (await deps.ring.digest('request', told)).slice(0, EVENT_ID_CHARS);
  const nowMs = deps.clock.now();
  const duty = {
    eventId,
    event: Event,
    happenedAt: toInstant(CreateTime * 1000),
    toldAt: toInstant(nowMs),
    dueAt: toInstant(await endOfWorkingDays(nowMs, DUTY_WORKING_DAYS)),
    ...(scope && { scope }),
  };
  // That a picture or a name was taken down at WeChat is for a human to judge.
  const begins = Event === 'user_info_modified' ? [] : [{ kind: 'authorisation', id: eventId, subjectId }];
  const isNew = await untilWon(async () => {
    const [self, known] = await deps.table.getMany([
      keys.person(subjectId),
      authorisationEventKey(subjectId, eventId),
    ]);
    if (known || !isHere(self, identity)) return false;
    const starts = begins.map((ref) => beginProcess(ref, 'begin', { identity }, nowMs));
    const note = putAuthorisationEvent(subjectId, duty);
    return deps.table.write(note, ...starts, onlyWhileHere(subjectId)).then(() => true, lostRace);
  });
  if (isNew && begins.length > 0) await deps.queue.send(begins);
}
