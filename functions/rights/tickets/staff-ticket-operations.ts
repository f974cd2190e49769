import * as z from 'zod/mini';
import { operation, type StaffAccess } from '../../../lib/gate/operation';
import { ticketNumber } from '../../../lib/gate/ticket';
import { levels } from '../../../lib/table/ticket/desk';
import { ticketIdFor } from '../../../lib/table/ticket/open-ticket';
import { filedKinds, ticketProofs, ticketStates } from '../../../lib/table/ticket/states';
import { answer as answerTicket, decide, file, open, propose } from './answer';
import { pass, take, tie } from './assign';
import { counts, queue, waitingSorts } from './queue';
import { about, answer, idempotencyKey, subjectId, ticketLine, words } from './shapes';

const ticketId = ticketNumber;
const staffId = z.string().check(z.regex(/^[\w.@-]{1,64}$/));
const incidentId = z.string().check(z.regex(/^[A-Z0-9]{4,16}(-[A-Z0-9]{1,8})?$/));
const one = { subjectId, ticketId };

const common = { caller: 'staff', roles: ['support', 'officer'], purpose: 'review' } as const;
const kept = ['ticket-words', 'ticket-state'] as const;
const clear = { kinds: { in: ['ticket-state'], out: ['ticket-state'] }, ledger: 'none' } as const;
const opened = z.object({
  ...ticketLine.shape,
  words: z.array(z.object({ at: z.string(), text: z.string() })),
  /** What is proposed as the reasons of a refusal. */
  answer: z.optional(z.string()),
  filedBy: z.optional(z.string()),
});
const assigned = z.object({
  state: z.enum(ticketStates),
  assignee: z.optional(z.string()),
  incidentId: z.optional(z.string()),
});

const mine = (input: { subjectId: string; ticketId: string }): StaffAccess => ({
  subjectId: input.subjectId,
  reason: 'rights-request',
  ticket: input.ticketId,
});
const movesOn =
  (access: typeof mine) =>
  (input: Parameters<typeof mine>[0]): StaffAccess => ({ ...access(input), movesOn: true });
const colleagues = (input: { subjectId: string; ticketId: string }): StaffAccess => ({
  ...mine(input),
  reason: 'refusal',
});

