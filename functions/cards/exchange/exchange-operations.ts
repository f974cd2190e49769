import * as z from 'zod/mini';
import { fields } from '../../../lib/card/content';
import { DAY_MS } from '../../../lib/clock';
import { operation } from '../../../lib/gate/operation';
import { cardKey } from '../../../lib/table/card/card';
import { MAX_HANDLE_CHARS } from '../../../lib/table/handle';
import { handoutKey } from '../../../lib/table/sharing/contact';
import { offerKey, sentOfferKey } from '../../../lib/table/sharing/offer';
import { sharePointerKey } from '../../../lib/table/sharing/share';
import { cardId, contentKinds, cursor, nothing, ownCardKinds, shownCard } from '../shapes';
import { passphrase, token } from '../sharing/share-operations';
import { digestOfToken } from '../sharing/share-token';
import { blockNearby, blockPerson, keyOfNamed, listBlocked, namedBy, unblock } from './blocks';
import { acceptOffer, declineOffer, makeOffer, takeBack } from './exchange';
import { listHolders, recallAll, recallOne } from './handouts';
import { listOffers, listSent } from './offers';

const id = cardId;
/** The pair an offer is between, and its serial. */
const offerId = z.string().check(z.regex(/^[\w-]{30}$/));
const chosen = z.array(z.enum(fields)).check(z.minLength(1), z.maxLength(fields.length));
const nextPage = z.optional(z.string());
const sent = { offerId: z.string(), cardId: z.string(), at: z.string(), expiresAt: z.string() };

