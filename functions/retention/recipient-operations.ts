import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { recipientIds } from '../../lib/policy/recipients';
import { confirmRecipient } from './confirm-recipient';

const subjectId = z.string().check(z.regex(/^[\w-]{22}$/));

/** Who was given data that has ended or was corrected, as they confirm (PIPL art. 46, 47; promises R2, R3). */
export const recipientOperations = {
  confirmRecipient: operation({
    summary: '工作人员：接收方已经确认删除，或者已经按更正改正，写明答复的文号。重复调用结果相同。',
    caller: 'staff',
    roles: ['support', 'officer'],
    purpose: 'accountability',
    kinds: { in: ['ledger-entry'], out: ['ledger-entry'] },
    input: z.strictObject({
      subjectId,
      recipient: z.enum(recipientIds),
      /** Of a correction, its number, as `rights/ticketQueue` shows it. */
      correction: z.optional(z.int().check(z.minimum(1))),
      /** Number of the paper, never its content. */
      document: z.string().check(z.regex(/^[\w.-]{1,64}$/)),
    }),
    output: z.object({ confirmedAt: z.string() }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 1, writeUnits: 4 },
    run: confirmRecipient,
  }),
};
