import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { endOfWorkingDays } from '../../lib/policy/working-days';
import { keys } from '../../lib/table/keys';
import { authorisationEventKey, putAuthorisationEvent } from '../../lib/table/person/authorisation-event';
import { onlyWhileHere } from '../../lib/table/person/person';
import { lostRace, untilWon } from '../../lib/table/races';
import type { AuthorisationPush } from './push-event';
import { isHere, pushedPerson } from './pushed-person';

/** Within which what an ended account asks for has to be done (认定方法 六). */
const DUTY_WORKING_DAYS = 15;
/** Of the digest that an event is known by. */
const EVENT_ID_CHARS = 22;

/** Puts down that somebody's authorisation has changed, to wait until that is dealt with; the same event waits once. */
export async function noteAuthorisation(deps: Deps, event: AuthorisationPush): Promise<void> {
  const subjectId = await pushedPerson(deps, event.OpenID);
  if (!subjectId) return;
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
  await untilWon(async () => {
    const [self, known] = await deps.table.getMany([
      keys.person(subjectId),
      authorisationEventKey(subjectId, eventId),
    ]);
    if (known || !isHere(self)) return true;
    const writes = [putAuthorisationEvent(subjectId, duty), onlyWhileHere(subjectId)] as const;
    return deps.table.write(...writes).then(() => true, lostRace);
  });
}
