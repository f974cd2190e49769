import type { ShownCard } from '../../../lib/card/shown';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run, Subject } from '../../../lib/gate/operation';
import { cardKey } from '../../../lib/table/card/card';
import { logoKey } from '../../../lib/table/card/card-logo';
import { ConditionFailed, type Item } from '../../../lib/table/client';
import { readCursor, sealCursor } from '../../../lib/table/cursor';
import { type Key, keys } from '../../../lib/table/keys';
import { realNameKeys } from '../../../lib/table/real-name/real-name';
import { blockKeys } from '../../../lib/table/sharing/block';
import {
  type Contact,
  givenCard,
  queryContacts,
  readContact,
  removeContact as removeWrites,
  replaceWords,
} from '../../../lib/table/sharing/contact';
import { loadOwner, mayShow, type Showing, showMark, showPicture } from '../../../lib/table/sharing/may-show';
import { cardsEpoch } from '../own/own-card';

/** What may be asked for at once. */
export const MAX_FOLDER_PAGE = 50;
/** So many that a page with four items each is one batch. */
const CONTACTS_PER_PAGE = 25;
const LIST = 'cards.folder';

export type Search = {
  /** Part of a name or an organisation. */
  words?: string | undefined;
  group?: string | undefined;
  favourite?: boolean | undefined;
  cursor?: string | undefined;
  limit?: number | undefined;
};

/** A contact as its holder is shown it. A tombstone says that it was recalled, and keeps what the holder wrote. */
function contactShown(contact: Contact, showing: Showing | undefined) {
  const { contactId, version, at, note, groups, favourite } = contact;
  const own = { contactId, version, at, groups, favourite, ...(note !== undefined && { note }) };
  return showing
    ? { ...own, recalled: false as const, card: showing.shown }
    : { ...own, recalled: true as const };
}

/** What is read of a contact: the owner, the card, and whether either has blocked the other. */
const keysOf = (subjectId: string, contact: Contact): Key[] => {
  const { ownerId, cardId } = givenCard(contact) ?? {};
  if (ownerId === undefined || cardId === undefined) return [];
  return [keys.person(ownerId), cardKey(ownerId, cardId), ...blockKeys(ownerId, subjectId)];
};

/** The card behind a contact while it may be shown, by what was found at `keysOf`. */
async function behind(
  deps: Deps,
  subjectId: string,
  contact: Contact,
  [self, item, ...blocks]: (Item | undefined)[],
): Promise<Showing | undefined> {
  const given = givenCard(contact);
  if (!given) return undefined;
  return mayShow(await loadOwner(deps, self), { subjectId, blocks }, item, { by: 'hand', given });
}

/**
 * One page of the folder: the holder's own words in one query, the cards as their owners have them now in one batch. A
 * search looks through the page it is given, so a page may be short or empty before the last: follow the cursor to the
 * end. Nothing of other people's cards is kept to be searched.
 */
export async function listFolder(deps: Deps, { caller, input }: Run<'subject', Search>) {
  const { subjectId } = caller.person;
  const { cursor, words, group, favourite } = input;
  const after = cursor === undefined ? undefined : await readCursor(deps.ring, LIST, subjectId, cursor);
  const limit = Math.min(input.limit ?? CONTACTS_PER_PAGE, CONTACTS_PER_PAGE);
  const { items, lastId } = await queryContacts(deps.table, subjectId, 'folder', limit, after);
  const contacts = items
    .flatMap((item) => readContact(item, cardsEpoch(caller), caller.sealer) ?? [])
    .filter((one) => group === undefined || one.groups.includes(group))
    .filter((one) => favourite === undefined || one.favourite === favourite);
  const keysRead = contacts.map((contact) => keysOf(subjectId, contact));
  const found = await deps.table.getMany(keysRead.flat());
  const read = keysRead.map(({ length }) => found.splice(0, length));
  const shown = await Promise.all(
    contacts.map(async (contact, index) =>
      contactShown(contact, await behind(deps, subjectId, contact, read[index] ?? [])),
    ),
  );
  return {
    contacts: words === undefined ? shown : shown.filter((one) => 'card' in one && matches(one.card, words)),
    ...(lastId && { cursor: await sealCursor(deps.ring, LIST, subjectId, lastId) }),
  };
}

