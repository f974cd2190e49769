import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { settleDuty } from './settle-duty';

const subjectId = z.string().check(z.regex(/^[\w-]{22}$/));
const dutyId = z.string().check(z.regex(/^[\w-]{22}$/));

/** What was to be done about somebody has been (promise R9); what waits stands in the queue (functions/rights/tickets). */
export const dutyOperations = {
  settleDuty: operation({
    summary: '工作人员：一项义务已经办完。重复调用结果相同。',
    caller: 'staff',
    roles: ['support', 'officer'],
    purpose: 'accountability',
    kinds: { in: ['authorisation-event'], out: ['authorisation-event'] },
    input: z.strictObject({ subjectId, dutyId }),
    decides: true,
    about: (input) => ({ subjectId: input.subjectId, reason: 'duty', ticket: input.dutyId }),
    output: z.object({ settledAt: z.string() }),
    ledger: 'act',
    budget: { trips: 5, readUnits: 3, writeUnits: 30 },
    run: settleDuty,
  }),
};
