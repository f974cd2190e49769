import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { contactMailKey, mailCodeKey } from '../../lib/table/profile/contact-mail';
import { confirmMail, getMail, removeMail, requestMailCode } from './mail';
import { CODE_DIGITS, MAX_ADDRESS_CHARS } from './mail-address';

const address = z.string().check(z.minLength(3), z.maxLength(MAX_ADDRESS_CHARS));
const code = z.string().check(z.regex(new RegExp(`^\\d{${CODE_DIGITS}}$`)));
const confirmed = z.object({ /** l***@example.cn */ mail: z.string(), confirmedAt: z.string() });

/** The mailbox in which a person wants to be told what they must be told (policy 7.2; promise B6). */
export const mailOperations = {
  requestMailCode: operation({
    summary: '填写接收告知的邮箱：向它寄一个验证码，10 分钟内有效；新的验证码使以前的作废。',
    caller: 'subject',
    purpose: 'email',
    // Neither is stored: only a digest of both.
    kinds: { in: ['contact-mail', 'confirmation-code'], out: [], uses: ['contact-mail-digest'] },
    input: z.strictObject({ address }),
    output: z.object({ sent: z.literal(true), expiresAt: z.string() }),
    ledger: 'act',
    budget: { trips: 3, readUnits: 1, writeUnits: 28 },
    run: requestMailCode,
  }),
  confirmMail: operation({
    summary: '凭验证码确认邮箱。地址须与索取验证码时相同；每个验证码最多试 5 次。',
    caller: 'subject',
    purpose: 'email',
    kinds: { in: ['contact-mail', 'confirmation-code'], out: ['contact-mail'] },
    input: z.strictObject({ address, code }),
    output: confirmed,
    ledger: 'act',
    budget: { trips: 3, readUnits: 3, writeUnits: 25 },
    alsoRead: (subjectId) => [contactMailKey(subjectId), mailCodeKey(subjectId)],
    run: confirmMail,
  }),
  mail: operation({
    summary: '查看接收告知的邮箱（部分遮挡）。',
    caller: 'subject',
    purpose: 'email',
    kinds: { in: [], out: ['contact-mail'] },
    input: z.strictObject({}),
    output: confirmed,
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    alsoRead: (subjectId) => contactMailKey(subjectId),
    run: getMail,
  }),
  removeMail: operation({
    summary: '删除接收告知的邮箱，尚未使用的验证码一并作废。',
    caller: 'subject',
    purpose: 'email',
    kinds: { in: [], out: [] },
    ends: true,
    input: z.strictObject({}),
    output: z.object({ removed: z.literal(true) }),
    ledger: 'act',
    budget: { trips: 2, readUnits: 3, writeUnits: 17 },
    alsoRead: (subjectId) => [contactMailKey(subjectId), mailCodeKey(subjectId)],
    run: removeMail,
  }),
};
