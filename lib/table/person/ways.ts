import { secondOf } from '../../clock';
import type { ReachVersions } from '../../policy/version';
import { consentInForce, epochOf } from './consents';
import { type Person, type Session, session, type WayIn, wayIn } from './person';

/**
 * What lets somebody into an account, and what that rests on (promise A5). A session rests on the identity or the linked
 * entry it came by, and a browser's on the session that approved it as well; an identity that came by a phone rests on the
 * binding of that phone. What rests on something ended has ended: whoever reads sees it, and every write that is made in a
 * session's name, or begins one, has it as its condition.
 */

/** An identity as it is recorded, with what its record leaves to be understood. */
export type Way = WayIn & { of: string; sinceSeconds: number };

/** The identity of this short name, or undefined when it does not lead in any more. */
export function wayOf(person: Person, name: string | undefined): Way | undefined {
  if (name === undefined || !Object.hasOwn(person.ways, name)) return undefined;
  const opened = secondOf(Date.parse(person.createdAt));
  const value = { of: name, sinceSeconds: opened, ...wayIn.decode(person.ways[name] ?? {}, name) };
  return value.phoneEpoch === undefined || value.phoneEpoch === epochOf(person, 'phone') ? value : undefined;
}

/**
 * The epoch of the phone that a session rests on, where its WeChat came by that. Undefined where it stands by itself: what is given to an
 * account in such a session stays, and in any other one it goes with the phone.
 */
export function phoneOfSession(person: Person, { identity }: Pick<Session, 'identity'>): number | undefined {
  return wayOf(person, identity)?.phoneEpoch;
}

/** Every identity that leads in, by short name. */
export function livingWays(person: Person): [name: string, way: Way][] {
  return Object.keys(person.ways).flatMap((name): [string, Way][] => {
    const way = wayOf(person, name);
    return way ? [[name, way]] : [];
  });
}

/** Those that do not lead in any more, and are still written down. */
export function endedWays(person: Person): string[] {
  return Object.keys(person.ways).filter((name) => !wayOf(person, name));
}

/** The identities of one WeChat, by short name. */
export function identitiesOf(person: Person, of: string): string[] {
  return livingWays(person).flatMap(([name, way]) => (way.of === of ? [name] : []));
}

/** The session of this id as it is recorded, whether it lives or not. @throws SealError for an altered one */
export function sessionOf({ sessions }: Person, id: string): Session | undefined {
  const stored = Object.hasOwn(sessions, id) ? sessions[id] : undefined;
  return stored && session.decode(stored, id);
}

/** The value by which a session names the linked entry it rests on. */
export function linkOf(person: Person, entry: string): string {
  return `${entry}:${epochOf(person, 'account-link')}:${person.entryEpoch ?? 0}`;
}

/** Whether what a session rests on beside another session is still there. */
export function restsHold(
  person: Person,
  { identity, link }: Session,
  reached: () => ReachVersions,
): boolean {
  if (link === undefined) return wayOf(person, identity) !== undefined;
  const [entry = ''] = link.split(':');
  return link === linkOf(person, entry) && consentInForce(reached(), person, 'account-link') !== undefined;
}

/** Conditions of a write of the person's item, each without an alternative outside parentheses. */
export type Rests = { conditions: string[]; names: Record<string, string>; values: Record<string, unknown> };

/** Of what rests on nothing. */
export const noRests: Rests = { conditions: [], names: {}, values: {} };

/** Refuses a write of the person's item unless all is there that a session rests on. */
export function whileRests({ identity, link, from }: Pick<Session, 'identity' | 'link' | 'from'>): Rests {
  const way = '#rests_ways.#rests_way';
  const consents = '#rests_consents';
  const [, epoch, count] = link?.split(':') ?? [];
  const byWay = [
    `attribute_exists(${way})`,
    `(attribute_not_exists(${way}.phoneEpoch) OR ${way}.phoneEpoch = ${consents}.#rests_phone.epoch)`,
  ];
  const byEntry = [
    `${consents}.#rests_linking.epoch = :rests_epoch`,
    count === '0'
      ? '(attribute_not_exists(entryEpoch) OR entryEpoch = :rests_count)'
      : 'entryEpoch = :rests_count',
  ];
  return {
    conditions: [
      ...(link === undefined ? byWay : byEntry),
      ...(from === undefined ? [] : ['attribute_exists(#rests_sessions.#rests_from)']),
    ],
    names: {
      [consents]: 'consents',
      ...(link === undefined
        ? { '#rests_ways': 'ways', '#rests_way': identity ?? '', '#rests_phone': 'phone' }
        : { '#rests_linking': 'account-link' }),
      ...(from !== undefined && { '#rests_sessions': 'sessions', '#rests_from': from }),
    },
    values: link === undefined ? {} : { ':rests_epoch': Number(epoch), ':rests_count': Number(count) },
  };
}

/** The same for a session that is there already: it as well. Undefined when it is not. */
export function whileSession(person: Person, id: string): Rests | undefined {
  const value = sessionOf(person, id);
  if (!value) return undefined;
  const { conditions, names, values } = whileRests(value);
  return {
    conditions: ['attribute_exists(#rests_sessions.#rests_session)', ...conditions],
    names: { ...names, '#rests_sessions': 'sessions', '#rests_session': id },
    values,
  };
}

/** Whether a session and what it rests on are there, whatever the time is. */
export function isSignedIn(person: Person, id: string, reached: () => ReachVersions): boolean {
  const value = sessionOf(person, id);
  if (!value || !restsHold(person, value, reached)) return false;
  return value.from === undefined || isSignedIn(person, value.from, reached);
}
