import * as z from 'zod/mini';
import { operation, type StaffAccess } from '../../../lib/gate/operation';
import { ticketNumber } from '../../../lib/gate/ticket';
import { reportNumber } from '../../../lib/table/sharing/card-report';
import { cardId, contentKinds, partialContent } from '../shapes';
import {
  decideReported,
  decideTakeDownAppeal,
  openAppealed,
  openReported,
  reportQueue,
} from './decide-report';
import { category } from './report-operations';

const subjectId = cardId;
const reportId = cardId;
const ticketId = ticketNumber;
const cursor = z.optional(z.string().check(z.maxLength(512)));
const answer = z.string().check(z.trim(), z.minLength(1), z.maxLength(2000));

const byReport = (input: { subjectId: string; cardId: string; reportId: string }): StaffAccess => ({
  subjectId: input.subjectId,
  reason: 'card-report',
  ticket: reportNumber(input.cardId, input.reportId),
});
const byTicket = (input: { subjectId: string; ticketId: string }): StaffAccess => ({
  subjectId: input.subjectId,
  reason: 'complaint',
  ticket: input.ticketId,
});

const common = { caller: 'staff', roles: ['support', 'officer'], purpose: 'cards' } as const;
const opens = {
  kinds: {
    in: [],
    out: [...contentKinds, 'card-report-words', 'card-report-state'],
    uses: ['card-label', 'card-kept'],
  },
  output: z.object({
    reports: z.array(
      z.object({ reportId: z.string(), category, at: z.string(), words: z.array(z.string()) }),
    ),
    /** How many there are, on this page and the others. */
    count: z.int(),
    /** The card's, to be sent back with a decision; 0 where it has gone. */
    version: z.int(),
    content: z.object(partialContent),
    takenDown: z.optional(z.object({ at: z.string(), why: z.string(), basis: z.string() })),
    cursor: z.optional(z.string()),
  }),
  ledger: 'act',
  // Each further report, up to ten of them, is what reading it and the line in its reporter's register cost.
  budget: { trips: 6, readUnits: 8, writeUnits: 12 },
} as const;
const decided = z.object({ decided: z.literal(true), takenDown: z.boolean() });

/** What the staff decides of reported cards (policy clause 4; 网络安全法 art. 49): who took one down never decides the appeal. */
export const staffReportOperations = {
  reportedCards: operation({
    ...common,
    summary:
      '工作人员：被举报的名片，每张一行，每人等得最久的一张在前，还有下一页时带 cursor。只有编号、件数和时间。',
    kinds: { in: [], out: ['card-report-state'] },
    input: z.strictObject({ cursor }),
    output: z.object({
      cards: z.array(
        z.object({
          subjectId: z.string(),
          cardId: z.string(),
          reportId: z.string(),
          since: z.string(),
          reports: z.int(),
        }),
      ),
      cursor: z.optional(z.string()),
    }),
    reads: true,
    ledger: 'none',
    // Half a unit for every 4 KB of what waits.
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    run: reportQueue,
  }),
  openReported: operation({
    ...common,
    ...opens,
    summary:
      '工作人员：查看一张被举报的名片上给别人看的内容和待决定的举报，每页十件，不显示举报人。查看之前已写入名片主人和本页各举报人的处理记录。',
    input: z.strictObject({ subjectId, cardId, reportId, cursor }),
    about: byReport,
    run: openReported,
  }),
  openAppealed: operation({
    ...common,
    ...opens,
    summary:
      '工作人员：凭自己办理的申诉工单，查看一张被下架的名片和对它的全部举报，每页十件。查看之前已写入本人和本页各举报人的处理记录。',
    input: z.strictObject({ subjectId, cardId, ticketId, cursor }),
    about: byTicket,
    run: openAppealed,
  }),
  decideReported: operation({
    ...common,
    summary:
      '工作人员：决定对一张名片的全部举报：不成立，或者下架。决定不成立，须带上查看时的 version 和 count：之后又有修改或者新的举报的，重新查看。下架后别人立即看不到，主人看得到理由、可以申诉。',
    kinds: { in: [], out: ['card-report-state'] },
    input: z.strictObject({
      subjectId,
      cardId,
      reportId,
      decision: z.enum(['unfounded', 'take-down']),
      /** What it is taken down for: by this the owner is told why. */
      category,
      /** Both as `openReported` has told them: for `unfounded`, which is said of what was read. */
      version: z.optional(z.int()),
      count: z.optional(z.int()),
    }),
    output: decided,
    decides: true,
    about: byReport,
    ledger: 'act',
    // Each further report is two units more.
    budget: { trips: 6, readUnits: 6, writeUnits: 34 },
    run: decideReported,
  }),
  decideTakeDownAppeal: operation({
    ...common,
    summary:
      '工作人员：决定对下架的申诉：维持，或者恢复。由下架的人以外的工作人员决定；答复随即告知本人。重复调用结果相同。',
    kinds: { in: ['ticket-words'], out: ['ticket-state'], uses: ['ticket-words', 'ticket-state'] },
    input: z.strictObject({ subjectId, cardId, ticketId, decision: z.enum(['stands', 'restore']), answer }),
    output: decided,
    decides: true,
    about: (input) => ({ ...byTicket(input), movesOn: true }),
    ledger: 'act',
    budget: { trips: 5, readUnits: 6, writeUnits: 40 },
    run: decideTakeDownAppeal,
  }),
};
