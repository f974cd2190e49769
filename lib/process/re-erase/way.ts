import { secondOf, toInstant } from '../../clock';
import type { Deps } from '../../deps';
import type { Item } from '../../table/client';
import type { WayEnd } from '../../table/ends/end';
import { wechatEnded } from '../../table/ends/way-end';
import { keys } from '../../table/keys';
import { appendPlanned } from '../../table/ledger/append';
import { restingOnPhone } from '../../table/person/end-ways';
import { waysInKinds } from '../../table/person/join';
import { canSignIn } from '../../table/person/life';
import { type LinkedEntry, linkedEntryKey, undoLinkedEntry } from '../../table/person/linked-entry';
import { type Person, readPerson, wayIn } from '../../table/person/person';
import { phoneKey, unbindPhone } from '../../table/person/phone';
import { endWays } from '../end-ways';
import type { Found, Look } from './found';

/**
 * Ends a way into an account that a restore has brought back: a WeChat, another entry, or the bound phone with what came by it
 * (promises A5, S7). What came, was linked or was bound after that end is newer, and stays.
 */
export async function wayAgain(deps: Deps, end: WayEnd, look: Look, requestId: string): Promise<Found> {
  const self = await look(keys.person(end.subjectId));
  const person = self && readPerson(self);
  if (!person || !canSignIn(person)) return 'done';
  const common = {
    at: toInstant(deps.clock.now()),
    trueAt: end.at,
    actor: 'service',
    way: 're-erase',
    requestId,
  } as const;
  if (end.way === 'wechat') {
    const which = (now: Person) => cameBack(now, end);
    if (which(person).length === 0) return 'done';
    const entry = { ...common, act: 'identity.unlinked', purpose: 'account', kinds: waysInKinds } as const;
    await endWays(deps, person, { which, entry });
    return 'begun';
  }
  const at = end.way === 'phone' ? phoneKey(end.subjectId) : linkedEntryKey(end.subjectId, entryOf(end));
  const item = await look(at);
  if (!item || !isBefore(item, end)) return 'done';
  if (end.way === 'phone') {
    const kinds = ['phone-number', 'phone-state', 'phone-digest'] as const;
    const entry = { ...common, act: 'phone.unbound', purpose: 'phone', kinds } as const;
    await endWays(deps, person, { which: restingOnPhone, entry, also: unbindPhone(item) });
    return 'begun';
  }
  const kinds = ['link-state', 'wechat-identity'] as const;
  await appendPlanned(deps, person, (now) => ({
    entry: { ...common, act: 'identity.unlinked', purpose: 'account-link', kinds },
    ...undoLinkedEntry(item, now),
  }));
  return 'begun';
}

const entryOf = ({ id }: WayEnd) => id as LinkedEntry['entry'];

/** The identities that this end names and that came before it, by short name. */
function cameBack(person: Person, { at, id }: WayEnd): string[] {
  const until = secondOf(Date.parse(at));
  const opened = secondOf(Date.parse(person.createdAt));
  return Object.entries(person.ways).flatMap(([name, stored]) => {
    const { sinceSeconds = opened } = wayIn.decode(stored, name);
    return wechatEnded(person.subjectId, name).id === id && sinceSeconds <= until ? [name] : [];
  });
}

/** Whether what was bound or linked is older than its end. */
function isBefore({ boundAt, linkedAt }: Item, { at }: WayEnd): boolean {
  return String(boundAt ?? linkedAt) < at;
}
