import * as z from 'zod/mini';
import { DAY_MS } from '../../../lib/clock';
import { operation } from '../../../lib/gate/operation';
import { ticketNumber } from '../../../lib/gate/ticket';
import { askedKinds } from '../../../lib/table/ticket/states';
import { ticketKey } from '../../../lib/table/ticket/ticket';
import { add, ask, list, prove, rate, show, withdraw } from './own-tickets';
import { about, idempotencyKey, ticketLine, ticketShown, words } from './shapes';

/** New tickets of one person in a day, and words added to them. */
const TICKETS_PER_DAY = { name: 'TICKETS_PER_DAY', per: 'person', max: 5, windowMs: DAY_MS } as const;
const ADDITIONS_PER_DAY = { name: 'ADDITIONS_PER_DAY', per: 'person', max: 20, windowMs: DAY_MS } as const;

const ticketId = ticketNumber;
const common = { caller: 'subject', purpose: 'review' } as const;
const kept = ['ticket-words', 'ticket-state'] as const;

/** What people ask, complain of and dispute, inside the mini-program (promises R5, R6, R8; PIPL art. 50). */
export const ownTicketOperations = {
  askTicket: operation({
    ...common,
    summary:
      '提出请求、咨询、投诉、建议、更正、异议，15 个工作日内答复。登录即证明是您本人，不另收资料；同一种类、同一对象的，并入办理中的那一件。',
    kinds: { in: kept, out: kept },
    input: z.strictObject({ kind: z.enum(askedKinds), about, words, idempotencyKey }),
    output: z.object({ ticket: ticketShown, joined: z.boolean() }),
    ledger: 'act',
    limits: [TICKETS_PER_DAY],
    budget: { trips: 4, readUnits: 3, writeUnits: 20 },
    run: ask,
  }),
  ownTickets: operation({
    ...common,
    summary: '我的工单：种类、进度、期限和结论。还有下一页时带 cursor。',
    kinds: { in: [], out: ['ticket-state'] },
    input: z.strictObject({ cursor: z.optional(z.string().check(z.maxLength(512))) }),
    output: z.object({ tickets: z.array(ticketLine), cursor: z.optional(z.string()) }),
    reads: true,
    ledger: 'none',
    budget: { trips: 2, readUnits: 4, writeUnits: 0 },
    run: list,
  }),
  ownTicket: operation({
    ...common,
    summary: '查看我的一件工单：内容、答复、理由，以及不满意时可以怎样做。',
    kinds: { in: [], out: kept },
    input: z.strictObject({ ticketId }),
    output: ticketShown,
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    alsoRead: (subjectId, input) => ticketKey(subjectId, input.ticketId),
    run: show,
  }),
  addToTicket: operation({
    ...common,
    summary: '补充一件办理中的工单。重复调用结果相同。',
    kinds: { in: kept, out: kept },
    input: z.strictObject({ ticketId, words, idempotencyKey }),
    output: ticketShown,
    ledger: 'act',
    limits: [ADDITIONS_PER_DAY],
    budget: { trips: 4, readUnits: 2, writeUnits: 18 },
    run: add,
  }),
  proveTicket: operation({
    ...common,
    summary: '为一件办理中的工单再次验证是您本人（只凭微信登录凭证）：据此删除或者注销的，须先验证。',
    kinds: { in: ['ticket-state'], out: ['ticket-state'], uses: ['ticket-words'] },
    input: z.strictObject({ ticketId }),
    output: z.object({ proof: z.literal('self') }),
    ledger: 'none',
    proof: (input) => input.ticketId,
    budget: { trips: 4, readUnits: 3, writeUnits: 6 },
    run: prove,
  }),
  withdrawTicket: operation({
    ...common,
    summary: '撤回一件办理中的工单。重复调用结果相同。',
    kinds: { in: [], out: kept, uses: kept },
    input: z.strictObject({ ticketId }),
    output: ticketShown,
    ledger: 'none',
    budget: { trips: 3, readUnits: 2, writeUnits: 12 },
    run: withdraw,
  }),
  rateTicket: operation({
    ...common,
    summary: '评价答复，1 至 5 分，只有一次。重复调用结果相同。',
    kinds: { in: ['ticket-state'], out: ['ticket-state'], uses: ['ticket-words'] },
    input: z.strictObject({ ticketId, rating: z.int().check(z.minimum(1), z.maximum(5)) }),
    output: z.object({ rating: z.int() }),
    ledger: 'none',
    budget: { trips: 3, readUnits: 2, writeUnits: 6 },
    run: rate,
  }),
};
