import * as z from 'zod/mini';
import { reportCategories } from '../../../lib/card/report-categories';
import { DAY_MS } from '../../../lib/clock';
import { operation } from '../../../lib/gate/operation';
import { cardKey } from '../../../lib/table/card/card';
import { contactKey } from '../../../lib/table/sharing/contact';
import { sharePointerKey } from '../../../lib/table/sharing/share';
import { cardId, contentKinds, idempotencyKey, nothing, ownCardKinds } from '../shapes';
import { passphrase, token } from '../sharing/share-operations';
import { digestOfToken } from '../sharing/share-token';
import { appealTakeDown, ownReports, reportCard } from './report';

/** Reports of one person in a day, what is added to them included: nobody fills the queue alone. */
const CARD_REPORTS_PER_DAY = {
  name: 'CARD_REPORTS_PER_DAY',
  per: 'person',
  max: 5,
  windowMs: DAY_MS,
} as const;

export const words = z.string().check(z.trim(), z.minLength(1), z.maxLength(500));
export const category = z.enum(reportCategories);
const report = z.object({
  reportId: z.string(),
  category,
  at: z.string(),
  /** Whether somebody has yet to decide. */
  state: z.enum(['waiting', 'decided']),
});

/** Reporting somebody else's card, and the appeal of whoever's card was taken down (policy clause 4; 网络安全法 art. 49). */
export const reportOperations = {
  reportCard: operation({
    summary:
      '举报别人的名片：凭打开它的链接，或者自己名片夹里的那一张（链接已经打不开也可以），选择类别，写明情况。内容加密保存，只有处理举报的工作人员看得到；不告知对方是谁举报。',
    caller: 'subject',
    purpose: 'review',
    kinds: {
      in: ['card-report-words', 'card-report-state'],
      out: ['card-report-state'],
      uses: [...contentKinds, 'card-label', 'card-kept', 'card-report-words'],
    },
    input: z
      .strictObject({
        token: z.optional(token),
        passphrase,
        contactId: z.optional(cardId),
        category,
        words,
      })
      .check(
        z.refine(({ token: link, contactId }) => (link === undefined) !== (contactId === undefined), {
          path: ['token'],
          error: '链接的 token 和名片夹的 contactId，须提供其中一个',
        }),
      ),
    output: report,
    ledger: 'act',
    limits: [CARD_REPORTS_PER_DAY],
    budget: { trips: 6, readUnits: 16, writeUnits: 30 },
    alsoRead: async (subjectId, { token: link, contactId = '' }, ring) =>
      link === undefined
        ? contactKey(subjectId, contactId)
        : sharePointerKey(await digestOfToken(ring, link)),
    run: reportCard,
  }),
  ownReports: operation({
    summary: '我举报过的名片：类别、时间、是否已经处理。',
    caller: 'subject',
    purpose: 'review',
    kinds: { in: [], out: ['card-report-state'], uses: ['card-report-words'] },
    input: nothing,
    output: z.object({ reports: z.array(report) }),
    reads: true,
    ledger: 'none',
    budget: { trips: 3, readUnits: 4, writeUnits: 0 },
    run: ownReports,
  }),
  appealTakeDown: operation({
    summary:
      '我的名片被下架，提出申诉：由另一位工作人员复核，15 个工作日内答复；同一张名片的，并入办理中的那一件。',
    caller: 'subject',
    purpose: 'cards',
    kinds: {
      in: ['ticket-words', 'ticket-state'],
      out: ['ticket-state'],
      uses: [...ownCardKinds, 'ticket-words'],
    },
    input: z.strictObject({ cardId, words, idempotencyKey }),
    output: z.object({
      ticketId: z.string(),
      answerBy: z.string(),
      calendarNote: z.optional(z.string()),
      joined: z.boolean(),
    }),
    ledger: 'act',
    budget: { trips: 3, readUnits: 4, writeUnits: 20 },
    alsoRead: (subjectId, input) => cardKey(subjectId, input.cardId),
    run: appealTakeDown,
  }),
};
