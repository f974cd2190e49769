import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { authorisationEvents } from '../../lib/table/person/authorisation-event';
import { duties, settleDuty } from './duties';

const subjectId = z.string().check(z.regex(/^[\w-]{22}$/));
const dutyId = z.string().check(z.regex(/^[\w-]{22}$/));

/** What waits to be done about somebody, in a plain list (promise R9). */
export const dutyOperations = {
  duties: operation({
    summary:
      '工作人员：待办的义务（微信告知的撤回授权、资料变更、账号注销），最急的在前，逾期的有标记。只有编号、事项和期限。',
    caller: 'staff',
    roles: ['support', 'officer'],
    purpose: 'accountability',
    kinds: { in: [], out: ['authorisation-event'] },
    input: z.strictObject({}),
    output: z.object({
      duties: z.array(
        z.object({
          subjectId,
          dutyId,
          event: z.enum(authorisationEvents),
          /** By WeChat's clock, and by ours. */
          happenedAt: z.string(),
          toldAt: z.string(),
          /** Which permissions were taken back, as WeChat numbers them. */
          scope: z.optional(z.string()),
          /** Since when the account is being closed because of it. */
          closingSince: z.optional(z.string()),
          dueAt: z.string(),
          isLate: z.boolean(),
        }),
      ),
      /** Whether there may be more than are shown. */
      more: z.boolean(),
    }),
    ledger: 'none',
    // And a unit for each.
    budget: { trips: 2, readUnits: 3, writeUnits: 0 },
    run: duties,
  }),
  settleDuty: operation({
    summary: '工作人员：一项义务已经办完；怎样办的写在工单里。重复调用结果相同。',
    caller: 'staff',
    roles: ['support', 'officer'],
    purpose: 'accountability',
    kinds: { in: ['authorisation-event'], out: ['authorisation-event'] },
    input: z.strictObject({
      subjectId,
      dutyId,
      /** The ticket, in words or by its number, as the operator files it. */
      ticket: z.string().check(z.trim(), z.minLength(1), z.maxLength(64)),
    }),
    about: ({ subjectId: id, ticket }) => ({ subjectId: id, reason: 'rights-request', ticket }),
    output: z.object({ settledAt: z.string() }),
    ledger: 'act',
    budget: { trips: 5, readUnits: 3, writeUnits: 30 },
    run: settleDuty,
  }),
};
