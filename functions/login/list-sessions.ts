import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { type EntryId, entryIds } from '../../lib/policy/sign-in-entries';
import { kindOf, session } from '../../lib/table/person/person';
import { expiryOf, liveAt, liveSessions } from '../../lib/table/person/sessions';
import { wayOf } from '../../lib/table/person/ways';

/** The person's live sessions, newest first (promise A5). All of them are in the item the front door has read. */
export async function listSessions(deps: Deps, { caller }: Run<'subject', Record<string, never>>) {
  const { person, sealer } = caller;
  const sessions = liveSessions(person, liveAt(deps)).map(([sessionId]) => {
    const full = session.decode(person.sessions[sessionId] ?? {}, sessionId, sealer);
    const { startedAtSeconds, usedAtSeconds, identity, link, from, pickUpUntilSeconds } = full;
    return {
      ...full,
      kind: kindOf(full),
      // What it rests on: the session that approved it, a linked entry, or a WeChat.
      ...(from === undefined ? {} : { approvedBy: from }),
      ...(link === undefined ? { wayId: wayOf(person, identity)?.of } : { entry: entryOf(link) }),
      ...(pickUpUntilSeconds !== undefined && { waiting: true as const }),
      startedAt: toInstant(startedAtSeconds * 1000),
      ...(usedAtSeconds && { usedAt: toInstant(usedAtSeconds * 1000) }),
      expiresAt: toInstant(expiryOf(full)),
      sessionId,
      current: sessionId === caller.sessionId,
    };
  });
  return { sessions: sessions.reverse() };
}

function entryOf(link: string): EntryId | undefined {
  return entryIds.find((entry) => link.startsWith(`${entry}:`));
}
