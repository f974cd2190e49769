import * as z from 'zod/mini';
import { fields } from '../../../lib/card/content';
import { DAY_MS } from '../../../lib/clock';
import { operation } from '../../../lib/gate/operation';
import { cardKey } from '../../../lib/table/card/card';
import { shareKey, sharePointerKey } from '../../../lib/table/sharing/share';
import {
  cardId,
  contentKinds,
  cursor,
  idempotencyKey,
  nothing,
  ownCardKinds,
  shownCard,
  shownMark,
  shownPicture,
  text,
} from '../shapes';
import { openShare } from './open-share';
import { createShare, drawCode, listShares, MAX_LIFE_HOURS, revokeAllShares, revokeShare } from './share';
import { digestOfToken, TOKEN_CHARS } from './share-token';

const shareId = cardId;
export const token = z.string().check(z.regex(new RegExp(`^[\\w-]{${TOKEN_CHARS}}$`)));
export const passphrase = z.optional(z.string().check(z.minLength(4), z.maxLength(64)));

const link = {
  shareId: z.string(),
  cardId: z.string(),
  fields: z.array(z.enum(fields)),
  createdAt: z.string(),
  expiresAt: z.string(),
  /** Only where openings are limited; the number of openings is told roughly. */
  maxUses: z.optional(z.int()),
  uses: z.optional(z.int()),
  label: z.optional(z.string()),
  hasPassphrase: z.boolean(),
  state: z.enum(['open', 'used-up', 'revoked']),
};

/** Links to a card (promise C3). */
export const shareOperations = {
  share: operation({
    summary: '生成一个分享链接：给谁看哪几项、多久、几次、要不要口令。链接随时可以收回。',
    caller: 'subject',
    purpose: 'cards',
    // The label is the owner's own name for the link.
    kinds: { in: ['card-label'], out: ['card-label'], uses: [...ownCardKinds] },
    input: z.strictObject({
      cardId,
      fields: z.array(z.enum(fields)).check(z.minLength(1), z.maxLength(fields.length)),
      lifeHours: z._default(z.int().check(z.minimum(1), z.maximum(MAX_LIFE_HOURS)), 30 * 24),
      /** 1 for a link that works once. Left out: as often as one likes. */
      maxUses: z.optional(z.int().check(z.minimum(1), z.maximum(1000))),
      passphrase,
      label: z.optional(text(40)),
      idempotencyKey,
    }),
    output: z.object({ ...link, token: z.string() }),
    ledger: 'none',
    limits: [{ name: 'SHARES_PER_DAY', per: 'person', max: 100, windowMs: DAY_MS }],
    budget: { trips: 3, readUnits: 2, writeUnits: 23 },
    alsoRead: (subjectId, input) => cardKey(subjectId, input.cardId),
    run: createShare,
  }),
  shares: operation({
    summary: '列出自己还没有到期的分享链接和使用情况。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: ['card-label'] },
    input: z.strictObject({ cursor, limit: z.optional(z.int().check(z.minimum(1), z.maximum(50))) }),
    output: z.object({ shares: z.array(z.object(link)), cursor: z.optional(z.string()) }),
    reads: true,
    ledger: 'none',
    budget: { trips: 2, readUnits: 6, writeUnits: 0 },
    run: listShares,
  }),
  revoke: operation({
    summary: '收回一个分享链接，下一次打开即失效。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [] },
    ends: true,
    input: z.strictObject({ shareId }),
    output: z.object({ revoked: z.literal(true) }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 7 },
    alsoRead: (subjectId, input) => shareKey(subjectId, input.shareId),
    run: revokeShare,
  }),
  revokeAll: operation({
    summary: '一次收回自己的全部分享链接。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [] },
    ends: true,
    input: nothing,
    output: z.object({ revoked: z.literal(true) }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 1, writeUnits: 4 },
    run: revokeAllShares,
  }),
  code: operation({
    summary: '把一个分享链接做成小程序码。码中只有一个随机编号。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [], uses: ['share-token', 'card-label'] },
    input: z.strictObject({ shareId }),
    output: z.object({ contentType: z.enum(['image/png', 'image/jpeg']), base64: z.string() }),
    ledger: 'act',
    budget: { trips: 3, readUnits: 2, writeUnits: 25 },
    alsoRead: (subjectId, input) => shareKey(subjectId, input.shareId),
    run: drawCode,
  }),
  open: operation({
    summary: '凭链接或小程序码打开别人的名片。',
    caller: 'subject',
    purpose: 'account',
    // The picture where it is asked for; of the real name that there is one; the view of who agreed to leave a name.
    kinds: {
      in: ['viewer-record', 'card-exchange'],
      out: [...contentKinds, 'card-logo', 'real-name-result'],
      uses: ['card-label', 'card-kept'],
    },
    use: true,
    input: z.strictObject({ token, passphrase, withLogo: z.optional(z.boolean()) }),
    output: z.object({
      card: shownCard,
      /** Where it was asked for and may be seen. */
      picture: z.optional(shownPicture),
      realName: z.optional(shownMark),
    }),
    ledger: 'none',
    // Two trips read the card; the third counts the opening. A logo is six units more, a pass-phrase two trips.
    budget: { trips: 3, readUnits: 13, writeUnits: 8 },
    alsoRead: async (_, input, ring) => sharePointerKey(await digestOfToken(ring, input.token)),
    run: openShare,
  }),
};
