import * as z from 'zod/mini';
import { fields } from '../../../lib/card/content';
import { operation, type StaffAccess } from '../../../lib/gate/operation';
import { cardKey } from '../../../lib/table/card/card';
import {
  cardId,
  contentKinds,
  ownCardKinds,
  ownCardShown,
  partialContent,
  picture,
  version,
} from '../shapes';
import { checkAgain, decideReview, openReview, reviewQueue } from './text-review';

const subjectId = cardId;
const cursor = z.optional(z.string().check(z.maxLength(512)));
const about = (input: { subjectId: string; cardId: string }): StaffAccess => ({
  subjectId: input.subjectId,
  reason: 'risk-review',
  ticket: input.cardId,
});

/** Whether the words and the picture of a card may be seen by others, and what the staff decides of them (promise C1). */
export const textReviewOperations = {
  checkAgain: operation({
    summary: '名片上的文字还在等待检查时，请微信再检查一次。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [...ownCardKinds], uses: ['wechat-openid'] },
    input: z.strictObject({ cardId }),
    output: ownCardShown,
    ledger: 'act',
    budget: { trips: 4, readUnits: 3, writeUnits: 31 },
    alsoRead: (subject, input) => cardKey(subject, input.cardId),
    run: checkAgain,
  }),
  reviewQueue: operation({
    summary:
      '工作人员：等待人工判断的名片文字，每人等得最久的一张在前，还有下一页时带 cursor。只有编号和时间。',
    caller: 'staff',
    roles: ['support', 'officer'],
    purpose: 'cards',
    kinds: { in: [], out: [] },
    input: z.strictObject({ cursor }),
    output: z.object({
      texts: z.array(z.object({ subjectId: z.string(), cardId: z.string(), since: z.string() })),
      cursor: z.optional(z.string()),
    }),
    reads: true,
    ledger: 'none',
    // Half a unit for every 4 KB of what waits, of a thousand cards at most.
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    run: reviewQueue,
  }),
  openReview: operation({
    summary: '工作人员：查看一张名片上等待判断的文字和图片。查看之前已写入本人的处理记录。',
    caller: 'staff',
    roles: ['support', 'officer'],
    purpose: 'cards',
    // The picture where one waits.
    kinds: { in: [], out: [...contentKinds, 'card-logo'], uses: ['card-label', 'card-kept'] },
    input: z.strictObject({ subjectId, cardId }),
    output: z.object({
      version: z.int(),
      fields: z.array(z.enum(fields)),
      content: z.object(partialContent),
      picture: z.optional(picture),
    }),
    about,
    ledger: 'act',
    // With a logo that waits, six units more.
    budget: { trips: 4, readUnits: 4, writeUnits: 12 },
    run: openReview,
  }),
  decideReview: operation({
    summary: '工作人员：决定等待的文字和图片能否给别人看；可以只决定其中几项。决定写入本人的处理记录。',
    caller: 'staff',
    roles: ['support', 'officer'],
    purpose: 'cards',
    kinds: { in: [], out: [], uses: [...ownCardKinds] },
    input: z.strictObject({
      subjectId,
      cardId,
      version,
      decision: z.enum(['pass', 'refuse']),
      fields: z.optional(z.array(z.enum(fields)).check(z.minLength(1), z.maxLength(fields.length))),
    }),
    output: z.object({ decided: z.literal(true) }),
    about,
    decides: true,
    ledger: 'act',
    budget: { trips: 5, readUnits: 4, writeUnits: 26 },
    run: decideReview,
  }),
};
