import * as z from 'zod/mini';
import { operation } from '../../../lib/gate/operation';
import { asTheyAsked, ticketNumber } from '../../../lib/gate/ticket';
import { afterDeath } from '../../../lib/table/person/after-death';
import { confirmDeath, directive, endDeceased, reportDeath, rightDeath } from './death';

const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const forDead = {
  subjectId: z.string().check(z.regex(/^[\w-]{22}$/)),
  ticket: ticketNumber,
};
/** SHA-256 of the death certificate, and of what shows who the relatives are. */
const papers = { ...forDead, certificateHash: sha256, kinshipHash: sha256 };

const common = {
  caller: 'staff',
  purpose: 'account',
  kinds: { in: ['account-state'], out: ['account-state'] },
  about: asTheyAsked,
  decides: true,
  ledger: 'act',
} as const;

/** What happens with the account of somebody who has died (PIPL art. 49). */
export const deathOperations = {
  directive: operation({
    summary:
      '我的身后安排：亲属可以要求删除账号（end），或者保留、不得删除（keep），或者没有说（unsaid）。不填即查看。随时可以改。',
    caller: 'subject',
    purpose: 'account',
    kinds: { in: ['account-state'], out: ['account-state'] },
    input: z.strictObject({ wish: z.optional(z.enum(afterDeath)) }),
    output: z.object({ wish: z.enum(afterDeath) }),
    ledger: 'act',
    budget: { trips: 2, readUnits: 1, writeUnits: 14 },
    run: directive,
  }),
  reportDeath: operation({
    ...common,
    summary: '工作人员：登记亲属告知的身故，只记录死亡证明和亲属关系材料的 SHA-256。由另一位工作人员确认。',
    roles: ['support', 'officer'],
    input: z.strictObject(papers),
    output: z.object({ report: z.int() }),
    budget: { trips: 4, readUnits: 4, writeUnits: 28 },
    run: reportDeath,
  }),
  confirmDeath: operation({
    ...common,
    summary:
      '工作人员：凭同样的材料确认同事登记的身故。此后账号停用，谁也不能登录，谁也看不到。登记的人不能确认。',
    roles: ['officer'],
    input: z.strictObject(papers),
    output: z.object({ since: z.string() }),
    budget: { trips: 5, readUnits: 5, writeUnits: 28 },
    run: confirmDeath,
  }),
  rightDeath: operation({
    ...common,
    summary: '工作人员：登记或者确认错了的，恢复原状。已经开始删除的不能恢复。',
    roles: ['officer'],
    input: z.strictObject(forDead),
    output: z.object({ righted: z.literal(true) }),
    budget: { trips: 4, readUnits: 4, writeUnits: 30 },
    run: rightDeath,
  }),
  endDeceased: operation({
    ...common,
    summary: '工作人员：应亲属要求删除已确认身故者的账号；本人生前要求保留的，不予删除。',
    roles: ['officer'],
    input: z.strictObject(forDead),
    output: z.object({ ending: z.literal(true) }),
    budget: { trips: 4, readUnits: 4, writeUnits: 34 },
    run: endDeceased,
  }),
};