/** Cards that go from one person to another, and back (promise C4). */
export const exchangeOperations = {
  offer: operation({
    summary: '向链接的主人提出交换名片：我给出哪张名片的哪几项。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: ['card-exchange'], out: ['card-exchange'], uses: [...ownCardKinds] },
    input: z.strictObject({ token, passphrase, cardId, fields: chosen }),
    output: z.object(sent),
    ledger: 'none',
    limits: [{ name: 'OFFERS_PER_DAY', per: 'person', max: 100, windowMs: DAY_MS }],
    budget: { trips: 4, readUnits: 14, writeUnits: 25 },
    alsoRead: async (_, input, ring) => sharePointerKey(await digestOfToken(ring, input.token)),
    run: makeOffer,
  }),
  offers: operation({
    summary: '别人向我提出、等待我答复的交换。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: ['card-exchange', ...contentKinds], uses: ['card-label', 'card-kept'] },
    input: z.strictObject({ cursor }),
    output: z.object({
      offers: z.array(
        z.object({
          offerId: z.string(),
          at: z.string(),
          expiresAt: z.string(),
          card: shownCard,
        }),
      ),
      cursor: nextPage,
    }),
    reads: true,
    ledger: 'none',
    budget: { trips: 3, readUnits: 12, writeUnits: 0 },
    run: listOffers,
  }),
  sentOffers: operation({
    summary: '我提出、还没有被接受也没有过期的交换。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: ['card-exchange'] },
    input: z.strictObject({ cursor }),
    output: z.object({ offers: z.array(z.object(sent)), cursor: nextPage }),
    reads: true,
    ledger: 'none',
    budget: { trips: 2, readUnits: 5, writeUnits: 0 },
    run: listSent,
  }),
  takeBack: operation({
    summary: '收回自己提出的交换。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [] },
    ends: true,
    input: z.strictObject({ offerId }),
    output: z.object({ takenBack: z.literal(true) }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 8 },
    alsoRead: (subjectId, input) => sentOfferKey(subjectId, input.offerId),
    run: takeBack,
  }),
  accept: operation({
    summary: '接受交换，并给出自己的一张名片。双方的名片夹同时收到对方的名片。',
    caller: 'subject',
    purpose: 'cards',
    kinds: {
      in: ['card-exchange'],
      out: ['card-exchange', ...contentKinds],
      uses: ['card-label', 'card-kept'],
    },
    input: z.strictObject({ offerId, cardId, fields: chosen }),
    output: z.object({ contactId: z.string(), card: z.optional(shownCard) }),
    ledger: 'none',
    budget: { trips: 3, readUnits: 10, writeUnits: 44 },
    alsoRead: (subjectId, input) => offerKey(subjectId, input.offerId),
    run: acceptOffer,
  }),
  decline: operation({
    summary: '谢绝交换。对方不会收到通知。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: ['card-exchange'], out: [] },
    ends: true,
    input: z.strictObject({ offerId }),
    output: z.object({ declined: z.literal(true) }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 2 },
    alsoRead: (subjectId, input) => offerKey(subjectId, input.offerId),
    run: declineOffer,
  }),
  holders: operation({
    summary: '我的名片在谁的名片夹里。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: ['card-exchange'] },
    input: z.strictObject({ cursor }),
    output: z.object({
      holders: z.array(
        z.object({
          holderId: z.string(),
          cardId: z.string(),
          fields: z.array(z.enum(fields)),
          at: z.string(),
          /** The card in the caller's own folder that came in return. */
          contactId: z.string(),
        }),
      ),
      cursor: nextPage,
    }),
    reads: true,
    ledger: 'none',
    budget: { trips: 2, readUnits: 5, writeUnits: 0 },
    run: listHolders,
  }),
  recall: operation({
    summary: '从一个人的名片夹里收回自己的名片。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [] },
    ends: true,
    input: z.strictObject({ holderId: id }),
    output: z.object({ recalled: z.literal(true) }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 6 },
    alsoRead: (subjectId, input) => handoutKey(subjectId, input.holderId),
    run: recallOne,
  }),
  recallAll: operation({
    summary: '从所有人的名片夹里收回自己的一张名片。无论有多少人，一次完成。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [] },
    ends: true,
    input: z.strictObject({ cardId }),
    output: z.object({ recalled: z.literal(true) }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 2 },
    alsoRead: (subjectId, input) => cardKey(subjectId, input.cardId),
    run: recallAll,
  }),
  block: operation({
    summary: '屏蔽一个人：不能再打开我的链接、与我交换；已给对方的名片随即收回。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: ['block'], out: ['block'] },
    input: z.strictObject({ by: z.enum(namedBy), id: z.string().check(z.regex(/^[\w-]{22}([\w-]{8})?$/)) }),
    output: z.object({ blockId: z.string(), blockedAt: z.string() }),
    ledger: 'none',
    budget: { trips: 5, readUnits: 6, writeUnits: 14 },
    alsoRead: keyOfNamed,
    run: blockPerson,
  }),
  blockNearby: operation({
    summary: '屏蔽在附近看到的一个人：从此互相看不到、不能交换；已给对方的名片随即收回。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: ['block'], out: ['block'], uses: ['card-exchange'] },
    input: z.strictObject({ handle: z.string().check(z.regex(/^[\w-]+$/), z.maxLength(MAX_HANDLE_CHARS)) }),
    output: z.object({ blockId: z.string(), blockedAt: z.string() }),
    ledger: 'none',
    budget: { trips: 4, readUnits: 6, writeUnits: 12 },
    run: blockNearby,
  }),
  blocked: operation({
    summary: '我屏蔽了谁。只有编号和时间。',
    caller: 'subject',
    purpose: 'preferences',
    kinds: { in: [], out: ['block'] },
    input: nothing,
    output: z.object({ blocked: z.array(z.object({ blockId: z.string(), blockedAt: z.string() })) }),
    reads: true,
    ledger: 'none',
    budget: { trips: 2, readUnits: 3, writeUnits: 0 },
    run: listBlocked,
  }),
  unblock: operation({
    summary: '解除屏蔽。已经收回的名片不会自动恢复。',
    caller: 'subject',
    purpose: 'preferences',
    kinds: { in: [], out: [] },
    use: true,
    input: z.strictObject({ blockId: id }),
    output: z.object({ unblocked: z.literal(true) }),
    ledger: 'none',
    budget: { trips: 3, readUnits: 3, writeUnits: 6 },
    run: unblock,
  }),
};
