import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { planStepIds } from '../../lib/policy/incident/plan';
import { declare } from './declare';
import { check, learn } from './record';
import {
  changed,
  common,
  entry,
  idempotencyKey,
  incidentLine,
  incidentShown,
  instant,
  kindsNamed,
  nothing,
  ofIncident,
  title,
  words,
} from './shapes';
import { list, show } from './show';
import { timeline } from './timeline';

/** An incident from its declaration on, and what is known of it (promise B1). */
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
      kinds: kindsNamed,
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
    reads: true,
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
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    run: show,
  }),
  learn: operation({
    ...common,
    summary: '工作人员：补记一条经过：何时发生、何时知悉、涉及哪些信息。',
    roles: ['responder', 'officer'],
    input: z.strictObject({
      ...ofIncident,
      words,
      happenedAt: z.optional(instant),
      learnedAt: z.optional(instant),
      kinds: kindsNamed,
      idempotencyKey,
    }),
    budget: changed,
    run: learn,
  }),
  check: operation({
    ...common,
    summary: '工作人员：完成应急预案的一步，由该步的负责人勾选。',
    roles: ['responder', 'officer'],
    input: z.strictObject({ ...ofIncident, step: z.enum(planStepIds), words: z.optional(words) }),
    budget: changed,
    run: check,
  }),
  timeline: operation({
    ...common,
    summary: '工作人员：按发生、知悉或者记录的时间列出经过，并核对记录是否完整。还有下一页时带 next。',
    roles: ['responder', 'officer', 'auditor'],
    kinds: { in: [], out: ['incident-record', 'incident-state'] },
    input: z.strictObject({
      ...ofIncident,
      by: z._default(z.enum(['happened', 'learned', 'written']), 'happened'),
      after: z._default(z.int().check(z.minimum(0), z.maximum(1_000_000)), 0),
    }),
    output: z.object({ isWhole: z.boolean(), entries: z.array(entry), next: z.optional(z.int()) }),
    reads: true,
    // Of a hundred entries; a trip more for every hundred.
    budget: { trips: 2, readUnits: 3, writeUnits: 0 },
    run: timeline,
  }),
};
