import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { wardKey } from '../../lib/table/real-name/minor';
import {
  askGuardian,
  askKeys,
  GUARDIAN_ASKS_PER_PERSON,
  GUARDIAN_CODES_PER_PERSON,
  guardianRespond,
} from './guardian';
import { showGuardianNotice } from './guardian-notice';
import { guardianWithdraw, listWards } from './guardian-withdraw';
import { nothing, randomId } from './shapes';

/** A guardian's consent for a child under 14 (promise N4). */
export const guardianOperations = {
  guardianNotice: operation({
    summary: '致监护人的告知全文和摘要值。',
    caller: 'anyone',
    purpose: null,
    ground: '公开文本，不处理个人信息',
    kinds: { in: [], out: [] },
    input: nothing,
    output: z.object({ text: z.string(), textHash: z.string(), language: z.string() }),
    reads: true,
    ledger: 'none',
    budget: { trips: 0, readUnits: 0, writeUnits: 0 },
    run: showGuardianNotice,
  }),
  askGuardian: operation({
    summary: '未满十四周岁：取得一个授权码，当面告诉监护人。重新取得后旧码作废。',
    caller: 'subject',
    purpose: 'minors',
    kinds: { in: ['guardian'], out: ['guardian'] },
    use: true,
    input: nothing,
    output: z.object({ code: z.string(), expiresAt: z.string() }),
    ledger: 'act',
    limits: [GUARDIAN_ASKS_PER_PERSON],
    budget: { trips: 3, readUnits: 5, writeUnits: 17 },
    alsoRead: askKeys,
    run: askGuardian,
  }),
  guardianRespond: operation({
    summary:
      '监护人（须以银行卡、人脸或者网号核验、并绑定手机号的成年人）凭授权码同意或者拒绝，与所展示的告知文本绑定。',
    caller: 'subject',
    purpose: 'minors',
    kinds: { in: ['guardian', 'consent-evidence'], out: ['guardian'] },
    use: true,
    input: z.strictObject({
      code: z.string().check(z.minLength(8), z.maxLength(32)),
      decision: z.enum(['consent', 'refuse']),
      textHash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
      evidence: z.strictObject({
        control: z.string().check(z.regex(/^[\w.:-]{1,64}$/)),
        defaultState: z.literal('unchecked'),
        dwellMs: z.int().check(z.minimum(0), z.maximum(86_400_000)),
      }),
    }),
    output: z.object({ state: z.enum(['consented', 'refused']), wardId: z.optional(z.string()) }),
    ledger: 'act',
    limits: [GUARDIAN_CODES_PER_PERSON],
    budget: { trips: 5, readUnits: 15, writeUnits: 31 },
    run: guardianRespond,
  }),
  wards: operation({
    summary: '我同意过的孩子（只有编号和时间）。',
    caller: 'subject',
    purpose: 'minors',
    kinds: { in: [], out: ['guardian'] },
    input: nothing,
    output: z.object({ wards: z.array(z.object({ wardId: z.string(), consentedAt: z.string() })) }),
    reads: true,
    ledger: 'none',
    budget: { trips: 2, readUnits: 2, writeUnits: 0 },
    run: listWards,
  }),
  guardianWithdraw: operation({
    summary: '监护人撤回同意：孩子的各项同意和实名状态立即结束，依此保存的信息随即删除。',
    caller: 'subject',
    purpose: 'minors',
    kinds: { in: ['guardian'], out: [], uses: ['consent-state'] },
    ends: true,
    input: z.strictObject({ wardId: randomId }),
    output: z.object({ withdrawn: z.literal(true) }),
    ledger: 'act',
    // Of a child with one consent; each more ends by an entry of its own and begins an erasure.
    budget: { trips: 3, readUnits: 7, writeUnits: 33 },
    alsoRead: (subjectId, input) => wardKey(subjectId, input.wardId),
    run: guardianWithdraw,
  }),
};
