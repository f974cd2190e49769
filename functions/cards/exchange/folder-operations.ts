import * as z from 'zod/mini';
import { operation } from '../../../lib/gate/operation';
import { contactKey } from '../../../lib/table/sharing/contact';
import { cardId, contentKinds, cursor, shownCard, shownMark, shownPicture, text, version } from '../shapes';
import { getContact, listFolder, MAX_FOLDER_PAGE, removeContact, updateContact } from './folder';

const contactId = cardId;
const group = text(20);
const contact = {
  contactId: z.string(),
  version: z.int(),
  at: z.string(),
  /** Its owner has taken it back; nothing else is told. */
  recalled: z.boolean(),
  card: z.optional(shownCard),
  note: z.optional(z.string()),
  groups: z.array(z.string()),
  favourite: z.boolean(),
};

/** The cards of others that a person holds (promise C4). */
export const folderOperations = {
  folder: operation({
    summary: '名片夹：按姓名、单位搜索，按分组、收藏筛选。名片内容是对方现在的。',
    caller: 'subject',
    purpose: 'cards',
    kinds: {
      in: [],
      out: ['card-exchange', 'contact-note', ...contentKinds],
      uses: ['card-label', 'card-kept'],
    },
    input: z.strictObject({
      words: z.optional(text(64)),
      group: z.optional(group),
      favourite: z.optional(z.boolean()),
      cursor,
      limit: z.optional(z.int().check(z.minimum(1), z.maximum(MAX_FOLDER_PAGE))),
    }),
    output: z.object({ contacts: z.array(z.object(contact)), cursor: z.optional(z.string()) }),
    reads: true,
    ledger: 'none',
    // For a page of 25: the caller, one query and one batch of four small items each.
    budget: { trips: 3, readUnits: 115, writeUnits: 0 },
    run: listFolder,
  }),
  contact: operation({
    summary: '名片夹中的一张名片。',
    caller: 'subject',
    purpose: 'cards',
    // The picture where it is asked for; of the real name that there is one.
    kinds: {
      in: [],
      out: ['card-exchange', 'contact-note', 'card-logo', 'real-name-result', ...contentKinds],
      uses: ['card-label', 'card-kept'],
    },
    input: z.strictObject({ contactId, withLogo: z.optional(z.boolean()) }),
    output: z.object({
      ...contact,
      /** Where it was asked for and may be seen. */
      picture: z.optional(shownPicture),
      realName: z.optional(shownMark),
    }),
    reads: true,
    ledger: 'none',
    // The caller and the contact; its owner, card, two blocks and two results.
    budget: { trips: 2, readUnits: 8, writeUnits: 0 },
    alsoRead: (subjectId, input) => contactKey(subjectId, input.contactId),
    run: getContact,
  }),
  updateContact: operation({
    summary: '修改自己给一张名片加的备注、分组和收藏。只有自己看得到。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: ['contact-note'], out: [], uses: ['card-exchange'] },
    input: z.strictObject({
      contactId,
      version,
      note: z.optional(text(500)),
      groups: z._default(z.array(group).check(z.maxLength(10)), []),
      favourite: z._default(z.boolean(), false),
    }),
    output: z.object({ contactId: z.string(), version: z.int() }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 10 },
    alsoRead: (subjectId, input) => contactKey(subjectId, input.contactId),
    run: updateContact,
  }),
  removeContact: operation({
    summary: '把一张名片从名片夹中删除。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [], uses: ['card-exchange'] },
    ends: true,
    input: z.strictObject({ contactId }),
    output: z.object({ removed: z.literal(true) }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 12 },
    alsoRead: (subjectId, input) => contactKey(subjectId, input.contactId),
    run: removeContact,
  }),
};
