import type { Write } from '../client';
import { removePointer } from '../replace';
import { keysOf, type Person, session, wayIn } from './person';
import { pointerKey } from './pointer';
import type { PersonChange } from './standing';
import { shortName } from './wechat-account';

/** How long a WeChat that came by a phone cannot end those that were there before it: their owner can end it meanwhile. */
export const PHONE_WAY_WAIT_DAYS = 30;

/** The identities that came by a phone, but for those of one WeChat, by short name. */
export function restingOnPhone(person: Person, except?: string): string[] {
  return Object.entries(person.ways).flatMap(([name, stored]) => {
    const { of = name, phoneEpoch } = wayIn.decode(stored, name);
    return phoneEpoch !== undefined && of !== except ? [name] : [];
  });
}

/**
 * What ends identities: their records, their pointers and the sessions that are known to rest on them. One that has begun
 * since then rests on what is no more, and is over as well (ways.ts). To be written under the condition that the head of the
 * ledger is still where it was seen.
 */
export function endOfWays(person: Person, ended: readonly string[]): { change: PersonChange; gone: Write[] } {
  if (ended.length === 0) return { change: {}, gone: [] };
  const names = new Set(ended);
  const isEnded = ({ digest }: { digest: string }) => names.has(shortName(digest));
  const sessions = Object.entries(person.sessions).flatMap(([id, stored]) =>
    names.has(session.decode(stored, id).identity ?? '') ? [id] : [],
  );
  return {
    change: {
      set: ['points = :endedPoints'],
      remove: [
        ...ended.map((_, index) => `#endedWays.#endedWay${index}`),
        ...sessions.map((_, index) => `#endedSessions.#endedSession${index}`),
      ],
      names: {
        '#endedWays': 'ways',
        ...Object.fromEntries(ended.map((name, index) => [`#endedWay${index}`, name])),
        ...(sessions.length > 0 && { '#endedSessions': 'sessions' }),
        ...Object.fromEntries(sessions.map((id, index) => [`#endedSession${index}`, id])),
      },
      values: { ':endedPoints': keysOf(person.identities.filter((one) => !isEnded(one))) },
    },
    gone: person.identities
      .filter(isEnded)
      .map(({ domain, digest }) => removePointer(pointerKey(domain, digest))),
  };
}