/** What the staff does with tickets, and the one queue of everything that waits for it (promises R6, R8, R9, S6). */
export const staffTicketOperations = {
  ticketQueue: operation({
    ...common,
    summary:
      '工作人员：等待办理的全部事项（工单、申诉、微信告知的义务、接收方的删除、更正确认）。临近期限的在前，其余每人先排一件。只有编号、期限和进度，没有内容。',
    kinds: { in: [], out: ['ticket-state', 'risk-review', 'authorisation-event', 'ledger-entry'] },
    input: z.strictObject({ cursor: z.optional(z.string().check(z.maxLength(512))) }),
    output: z.object({
      waiting: z.array(
        z.object({
          subjectId: z.string(),
          sort: z.enum(waitingSorts),
          id: z.string(),
          kind: z.string(),
          dueAt: z.string(),
          calendarNote: z.optional(z.string()),
          /** Whether it is late, due within 2 working days, within 5, or later. */
          level: z.enum(levels),
          /** Of a ticket: how it stands, whose it is, how it was made sure who asks. */
          state: z.optional(z.enum(ticketStates)),
          assignee: z.optional(z.string()),
          proof: z.optional(z.enum(ticketProofs)),
          incidentId: z.optional(z.string()),
          /** Of a duty: when it happened by WeChat's clock, which permissions, and since when the account is being closed. */
          happenedAt: z.optional(z.string()),
          scope: z.optional(z.string()),
          closingSince: z.optional(z.string()),
          /** Of a recipient: how to reach them, which correction they have yet to confirm (none: a deletion), of which kinds,
           * since when, how often they were reminded. */
          contact: z.optional(z.string()),
          kinds: z.optional(z.array(z.string())),
          correction: z.optional(z.int()),
          since: z.optional(z.string()),
          reminders: z.optional(z.int()),
        }),
      ),
      cursor: z.optional(z.string()),
    }),
    reads: true,
    ledger: 'none',
    // A unit for each that is shown, and for the index half a unit for every 4 KB of what waits.
    budget: { trips: 2, readUnits: 30, writeUnits: 0 },
    run: queue,
  }),
  ticketCounts: operation({
    summary: '工作人员：等待办理的事项有多少，按种类和距期限的远近。只有数量。',
    caller: 'staff',
    roles: ['support', 'officer', 'auditor'],
    purpose: 'review',
    kinds: { in: [], out: [] },
    input: z.strictObject({}),
    output: z.object({
      byLevel: z.record(z.enum(levels), z.int()),
      bySort: z.record(z.enum(waitingSorts), z.int()),
    }),
    reads: true,
    ledger: 'none',
    // A trip for every thousand that wait.
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    run: counts,
  }),
  takeTicket: operation({
    ...common,
    ...clear,
    summary: '工作人员：接手一件还没有人办理的工单。重复调用结果相同。',
    input: z.strictObject(one),
    output: assigned,
    budget: { trips: 2, readUnits: 1, writeUnits: 3 },
    run: take,
  }),
  passTicket: operation({
    ...common,
    ...clear,
    summary: '工作人员：把自己办理的工单转交给同事；负责人也可以转交别人的。',
    input: z.strictObject({ ...one, to: staffId }),
    output: assigned,
    budget: { trips: 2, readUnits: 1, writeUnits: 3 },
    run: pass,
  }),
  tieTicket: operation({
    ...common,
    ...clear,
    summary: '工作人员：把一件工单归到所涉及的安全事件。',
    input: z.strictObject({ ...one, incidentId }),
    output: assigned,
    budget: { trips: 3, readUnits: 2, writeUnits: 3 },
    run: tie,
  }),
  openTicket: operation({
    ...common,
    summary: '工作人员：查看自己办理的一件工单。查看之前已写入本人的处理记录。',
    kinds: { in: [], out: kept },
    input: z.strictObject(one),
    output: opened,
    about: mine,
    ledger: 'act',
    budget: { trips: 3, readUnits: 3, writeUnits: 12 },
    run: open,
  }),
  answerTicket: operation({
    ...common,
    summary: '工作人员：答复一件工单（已按其办理）。本人同时看到不满意时可以怎样做。重复调用结果相同。',
    kinds: { in: ['ticket-words'], out: ['ticket-state'], uses: ['ticket-words', 'ticket-state'] },
    input: z.strictObject({ ...one, answer }),
    output: ticketLine,
    decides: true,
    about: movesOn(mine),
    ledger: 'act',
    budget: { trips: 4, readUnits: 3, writeUnits: 32 },
    run: answerTicket,
  }),
  proposeRefusal: operation({
    ...common,
    summary:
      '工作人员：提出不予办理，写明给本人看的理由。由另一位工作人员决定，决定之前本人看不到。重复调用结果相同。',
    kinds: { in: ['ticket-words'], out: ['ticket-state'], uses: ['ticket-words', 'ticket-state'] },
    input: z.strictObject({ ...one, answer }),
    output: ticketLine,
    decides: true,
    about: movesOn(mine),
    ledger: 'act',
    budget: { trips: 4, readUnits: 3, writeUnits: 28 },
    run: propose,
  }),
  reviewRefusal: operation({
    ...common,
    summary: '工作人员：查看同事提出不予办理的工单和理由。提出的人不能查看、不能决定。',
    kinds: { in: [], out: kept },
    input: z.strictObject(one),
    output: opened,
    about: colleagues,
    ledger: 'act',
    budget: { trips: 3, readUnits: 3, writeUnits: 12 },
    run: open,
  }),
  decideRefusal: operation({
    ...common,
    summary:
      '工作人员：决定同事提出的不予办理：同意的，理由即告知本人；不同意的，由决定人接手办理。重复调用结果相同。',
    kinds: { in: [], out: ['ticket-state'], uses: ['ticket-words', 'ticket-state'] },
    input: z.strictObject({ ...one, decision: z.enum(['refuse', 'turn-down']) }),
    output: ticketLine,
    decides: true,
    about: movesOn(colleagues),
    ledger: 'act',
    budget: { trips: 4, readUnits: 3, writeUnits: 32 },
    run: decide,
  }),
  fileTicket: operation({
    ...common,
    summary:
      '工作人员：为书面提出或者不能登录的人立一件工单，或者登记有关机关的来函；只记录材料的 SHA-256。由立件人办理，本人看得到。',
    kinds: { in: kept, out: ['ticket-state'], uses: ['ticket-words'] },
    input: z.strictObject({
      subjectId,
      kind: z.enum(filedKinds),
      about,
      words,
      paperHash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
      idempotencyKey,
    }),
    output: z.object({ ticket: ticketLine, joined: z.boolean() }),
    decides: true,
    about: ({ subjectId: who, idempotencyKey: key }) => ({
      subjectId: who,
      reason: 'filing',
      ticket: ticketIdFor(who, key),
    }),
    ledger: 'act',
    budget: { trips: 5, readUnits: 4, writeUnits: 36 },
    run: file,
  }),
};
