import * as z from 'zod/mini';
import { fields } from '../../../lib/card/content';
import { operation, type StaffAccess } from '../../../lib/gate/operation';
import { cardKey } from '../../../lib/table/card/card';
import { cardId, nothing, ownCardShown, partialContent, picture, version, visibility } from '../shapes';
import { checkAgain, decideReview, openReview, reviewQueue } from '../text/text-review';
import { setRealNameMark, setVisibility } from './set-visibility';

const subjectId = cardId;
const ticket = z.string().check(z.regex(/^[\w-]{1,64}$/));
const about = (input: { subjectId: string; ticket: string }): StaffAccess => ({
  subjectId: input.subjectId,
  reason: 'risk-review',
  ticket: input.ticket,
});

/** Who may see which part of a card, and whether its words may be seen at all (promises C1, C2). */
export const visibilityOperations = {
  setVisibility: operation({
    summary: '设定名片的每一项给谁看：自己、持有链接的人、所有人。给所有人看须先单独同意；收回立即生效。',
    caller: 'subject',
    purpose: 'cards',
    input: z.strictObject({ cardId, version, visibility }),
    output: ownCardShown,
    ledger: 'act',
    budget: { trips: 4, readUnits: 3, writeUnits: 30 },
    alsoRead: (subject, input) => cardKey(subject, input.cardId),
    run: setVisibility,
  }),
  setRealNameMark: operation({
    summary: '让名片显示或不再显示“实名”标识。只在实名核验有效期间显示，不显示任何身份信息。',
    caller: 'subject',
    purpose: 'cards',
    input: z.strictObject({ cardId, version, show: z.boolean() }),
    output: ownCardShown,
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 14 },
    alsoRead: (subject, input) => cardKey(subject, input.cardId),
    run: setRealNameMark,
  }),
  checkAgain: operation({
    summary: '名片上的文字还在等待检查时，请微信再检查一次。',
    caller: 'subject',
    purpose: 'cards',
    input: z.strictObject({ cardId }),
    output: ownCardShown,
    ledger: 'act',
    budget: { trips: 4, readUnits: 3, writeUnits: 30 },
    alsoRead: (subject, input) => cardKey(subject, input.cardId),
    run: checkAgain,
  }),
  reviewQueue: operation({
    summary: '工作人员：等待人工判断的名片文字，等得最久的在前。只有编号和时间。',
    caller: 'staff',
    roles: ['support', 'officer'],
    purpose: 'cards',
    input: nothing,
    output: z.object({
      texts: z.array(z.object({ subjectId: z.string(), cardId: z.string(), since: z.string() })),
    }),
    ledger: 'none',
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    run: reviewQueue,
  }),
  openReview: operation({
    summary: '工作人员：查看一张名片上等待判断的文字和图片。查看之前已写入本人的处理记录。',
    caller: 'staff',
    roles: ['support', 'officer'],
    purpose: 'cards',
    input: z.strictObject({ subjectId, cardId, ticket }),
    output: z.object({
      version: z.int(),
      fields: z.array(z.enum(fields)),
      content: z.object(partialContent),
      picture: z.optional(picture),
    }),
    about,
    ledger: 'act',
    // With a logo that waits, six units more.
    budget: { trips: 4, readUnits: 4, writeUnits: 11 },
    run: openReview,
  }),
  decideReview: operation({
    summary: '工作人员：决定等待的文字和图片能否给别人看；可以只决定其中几项。决定写入本人的处理记录。',
    caller: 'staff',
    roles: ['support', 'officer'],
    purpose: 'cards',
    input: z.strictObject({
      subjectId,
      cardId,
      version,
      ticket,
      decision: z.enum(['pass', 'refuse']),
      fields: z.optional(z.array(z.enum(fields)).check(z.minLength(1), z.maxLength(fields.length))),
    }),
    output: z.object({ decided: z.literal(true) }),
    about,
    ledger: 'act',
    budget: { trips: 5, readUnits: 4, writeUnits: 24 },
    run: decideReview,
  }),
};
