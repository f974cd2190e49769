import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { measureIds } from '../../lib/policy/incident/measures';
import { contain, release } from './contain';
import { common, idempotencyKey, ofIncident, words } from './shapes';

/** What stops an incident from spreading (promise B1). */
export const containmentOperations = {
  contain: operation({
    ...common,
    summary:
      '工作人员：采取一项止损措施：停用工作人员账号、暂停合作方、收回分享、结束登录、更换密钥。演练只作记录，不真正采取。',
    roles: ['responder', 'officer'],
    input: z.strictObject({
      ...ofIncident,
      measure: z.enum(measureIds),
      /** Whom or what: the account, partner, link, person or list that the measure names. */
      target: z.optional(z.string().check(z.minLength(1), z.maxLength(64))),
      words: z.optional(words),
      idempotencyKey,
    }),
    // A list of people is looked at for a trip more.
    budget: { trips: 3, readUnits: 3, writeUnits: 16 },
    run: contain,
  }),
  release: operation({
    ...common,
    summary: '工作人员：解除一项有退路的措施，写明理由。',
    roles: ['responder', 'officer'],
    input: z.strictObject({
      ...ofIncident,
      measureId: z.string().check(z.regex(/^m[1-9]\d{0,2}$/)),
      words,
    }),
    budget: { trips: 3, readUnits: 3, writeUnits: 16 },
    run: release,
  }),
};
