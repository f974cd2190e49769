import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { asTheyAsked, ticketNumber } from '../../lib/gate/ticket';
import { cancel, cancelFor, close, closeFor, closeNow, closing } from './close';

const nothing = z.strictObject({});
const stands = {
  since: z.string(),
  /** When the account is erased. */
  endsAt: z.string(),
  /** By which the certificate of the erasure is handed out, when nobody can sign in any more. Keep it. */
  receiptCode: z.string(),
};
const kinds = z.array(z.string());

/** What the staff does for somebody who has asked for it. */
const forSomebody = {
  caller: 'staff',
  roles: ['support', 'officer'],
  purpose: 'account',
  kinds: { in: ['account-state'], out: ['account-state'] },
  input: z.strictObject({
    subjectId: z.string().check(z.regex(/^[\w-]{22}$/)),
    ticket: ticketNumber,
  }),
  about: asTheyAsked,
  decides: true,
  ledger: 'act',
} as const;

/** The target that a proof of self names: there is one account. */
const account = () => 'account';

/** Closing the account, from inside the mini-program or through support (promises R4, R5). */
export const closingOperations = {
  close: operation({
    summary:
      '注销账号，须先验证是您本人（只凭微信登录凭证）。之后 7 天只保存、不使用，期间可以撤销，也可以提前结束；到期删除。重复调用结果相同。',
    caller: 'subject',
    purpose: 'account',
    kinds: { in: ['account-state'], out: ['account-state'] },
    input: nothing,
    output: z.object(stands),
    ledger: 'act',
    ends: true,
    proof: account,
    budget: { trips: 4, readUnits: 4, writeUnits: 20 },
    browser: 'never',
    run: close,
  }),
  cancelClosing: operation({
    summary: '撤销注销：账号恢复原样。没有在注销的，结果相同；已经开始删除的，不能撤销。',
    caller: 'subject',
    purpose: 'account',
    kinds: { in: ['account-state'], out: ['account-state'] },
    input: nothing,
    output: z.object({ closing: z.literal(false) }),
    ledger: 'act',
    budget: { trips: 3, readUnits: 3, writeUnits: 14 },
    run: cancel,
  }),
  closeNow: operation({
    summary: '不等 7 天，立即删除账号，须再次验证是您本人。不能撤销。重复调用结果相同。',
    caller: 'subject',
    purpose: 'account',
    kinds: { in: ['account-state'], out: ['account-state'] },
    input: nothing,
    output: z.object(stands),
    ledger: 'act',
    ends: true,
    proof: account,
    budget: { trips: 5, readUnits: 5, writeUnits: 18 },
    browser: 'never',
    run: closeNow,
  }),
  closing: operation({
    summary: '注销的情况：是否在注销、何时删除、能否撤销；会删除什么，依法留下什么、留多久、依据哪一条。',
    caller: 'subject',
    purpose: 'account',
    kinds: { in: [], out: ['account-state', 'consent-state'] },
    input: nothing,
    output: z.object({
      closing: z.boolean(),
      ...z.partial(z.object(stands)).shape,
      canCancel: z.optional(z.boolean()),
      /** By purpose. */
      goes: z.array(z.object({ name: z.string(), kinds })),
      stays: z.array(z.object({ kinds, period: z.string(), basis: z.string() })),
    }),
    reads: true,
    ledger: 'none',
    // A trip more while the account is being closed.
    budget: { trips: 2, readUnits: 3, writeUnits: 0 },
    run: closing,
  }),
  closeFor: operation({
    ...forSomebody,
    summary:
      '工作人员：应本人要求代为注销账号。工单须由您办理，且已验证是本人（本人验证或者书面材料）；7 天内本人登录即可看到，也可以撤销。',
    output: z.object({ since: z.string(), endsAt: z.string() }),
    budget: { trips: 5, readUnits: 4, writeUnits: 34 },
    run: closeFor,
  }),
  cancelClosingFor: operation({
    ...forSomebody,
    summary: '工作人员：应不能登录的本人要求撤销注销（例如微信账号已注销的）。工单须由您办理。',
    output: z.object({ closing: z.literal(false) }),
    budget: { trips: 5, readUnits: 4, writeUnits: 28 },
    run: cancelFor,
  }),
};
