import * as z from 'zod/mini';
import { fields } from '../../../lib/card/content';
import { phoneContactFields } from '../../../lib/card/phone-contact-fields';
import { MAX_SIGNED_CARD_LIFETIME_MS, SIGNED_CARD_LIFETIME_MS } from '../../../lib/card/signed-card';
import { MAX_VCARD_FILE_BYTES } from '../../../lib/card/vcard-limits';
import { DAY_MS, MINUTE_MS } from '../../../lib/clock';
import { operation } from '../../../lib/gate/operation';
import { cardKey } from '../../../lib/table/card/card';
import { MAX_CARDS_PER_PERSON } from '../../../lib/table/person/person';
import { realNameKeys } from '../../../lib/table/real-name/real-name';
import { cardId, contentKinds, idempotencyKey, ownCardKinds } from '../shapes';
import { signCard } from './sign-card';
import { exportVCards, importVCards, phoneContact } from './vcards';

/** Of an imported file in base64: as much as the reader takes, and less than the 6 MB that Lambda is called with. */
const MAX_IMPORT_CHARACTERS = Math.ceil(MAX_VCARD_FILE_BYTES / 3) * 4;
const counts = z.record(z.string(), z.int());
/** As `wx.addPhoneContact` takes it. */
const contact = z.object({
  firstName: z.string(),
  ...(Object.fromEntries(phoneContactFields.map((field) => [field, z.optional(z.string())])) as Record<
    (typeof phoneContactFields)[number],
    z.ZodMiniOptional<z.ZodMiniString>
  >),
});

/** Cards as files, for the address book, and as a code that proves itself (promises C5, C8). */
export const vcardOperations = {
  importVCard: operation({
    summary:
      '导入 vCard 文件（一张或多张，4.0、3.0 及旧式 2.1），逐张说明读懂了什么、保留了什么、没有导入什么。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [...contentKinds, 'card-label', 'card-kept'], out: [] },
    input: z.strictObject({
      /** The bytes of the file in base64. */
      file: z.string().check(z.regex(/^[A-Za-z0-9+/]+={0,2}$/), z.maxLength(MAX_IMPORT_CHARACTERS)),
      idempotencyKey,
    }),
    output: z.object({
      cards: z.array(
        z.object({
          place: z.int(),
          cardId: z.optional(z.string()),
          understood: counts,
          kept: counts,
          refused: z.array(z.object({ property: z.string(), count: z.int(), why: z.string() })),
          /** Read, but for characters that were damaged in the file and stand as U+FFFD. */
          damaged: z.optional(counts),
          /** The charset that it was read in although nothing in the file names it. */
          guessedCharset: z.optional(z.string()),
          /** The property that the card is called by, where the file gives it no name. */
          namedBy: z.optional(z.string()),
          /** Why this one did not become a card. */
          problem: z.optional(z.string()),
        }),
      ),
    }),
    ledger: 'none',
    limits: [{ name: 'IMPORTS_PER_DAY', per: 'person', max: 50, windowMs: DAY_MS }],
    maxBodyBytes: MAX_IMPORT_CHARACTERS + 1024,
    // For a file of one card; each further one is one trip and eleven units more.
    budget: { trips: 3, readUnits: 1, writeUnits: 14 },
    run: importVCards,
  }),
  exportVCard: operation({
    summary: '把自己的名片导出为 vCard 4.0、3.0 或 jCard。导入时没有读懂的内容原样还给您。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [...ownCardKinds] },
    input: z.strictObject({
      cardIds: z.array(cardId).check(z.minLength(1), z.maxLength(MAX_CARDS_PER_PERSON)),
      format: z._default(z.enum(['4.0', '3.0', 'jcard']), '4.0'),
    }),
    output: z.object({ text: z.string() }),
    reads: true,
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 0 },
    run: exportVCards,
  }),
  phoneContact: operation({
    summary: '自己的一张名片，按 wx.addPhoneContact 的字段给出。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [...contentKinds], uses: ['card-label', 'card-kept'] },
    input: z.strictObject({ cardId }),
    output: z.object({ contact }),
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    alsoRead: (subjectId, input) => cardKey(subjectId, input.cardId),
    run: phoneContact,
  }),
  signCard: operation({
    summary: '生成可离线验证的名片码：只含所选项目，短时有效，用公开的密钥即可验证。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [...contentKinds], uses: ['card-label', 'card-kept'] },
    input: z.strictObject({
      cardId,
      fields: z.array(z.enum(fields)).check(z.minLength(1), z.maxLength(fields.length)),
      lifetimeMinutes: z._default(
        z.int().check(z.minimum(1), z.maximum(MAX_SIGNED_CARD_LIFETIME_MS / MINUTE_MS)),
        SIGNED_CARD_LIFETIME_MS / MINUTE_MS,
      ),
    }),
    output: z.object({
      /** For a code or a file, as it is. */
      text: z.string(),
      bytes: z.int(),
      expiresAt: z.string(),
    }),
    reads: true,
    ledger: 'none',
    limits: [{ name: 'SIGNED_CARDS_PER_DAY', per: 'person', max: 200, windowMs: DAY_MS }],
    budget: { trips: 2, readUnits: 4, writeUnits: 1 },
    alsoRead: (subjectId, input) => [cardKey(subjectId, input.cardId), ...realNameKeys(subjectId)],
    run: signCard,
  }),
};
