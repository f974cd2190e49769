import type { CardContent } from '../../../lib/card/content';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run, Subject } from '../../../lib/gate/operation';
import { type Card, cardKey } from '../../../lib/table/card/card';
import { logoKey } from '../../../lib/table/card/card-logo';
import { ConditionFailed, type Item } from '../../../lib/table/client';
import { readCursor, sealCursor } from '../../../lib/table/cursor';
import { keys } from '../../../lib/table/keys';
import { realNameKeys } from '../../../lib/table/real-name/real-name';
import { blockKey, isBlock } from '../../../lib/table/sharing/block';
import {
  type Contact,
  type GivenCard,
  givenCard,
  queryContacts,
  readContact,
  removeContact as removeWrites,
  replaceWords,
} from '../../../lib/table/sharing/contact';
import { cardOf, isRealName, loadOwner, type Owner, shownTo } from '../card-owner';
import { pictureOf } from '../own/logo';
import { cardsEpoch } from '../own/own-card';

/** So many that a page with two items each is one batch. */
export const MAX_FOLDER_PAGE = 50;
const LIST = 'cards.folder';

export type Search = {
  /** Part of a name or an organisation. */
  words?: string | undefined;
  group?: string | undefined;
  favourite?: boolean | undefined;
  cursor?: string | undefined;
  limit?: number | undefined;
};

/** What lies behind a contact that is alive. */
type Live = { owner: Owner; card: Card; fields: GivenCard['fields'] };

/**
 * Whether the card behind a contact is still given: its owner has agreed as they had when they gave it, the card is there,
 * and it was not recalled from this holder or from all. Whatever the reason, a card that is not is a tombstone.
 */
async function alive(
  deps: Deps,
  { ownerEpoch, fields, grantEpoch }: GivenCard,
  self: Item | undefined,
  item: Item | undefined,
): Promise<Live | undefined> {
  const owner = await loadOwner(deps, self);
  const card = owner?.epoch === ownerEpoch ? cardOf(owner, item) : undefined;
  if (!owner || !card || (card.grantEpoch ?? 0) !== grantEpoch) return undefined;
  return { owner, card, fields };
}

/** A contact as its holder is shown it. A tombstone says that it was recalled, and keeps what the holder wrote. */
function contactShown(contact: Contact, live: Live | undefined) {
  const { contactId, version, at, note, groups, favourite } = contact;
  const own = { contactId, version, at, groups, favourite, ...(note !== undefined && { note }) };
  if (!live) return { ...own, recalled: true as const };
  return { ...own, recalled: false as const, card: shownTo(live.owner, live.card, live.fields) };
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
  const limit = input.limit ?? MAX_FOLDER_PAGE;
  const { items, lastId } = await queryContacts(deps.table, subjectId, 'folder', limit, after);
  const contacts = items
    .flatMap((item) => readContact(item, cardsEpoch(caller), caller.sealer) ?? [])
    .filter((one) => group === undefined || one.groups.includes(group))
    .filter((one) => favourite === undefined || one.favourite === favourite);
  const cards = contacts.map(givenCard);
  const given = cards.filter((card) => card !== undefined);
  const found = await deps.table.getMany(
    given.flatMap(({ ownerId, cardId }) => [keys.person(ownerId), cardKey(ownerId, cardId)]),
  );
  const live = new Map(
    await Promise.all(
      given.map(
        async (card, index) =>
          [card, await alive(deps, card, found[index * 2], found[index * 2 + 1])] as const,
      ),
    ),
  );
  const shown = contacts.map((contact, index) => {
    const card = cards[index];
    return contactShown(contact, card && live.get(card));
  });
  return {
    contacts: words === undefined ? shown : shown.filter((one) => 'card' in one && matches(one.card, words)),
    ...(lastId && { cursor: await sealCursor(deps.ring, LIST, subjectId, lastId) }),
  };
}

/** Part of a name or an organisation in any language of the card, whatever its case and width. */
function matches(card: Partial<CardContent>, words: string): boolean {
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

/** One card of the folder, with the mark of a real name. Somebody who has blocked the caller has recalled it. */
export async function getContact(
  deps: Deps,
  { caller, input }: Run<'subject', { contactId: string; withLogo?: boolean | undefined }>,
) {
  const contact = ownContact(caller);
  const card = givenCard(contact);
  if (!card) return contactShown(contact, undefined);
  const { ownerId, cardId } = card;
  const { subjectId } = caller.person;
  const [self, item, blocked, ...rest] = await deps.table.getMany([
    keys.person(ownerId),
    cardKey(ownerId, cardId),
    blockKey(ownerId, subjectId),
    ...realNameKeys(ownerId),
    ...(input.withLogo ? [logoKey(ownerId, cardId)] : []),
  ]);
  const realNames = rest.slice(0, realNameKeys(ownerId).length);
  const live = isBlock(blocked) ? undefined : await alive(deps, card, self, item);
  const shown = contactShown(contact, live);
  const isVerified =
    live && 'card' in shown && (await isRealName(deps, live.owner, live.card, shown.card, realNames));
  const logo = live && 'card' in shown && shown.card.logo ? rest[realNames.length] : undefined;
  const picture = live && pictureOf(logo, live.card, live.owner.sealer);
  return { ...shown, ...(picture && { picture }), ...(isVerified && { realName: true as const }) };
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
