import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { recipientIds } from '../../lib/policy/recipients';
import { confirmRecipient } from './confirm-recipient';

const subjectId = z.string().check(z.regex(/^[\w-]{22}$/));

/** Who was given data of accounts that have ended, as they confirm (PIPL art. 47; promise R3). */
export const recipientOperations = {
  confirmRecipient: operation({
    summary: '工作人员：接收方已经确认删除，写明答复的文号。重复调用结果相同。',
    caller: 'staff',
    roles: ['support', 'officer'],
    purpose: 'accountability',
    kinds: { in: ['ledger-entry'], out: ['ledger-entry'] },
    input: z.strictObject({
      subjectId,
      recipient: z.enum(recipientIds),
      /** Number of the paper, never its content. */
      document: z.string().check(z.regex(/^[\w.-]{1,64}$/)),
    }),
    output: z.object({ confirmedAt: z.string() }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 1, writeUnits: 4 },
    run: confirmRecipient,
  }),
};
