import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { endSessions } from '../../lib/table/person/sessions';

type Nothing = Record<string, never>;

/** Signs out of this device. */
export async function endOwn(deps: Deps, { caller }: Run<'subject', Nothing>) {
  return end(deps, caller.person.subjectId, [caller.sessionId]);
}

/** Ends one session of one's own. Somebody else's session id is simply not there. */
export async function endSession(deps: Deps, { caller, input }: Run<'subject', { sessionId: string }>) {
  if (!Object.hasOwn(caller.person.sessions, input.sessionId)) throw new AppError('NOT_FOUND');
  return end(deps, caller.person.subjectId, [input.sessionId]);
}

/** Ends every session but this one. One that begins at the same moment is not among them and stays. */
export async function endOthers(deps: Deps, { caller }: Run<'subject', Nothing>) {
  const others = Object.keys(caller.person.sessions).filter((id) => id !== caller.sessionId);
  return end(deps, caller.person.subjectId, others);
}

/** One write; every instance refuses these sessions from its next read on (promise A5). */
async function end(deps: Deps, subjectId: string, sessionIds: string[]) {
  if (sessionIds.length > 0) await deps.table.update(endSessions(subjectId, sessionIds));
  return { ended: sessionIds.length };
}
