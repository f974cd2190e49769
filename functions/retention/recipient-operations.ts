import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { recipientIds } from '../../lib/policy/recipients';
import { confirmRecipient, recipients } from './recipients';

const subjectId = z.string().check(z.regex(/^[\w-]{22}$/));

/** Who was given data of accounts that have ended, in a plain list (PIPL art. 47; promise R3). */
export const recipientOperations = {
  recipients: operation({
    summary:
      '工作人员：账号删除后，尚未确认删除的接收方，最急的在前，逾期的有标记。只有编号、种类和期限；怎样联系见各接收方的联系方式。',
    caller: 'staff',
    roles: ['support', 'officer'],
    purpose: 'accountability',
    kinds: { in: [], out: ['ledger-entry'] },
    input: z.strictObject({}),
    output: z.object({
      recipients: z.array(
        z.object({
          subjectId,
          recipient: z.enum(recipientIds),
          name: z.string(),
          contact: z.string(),
          /** Which kinds they were given. */
          kinds: z.array(z.string()),
          /** When the account ended. */
          endedAt: z.string(),
          /** How often they were reminded, and when the last time. */
          reminders: z.int(),
          remindedAt: z.optional(z.string()),
          dueAt: z.string(),
          isLate: z.boolean(),
        }),
      ),
      more: z.boolean(),
    }),
    ledger: 'none',
    // And a unit for each.
    budget: { trips: 2, readUnits: 3, writeUnits: 0 },
    run: recipients,
  }),
  confirmRecipient: operation({
    summary: '工作人员：接收方已经确认删除；答复存放在工单里。重复调用结果相同。',
    caller: 'staff',
    roles: ['support', 'officer'],
    purpose: 'accountability',
    kinds: { in: ['ledger-entry'], out: ['ledger-entry'] },
    input: z.strictObject({
      subjectId,
      recipient: z.enum(recipientIds),
      /** Where the answer is filed. */
      ticket: z.string().check(z.trim(), z.minLength(1), z.maxLength(64)),
    }),
    output: z.object({ confirmedAt: z.string() }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 1, writeUnits: 4 },
    run: confirmRecipient,
  }),
};
