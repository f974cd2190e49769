import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError, invalidInput } from '../../lib/errors';
import { disclose } from '../../lib/gate/disclose';
import type { Run } from '../../lib/gate/operation';
import { demandOwnWay } from '../../lib/gate/own-way';
import { type EntryId, entryIds, signInEntries } from '../../lib/policy/sign-in-entries';
import { ConditionFailed } from '../../lib/table/client';
import { beginWayEnd, wayEndRef } from '../../lib/table/ends/way-end';
import { appendEntry, appendPlanned } from '../../lib/table/ledger/append';
import { epochOf } from '../../lib/table/person/consents';
import {
  isLedToBy,
  type LinkedEntry,
  linkedEntryKey,
  putLinkedEntry,
  readLinkedEntry,
  undoLinkedEntry,
} from '../../lib/table/person/linked-entry';
import type { Person } from '../../lib/table/person/person';
import { openidDigest } from '../../lib/table/person/pointer';
import { untilWon } from '../../lib/table/races';

/** What a link is made of: its state, and the digest that leads to it. */
const linkKinds = ['link-state', 'wechat-identity'] as const;

const linkEpoch = (person: Person) => epochOf(person, 'account-link');

function show({ entry, linkedAt }: LinkedEntry) {
  return { entry, name: signInEntries[entry].name, linkedAt };
}

/**
 * Links another entry to the account, by a fresh login code of that entry (promise A4). The register says first that
 * WeChat is asked. A repeat with another code of the same identity answers the same.
 * @throws AppError IDENTITY_TAKEN when that identity leads to another account | NOT_NOW when the entry is linked otherwise, and to who
 *   came by a phone
 */
export async function linkAccount(
  deps: Deps,
  { caller, input, requestId }: Run<'subject', { entry: EntryId; code: string }>,
) {
  const { entry, code } = input;
  const offered = deps.entries[entry];
  demandOwnWay(caller);
  if (!offered) throw invalidInput('entry', '这个入口暂未开放');
  const disclosure = {
    recipient: 'wechat-link',
    kinds: ['login-code'],
    way: entry,
    requestId,
  } as const;
  const epoch = linkEpoch(caller.person);
  const { answer, person } = await disclose(
    deps,
    caller.person,
    disclosure,
    (entries) => entries.exchangeCode(entry, code),
    () => 'ANSWERED',
  );
  const digest = await openidDigest({ ...deps, appid: offered.appid }, answer.openid);
  const linkedAt = toInstant(deps.clock.now());
  const value: LinkedEntry = { entry, linkedAt, epoch };
  const act = {
    at: linkedAt,
    act: 'identity.linked',
    actor: 'self',
    purpose: 'account-link',
    kinds: linkKinds,
    way: entry,
    requestId,
  } as const;
  let before = caller.alsoRead;
  return untilWon(async () => {
    try {
      const writes = putLinkedEntry(person.subjectId, value, digest, before);
      await appendEntry(deps, person, act, writes);
      return show(value);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const [pointer, item] = error.found;
      if (pointer) throw new AppError('IDENTITY_TAKEN', { instead: 'login/joinAccounts' });
      before = item?.item; // what an ended epoch had left was erased or replaced meanwhile
      const linked = readLinkedEntry(before, epoch);
      if (linked && isLedToBy(before, digest)) return show(linked);
      if (linked) throw new AppError('NOT_NOW', { why: '关联刚刚有了变化，请刷新后重试。' });
      return undefined;
    }
  });
}

/** What is linked. */
export async function listLinks(deps: Deps, { caller }: Run<'subject', Record<string, never>>) {
  const { person } = caller;
  const items = await deps.table.getMany(entryIds.map((entry) => linkedEntryKey(person.subjectId, entry)));
  return { links: items.flatMap((item) => readLinkedEntry(item, linkEpoch(person)) ?? []).map(show) };
}

/**
 * Undoes a link: in the very write nobody signs in that way any more, and whoever did is signed out. A repeat finds no link
 * and says so again.
 */
export async function unlinkAccount(
  deps: Deps,
  { caller, input, requestId }: Run<'subject', { entry: EntryId }>,
) {
  const { person, alsoRead } = caller;
  const unlinked = { unlinked: true } as const;
  const nowMs = deps.clock.now();
  const ended = { way: 'entry', id: input.entry } as const;
  if (!alsoRead) return unlinked;
  const act = {
    at: toInstant(deps.clock.now()),
    act: 'identity.unlinked',
    actor: 'self',
    purpose: 'account-link',
    kinds: linkKinds,
    way: input.entry,
    requestId,
  } as const;
  try {
    const { subjectId } = person;
    await appendPlanned(deps, person, (now) => {
      const { also, change } = undoLinkedEntry(alsoRead, now);
      return { entry: act, also: [...also, beginWayEnd(subjectId, ended, nowMs)], change };
    });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error; // undone or made anew meanwhile
    throw new AppError('NOT_NOW', { why: '关联刚刚有了变化，请刷新后重试。' });
  }
  await deps.queue.send([wayEndRef(person.subjectId, ended, nowMs)]);
  return unlinked;
}
