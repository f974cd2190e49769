import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { session } from '../../lib/table/person/person';
import { expiryOf, liveAt, liveSessions } from '../../lib/table/person/sessions';

/** The person's live sessions, newest first (promise A5). All of them are in the item the front door has read. */
export async function listSessions(deps: Deps, { caller }: Run<'subject', Record<string, never>>) {
  const { person, sealer } = caller;
  const sessions = liveSessions(person, liveAt(deps)).map(([sessionId]) => {
    const full = session.decode(person.sessions[sessionId] ?? {}, sessionId, sealer);
    const { startedAtSeconds, usedAtSeconds } = full;
    return {
      ...full,
      startedAt: toInstant(startedAtSeconds * 1000),
      ...(usedAtSeconds && { usedAt: toInstant(usedAtSeconds * 1000) }),
      expiresAt: toInstant(expiryOf(full)),
      sessionId,
      current: sessionId === caller.sessionId,
    };
  });
  return { sessions: sessions.reverse() };
}
