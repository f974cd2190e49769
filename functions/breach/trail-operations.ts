import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { pseudonymsOf } from './pseudonyms-of';
import { ofIncident } from './shapes';
import { MAX_TURNED_BACK, turnBack } from './turn-back';

/** A person's number or the pseudonym of one: 128 bits, of which the last character holds two. */
const number = z.string().check(z.regex(/^[\w-]{21}[AQgw]$/));
const day = z.iso.date();

/** What leads from the log to people and back (promise B3). */
export const trailOperations = {
  turnBack: operation({
    summary: '工作人员：把日志中某一天的代号还原成账号编号，用于划定安全事件的影响范围；每次都记入该事件。',
    caller: 'staff',
    roles: ['responder'],
    purpose: 'incident',
    kinds: { in: ['log-pseudonym'], uses: ['incident-record'], out: ['account-number'] },
    input: z.strictObject({
      ...ofIncident,
      day,
      pseudonyms: z.array(number).check(z.minLength(1), z.maxLength(MAX_TURNED_BACK)),
    }),
    output: z.object({
      people: z.array(z.object({ pseudonym: z.string(), subjectId: z.string() })),
      /** Nobody's on that day. */
      strangers: z.array(z.string()),
    }),
    // Nobody's data is opened: the incident's chain has the entry.
    ledger: 'none',
    // Every hundred pseudonyms more cost a trip, and a unit or so each.
    budget: { trips: 4, readUnits: 5, writeUnits: 9 },
    run: turnBack,
  }),
  pseudonymsOf: operation({
    summary:
      '工作人员：一个人在一段日期内每天的代号，用于在日志中查找谁的信息被打开过；记入本人的处理记录和该事件。',
    caller: 'staff',
    roles: ['responder'],
    purpose: 'incident',
    kinds: { in: [], uses: ['incident-record'], out: ['log-pseudonym'] },
    input: z.strictObject({ ...ofIncident, subjectId: number, from: day, to: day }),
    output: z.object({ pseudonyms: z.array(z.object({ day: z.string(), pseudonym: z.string() })) }),
    about: ({ subjectId, incidentId }) => ({ subjectId, reason: 'incident', ticket: incidentId }),
    ledger: 'act',
    budget: { trips: 5, readUnits: 5, writeUnits: 20 },
    run: pseudonymsOf,
  }),
};
