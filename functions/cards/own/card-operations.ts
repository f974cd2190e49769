import * as z from 'zod/mini';
import { operation } from '../../../lib/gate/operation';
import { cardKey } from '../../../lib/table/card/card';
import { pastKey } from '../../../lib/table/card/card-history';
import { MAX_CARDS_PER_PERSON } from '../../../lib/table/person/person';
import {
  cardId,
  content,
  contentKinds,
  cursor,
  idempotencyKey,
  ownCardKinds,
  ownCardShown,
  ownTags,
  version,
  wholeContent,
} from '../shapes';
import { arrangeCards, chooseDefault } from './arrange-cards';
import { listHistory, restoreCard } from './card-history';
import { createCard } from './create-card';
import { deleteCard } from './delete-card';
import { getCard } from './get-card';
import { listCards } from './list-cards';
import { updateCard } from './update-card';

/** The cards of one's own, and what stood on them before. */
export const cardOperations = {
  create: operation({
    summary: '新建一张名片。新名片只有自己看得到。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: ownCardKinds, out: ownCardKinds },
    input: z.strictObject({ ...content, ownTags, idempotencyKey }),
    output: ownCardShown,
    ledger: 'none',
    budget: { trips: 2, readUnits: 1, writeUnits: 12 },
    run: createCard,
  }),
  get: operation({
    summary: '读取自己的一张名片。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [...ownCardKinds] },
    input: z.strictObject({ cardId }),
    output: ownCardShown,
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    alsoRead: (subjectId, input) => cardKey(subjectId, input.cardId),
    run: getCard,
  }),
  list: operation({
    summary: '列出自己的名片，按自己排的顺序，并说明哪一张是默认名片。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [...ownCardKinds] },
    input: z.strictObject({ cursor, limit: z.optional(z.int().check(z.minimum(1), z.maximum(50))) }),
    output: z.object({
      cards: z.array(ownCardShown),
      defaultCardId: z.optional(z.string()),
      cursor: z.optional(z.string()),
    }),
    reads: true,
    ledger: 'none',
    budget: { trips: 2, readUnits: 14, writeUnits: 0 },
    run: listCards,
  }),
  update: operation({
    summary: '修改名片。须带上所见的版本号，他处已改动时不会覆盖。原先空着的项目填上后，先只有自己看得到。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: ownCardKinds, out: ownCardKinds },
    input: z.strictObject({ cardId, version, ...content, ownTags }),
    output: ownCardShown,
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 6 },
    alsoRead: (subjectId, input) => cardKey(subjectId, input.cardId),
    run: updateCard,
  }),
  delete: operation({
    summary: '删除名片和它的历史。内容立即删除，只留一天不含内容的编号。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [], uses: [...ownCardKinds] },
    ends: true,
    input: z.strictObject({ cardId, version }),
    output: z.object({ deleted: z.literal(true) }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 10 },
    alsoRead: (subjectId, input) => cardKey(subjectId, input.cardId),
    run: deleteCard,
  }),
  setDefault: operation({
    summary: '把一张名片设为默认名片。默认名片最多一张。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [], uses: [...ownCardKinds] },
    input: z.strictObject({ cardId }),
    output: z.object({ defaultCardId: z.string() }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 10 },
    alsoRead: (subjectId, input) => cardKey(subjectId, input.cardId),
    run: chooseDefault,
  }),
  arrange: operation({
    summary: '排列自己的名片。没有列出的排在后面。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [] },
    input: z.strictObject({ cardIds: z.array(cardId).check(z.maxLength(MAX_CARDS_PER_PERSON)) }),
    output: z.object({ cardIds: z.array(z.string()) }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 1, writeUnits: 10 },
    run: arrangeCards,
  }),
  history: operation({
    summary: '名片以前写过什么，最近的在前。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [...contentKinds, 'card-kept'], uses: ['card-label'] },
    input: z.strictObject({ cardId }),
    output: z.object({
      versions: z.array(z.object({ version: z.int(), updatedAt: z.string(), ...wholeContent })),
    }),
    reads: true,
    ledger: 'none',
    budget: { trips: 2, readUnits: 4, writeUnits: 0 },
    alsoRead: (subjectId, input) => cardKey(subjectId, input.cardId),
    run: listHistory,
  }),
  restore: operation({
    summary: '恢复名片以前的内容。给谁看不随之恢复。',
    caller: 'subject',
    purpose: 'cards',
    // What it said before is written again.
    kinds: { in: [], out: ownCardKinds, uses: [...contentKinds, 'card-kept'] },
    input: z.strictObject({ cardId, version, to: version }),
    output: ownCardShown,
    ledger: 'none',
    budget: { trips: 2, readUnits: 3, writeUnits: 6 },
    alsoRead: (subjectId, { cardId: id, to }) => [cardKey(subjectId, id), pastKey(subjectId, id, to)],
    run: restoreCard,
  }),
};
