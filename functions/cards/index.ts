import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { serve } from '../../lib/host/serve';
import { cardKey } from '../../lib/table/card';
import { createCard } from './create-card';
import { deleteCard } from './delete-card';
import { getCard } from './get-card';
import { listCards } from './list-cards';
import { updateCard } from './update-card';

const text = (max: number) => z.string().check(z.trim(), z.minLength(1), z.maxLength(max));
const cardId = z.string().check(z.regex(/^[\w-]{22}$/));
const version = z.int().check(z.minimum(1));

/** What stands on a card. Lengths are in characters. */
const content = {
  name: text(64),
  organisation: z.optional(text(128)),
  title: z.optional(text(64)),
  phones: z._default(z.array(text(32)).check(z.maxLength(10)), []),
  mails: z._default(z.array(text(254)).check(z.maxLength(10)), []),
  address: z.optional(text(256)),
  site: z.optional(text(2048)),
  note: z.optional(text(1000)),
};

const shown = z.object({
  cardId: z.string(),
  version: z.int(),
  createdAt: z.string(),
  updatedAt: z.string(),
  name: z.string(),
  organisation: z.optional(z.string()),
  title: z.optional(z.string()),
  phones: z.array(z.string()),
  mails: z.array(z.string()),
  address: z.optional(z.string()),
  site: z.optional(z.string()),
  note: z.optional(z.string()),
});

export const cards = {
  create: operation({
    summary: '新建一张名片。',
    caller: 'subject',
    purpose: 'cards',
    input: z.strictObject({
      ...content,
      /** Chosen by the client, once per card it means to make; a repeat answers with the same card. */
      idempotencyKey: z.string().check(z.regex(/^[\w-]{16,64}$/)),
    }),
    output: shown,
    ledger: 'none',
    budget: { trips: 2, readUnits: 1, writeUnits: 12 },
    run: createCard,
  }),
  get: operation({
    summary: '读取自己的一张名片。',
    caller: 'subject',
    purpose: 'cards',
    input: z.strictObject({ cardId }),
    output: shown,
    ledger: 'none',
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    alsoRead: (subjectId, input) => cardKey(subjectId, input.cardId),
    run: getCard,
  }),
  list: operation({
    summary: '列出自己的名片。',
    caller: 'subject',
    purpose: 'cards',
    input: z.strictObject({
      cursor: z.optional(z.string().check(z.maxLength(256))),
      limit: z.optional(z.int().check(z.minimum(1), z.maximum(50))),
    }),
    output: z.object({ cards: z.array(shown), cursor: z.optional(z.string()) }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 14, writeUnits: 0 },
    run: listCards,
  }),
  update: operation({
    summary: '修改名片。须带上所见的版本号，他处已改动时不会覆盖。',
    caller: 'subject',
    purpose: 'cards',
    input: z.strictObject({ cardId, version, ...content }),
    output: shown,
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 1 },
    alsoRead: (subjectId, input) => cardKey(subjectId, input.cardId),
    run: updateCard,
  }),
  delete: operation({
    summary: '删除名片。内容立即删除，只留一天不含内容的编号。',
    caller: 'subject',
    purpose: 'cards',
    input: z.strictObject({ cardId, version }),
    output: z.object({ deleted: z.literal(true) }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 8 },
    alsoRead: (subjectId, input) => cardKey(subjectId, input.cardId),
    run: deleteCard,
  }),
};

export const { handler, main } = serve('cards', cards);
