import * as z from 'zod/mini';
import { operation } from '../../../lib/gate/operation';
import { dispute } from './dispute';
import { disputeOfLine, lineId, registerLine } from './line';
import { usage } from './usage';

/** Who has used my data (promise D6). */
export const usageOperations = {
  usage: operation({
    summary:
      '谁用了我的信息：工作人员的查看、交给合作方和有关机关的、打开我分享链接的人，最近的在前；每一条都可以提出异议，异议的办理情况也在其中。',
    caller: 'subject',
    purpose: 'accountability',
    kinds: {
      in: [],
      out: ['ledger-entry', 'notice-record', 'card-views', 'nickname', 'ticket-words'],
      uses: ['disclosure-record'],
    },
    input: z.strictObject({
      cursor: z.optional(z.string().check(z.maxLength(512))),
      limit: z.optional(z.int().check(z.minimum(1), z.maximum(50))),
    }),
    output: z.object({
      lines: z.array(registerLine),
      /** Whether what was looked at of the ledger is as it was written; what is not is no line. */
      intact: z.boolean(),
      cursor: z.optional(z.string()),
    }),
    reads: true,
    ledger: 'none',
    // Of somebody with one page of everything.
    budget: { trips: 7, readUnits: 20, writeUnits: 0 },
    run: usage,
  }),
  dispute: operation({
    summary: '对“谁用了我的信息”中的一条提出异议：建立工单，15 个工作日内答复；这一条连同答复一直看得到。',
    caller: 'subject',
    purpose: 'accountability',
    kinds: {
      in: ['ticket-words', 'ticket-state'],
      out: ['ledger-entry', 'ticket-state'],
      uses: ['disclosure-record'],
    },
    input: z.strictObject({
      line: lineId,
      words: z.string().check(z.trim(), z.minLength(1), z.maxLength(1000)),
      idempotencyKey: z.string().check(z.regex(/^[\w-]{16,64}$/)),
    }),
    output: z.object({ line: z.string(), dispute: disputeOfLine }),
    ledger: 'act',
    // Of a disclosure to an authority, which is read as well.
    budget: { trips: 5, readUnits: 5, writeUnits: 30 },
    run: dispute,
  }),
};