/** Part of a name or an organisation in any language of the card, whatever its case and width. */
function matches(card: ShownCard, words: string): boolean {
  const plain = (text: string) => text.normalize('NFKC').toLocaleLowerCase('zh-CN');
  const others = card.otherLanguages?.flatMap(({ name, organisation }) => [name, organisation]) ?? [];
  const all = [card.name, card.organisation, card.department, ...others];
  return all.some((text) => text !== undefined && plain(text).includes(plain(words)));
}

/** The caller's own contact as the front door has read it. @throws AppError NOT_FOUND */
function ownContact(caller: Subject): Contact {
  const found = readContact(caller.alsoRead, cardsEpoch(caller), caller.sealer);
  if (!found) throw new AppError('NOT_FOUND');
  return found;
}

/** One card of the folder, with the mark of a real name. Between people who are kept apart it looks recalled. */
export async function getContact(
  deps: Deps,
  { caller, input }: Run<'subject', { contactId: string; withLogo?: boolean | undefined }>,
) {
  const contact = ownContact(caller);
  const { subjectId } = caller.person;
  const read = keysOf(subjectId, contact);
  const { ownerId, cardId } = givenCard(contact) ?? {};
  if (ownerId === undefined || cardId === undefined) return contactShown(contact, undefined);
  const marks = realNameKeys(ownerId);
  const found = await deps.table.getMany([
    ...read,
    ...marks,
    ...(input.withLogo ? [logoKey(ownerId, cardId)] : []),
  ]);
  const showing = await behind(deps, subjectId, contact, found.splice(0, read.length));
  const realName = showing && (await showMark(deps.ring, showing, found.splice(0, marks.length)));
  const picture = showing && showPicture(showing, found[0]);
  return { ...contactShown(contact, showing), ...(picture && { picture }), ...(realName && { realName }) };
}

type Words = { note?: string | undefined; groups: string[]; favourite: boolean };

/** Replaces the holder's own words about a card. Of two changes at once one is refused. */
export async function updateContact(
  deps: Deps,
  { caller, input }: Run<'subject', Words & { contactId: string; version: number }>,
) {
  const before = ownContact(caller);
  const { note, groups, favourite, version } = input;
  if (before.version !== version) throw new AppError('VERSION_CONFLICT', { version: before.version });
  const { note: _, ...rest } = before;
  const after: Contact = {
    ...rest,
    ...(note !== undefined && { note }),
    groups: [...new Set(groups)],
    favourite,
    version: version + 1,
  };
  try {
    await deps.table.write(replaceWords(caller.person.subjectId, after, version, caller.sealer));
    return { contactId: after.contactId, version: after.version };
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const now = readContact(error.found[0]?.item, cardsEpoch(caller), caller.sealer);
    throw now ? new AppError('VERSION_CONFLICT', { version: now.version }) : new AppError('NOT_FOUND');
  }
}

/** Gives a card back: it leaves the folder, and the owner sees that it is not held any more. */
export async function removeContact(deps: Deps, { caller }: Run<'subject', { contactId: string }>) {
  const removed = { removed: true } as const;
  const { alsoRead } = caller;
  const epoch = cardsEpoch(caller);
  if (!alsoRead || !readContact(alsoRead, epoch, caller.sealer)) return removed;
  try {
    await deps.table.write(...removeWrites(caller.person.subjectId, alsoRead, epoch));
    return removed;
  } catch (error) {
    if (error instanceof ConditionFailed) return removed; // gone already, or going with the consent
    throw error;
  }
}
