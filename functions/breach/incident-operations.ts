import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { kindIds } from '../../lib/policy/kinds';
import { declare } from './declare';
import {
  idempotencyKey,
  incidentLine,
  incidentShown,
  instant,
  nothing,
  ofIncident,
  title,
  words,
} from './shapes';
import { list, show } from './show';

/** An incident from its declaration on (promises B1, B2). */
export const incidentOperations = {
  declare: operation({
    summary: '工作人员：宣告一起安全事件（或一次演练）。知悉时间从此锁定，应急预案和各项期限开始计时。',
    caller: 'staff',
    roles: ['responder', 'officer'],
    purpose: 'incident',
    kinds: { in: ['incident-record', 'incident-state'], out: ['incident-record', 'incident-state'] },
    input: z.strictObject({
      title,
      /** When it was learned of: every clock counts from here, and nothing moves it afterwards. */
      learnedAt: instant,
      /** When it happened, as far as is known, or from when to when. */
      happenedAt: z.optional(instant),
      happenedUntil: z.optional(instant),
      kinds: z.optional(z.array(z.enum(kindIds)).check(z.maxLength(100))),
      summary: z.optional(words),
      drill: z._default(z.boolean(), false),
      idempotencyKey,
    }),
    output: incidentShown,
    ledger: 'none',
    budget: { trips: 1, readUnits: 0, writeUnits: 20 },
    run: declare,
  }),
  list: operation({
    summary: '工作人员：尚未结案的安全事件，期限最近的在前。',
    caller: 'staff',
    roles: ['responder', 'officer', 'auditor'],
    purpose: 'incident',
    kinds: { in: [], out: ['incident-record', 'incident-state'] },
    input: nothing,
    output: z.object({ incidents: z.array(incidentLine) }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 20, writeUnits: 0 },
    run: list,
  }),
  show: operation({
    summary: '工作人员：一起安全事件的全貌：应尽的义务和期限、预案步骤、已采取的措施。',
    caller: 'staff',
    roles: ['responder', 'officer', 'auditor'],
    purpose: 'incident',
    kinds: { in: [], out: ['incident-record', 'incident-state'] },
    input: z.strictObject(ofIncident),
    output: incidentShown,
    ledger: 'none',
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    run: show,
  }),
};
