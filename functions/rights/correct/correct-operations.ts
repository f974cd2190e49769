import * as z from 'zod/mini';
import { operation } from '../../../lib/gate/operation';
import { asTheyAsked, ticketNumber } from '../../../lib/gate/ticket';
import { ageBands } from '../../../lib/policy/age';
import { kindIds } from '../../../lib/policy/kinds';
import { correctable, correctFor, tellCorrection } from './correct';

const idempotencyKey = z.string().check(z.regex(/^[\w-]{16,64}$/));
/** Since when recipients are asked to correct it as well. */
const output = z.object({ since: z.string() });

/** What was wrong is corrected, and whoever was given it is told (PIPL art. 46; promise R2). */
export const correctOperations = {
  tellCorrection: operation({
    summary:
      '我更正了某一类信息，请告知曾经得到这类信息的接收方：逐一登记，15 天内确认，第 5 天、第 10 天催办，逾期转负责人。',
    caller: 'subject',
    purpose: 'accountability',
    kinds: { in: ['ledger-entry'], out: ['ledger-entry'] },
    input: z.strictObject({
      /** As `consent/ownLists` shows what was shared; `identity-input` is what was typed for a verification. */
      kind: z.enum([...kindIds, 'identity-input']),
      idempotencyKey,
    }),
    output,
    ledger: 'act',
    budget: { trips: 3, readUnits: 2, writeUnits: 20 },
    run: tellCorrection,
  }),
  correctFor: operation({
    summary:
      '工作人员：凭材料更正本人不能自行更正的信息：错误的实名结果（结束，本人可重新核验）、年龄标记。曾经得到的接收方随之被告知。工单须由您办理。',
    caller: 'staff',
    roles: ['support', 'officer'],
    purpose: 'accountability',
    kinds: { in: ['age-band', 'ledger-entry'], out: ['ledger-entry'] },
    input: z.strictObject({
      subjectId: z.string().check(z.regex(/^[\w-]{22}$/)),
      ticket: ticketNumber,
      what: z.enum(correctable),
      /** Of an age mark, what is true. */
      band: z.optional(z.enum(ageBands)),
      /** Number of the paper, never its content. */
      document: z.string().check(z.regex(/^[\w.-]{1,64}$/)),
      idempotencyKey,
    }),
    output,
    decides: true,
    about: asTheyAsked,
    ledger: 'act',
    budget: { trips: 6, readUnits: 6, writeUnits: 40 },
    run: correctFor,
  }),
};
