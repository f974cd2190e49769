import * as z from 'zod/mini';
import { HOUR_MS } from '../../lib/clock';
import { operation } from '../../lib/gate/operation';
import { provableActs } from '../../lib/gate/proof';
import { serve } from '../../lib/host/serve';
import { consentPurposeIds } from '../../lib/policy/purposes';
import { entryIds } from '../../lib/policy/sign-in-entries';
import { phoneKey } from '../../lib/table/person/phone';
import { accountOperations } from './account-operations';
import { endOthers, endOwn, endSession } from './end-session';
import { listSessions } from './list-sessions';
import { bindPhone, changePhone, getPhone, unbindPhone } from './phone';
import { proveSelf } from './prove-self';
import { signIn } from './sign-in';
import { signInByEntry } from './sign-in-by-entry';
import { signInByPhone } from './sign-in-by-phone';
import { webOperations } from './web-operations';

const sessionId = z.string().check(z.regex(/^[\w-]{16}$/));
const ended = z.object({ ended: z.int() });

const phoneCode = z.string().check(z.minLength(1), z.maxLength(128));
const boundPhone = z.object({ /** 138****1234 */ phone: z.string(), boundAt: z.string() });

const signedIn = z.object({
  /** Shown once; keep it on the device and send it as `Authorization: Bearer …`. */
  token: z.string(),
  sessionId: z.string(),
  expiresAt: z.string(),
  newAccount: z.boolean(),
  /** Purposes that the person has not decided on, or must be asked about again. */
  asks: z.array(z.enum(consentPurposeIds)),
});

export const login = {
  signIn: operation({
    summary: '微信登录：在小程序内用 wx.login 的一次性凭证，在云开发内由平台确认身份。首次登录即建立账号。',
    caller: 'wechat',
    purpose: 'account',
    input: z.strictObject({
      /** From wx.login. Not needed inside CloudBase, where the platform attests who is calling. */
      code: z.optional(z.string().check(z.minLength(1), z.maxLength(128))),
    }),
    output: z.object({
      ...signedIn.shape,
      /** WeChat says that another account belongs to the same person; `login/joinAccounts` settles which one stays. */
      otherAccount: z.optional(z.boolean()),
    }),
    ledger: 'act',
    budget: { trips: 3, readUnits: 3, writeUnits: 14 },
    run: signIn,
  }),
  signInByPhone: operation({
    summary: '换了微信之后，凭绑定过的手机号回到原来的账号。没有账号的微信不会因此建立账号。',
    caller: 'anyone',
    purpose: 'account',
    input: z.strictObject({ code: phoneCode, phoneCode }),
    output: signedIn,
    ledger: 'act',
    budget: { trips: 9, readUnits: 8, writeUnits: 24 },
    browser: 'never',
    run: signInByPhone,
  }),
  signInByEntry: operation({
    summary: '从已关联的其他入口登录。没有关联的入口不会建立账号。',
    caller: 'anyone',
    purpose: 'account',
    input: z.strictObject({ entry: z.enum(entryIds), code: phoneCode }),
    output: signedIn,
    ledger: 'none',
    browser: 'never',
    budget: { trips: 4, readUnits: 4, writeUnits: 10 },
    run: signInByEntry,
  }),
  signOut: operation({
    summary: '退出当前设备。',
    caller: 'subject',
    purpose: 'account',
    input: z.strictObject({}),
    output: ended,
    ledger: 'none',
    budget: { trips: 2, readUnits: 1, writeUnits: 5 },
    run: endOwn,
  }),
  listSessions: operation({
    summary: '列出账号当前登录的所有设备：设备、大致网络位置、最近使用时间。',
    caller: 'subject',
    purpose: 'account',
    input: z.strictObject({}),
    output: z.object({
      sessions: z.array(
        z.object({
          sessionId: z.string(),
          current: z.boolean(),
          startedAt: z.string(),
          expiresAt: z.string(),
          usedAt: z.optional(z.string()),
          device: z.optional(z.string()),
          clientVersion: z.optional(z.string()),
          place: z.optional(z.string()),
        }),
      ),
    }),
    ledger: 'none',
    budget: { trips: 1, readUnits: 1, writeUnits: 0 },
    run: listSessions,
  }),
  revokeSession: operation({
    summary: '结束某一台设备的登录，下一次调用即失效。',
    caller: 'subject',
    purpose: 'account',
    input: z.strictObject({ sessionId }),
    output: ended,
    ledger: 'none',
    budget: { trips: 2, readUnits: 1, writeUnits: 4 },
    run: endSession,
  }),
  revokeOthers: operation({
    summary: '结束除当前设备以外的所有登录，下一次调用即失效。',
    caller: 'subject',
    purpose: 'account',
    input: z.strictObject({}),
    output: ended,
    ledger: 'none',
    budget: { trips: 2, readUnits: 1, writeUnits: 4 },
    run: endOthers,
  }),
  ...webOperations,
  ...accountOperations,
  proveSelf: operation({
    summary: '验证是您本人：凭新的微信登录凭证或手机号凭证，换取只用于一件事、一次有效的证明。',
    caller: 'subject',
    purpose: 'security',
    input: z.strictObject({
      /** The one operation that the proof will be good for, and its target as that operation names it. */
      operation: z.enum(provableActs),
      target: z.string().check(z.minLength(1), z.maxLength(64)),
      by: z.enum(['wechat', 'phone']),
      code: z.string().check(z.minLength(1), z.maxLength(128)),
    }),
    output: z.object({ proof: z.string(), expiresInSeconds: z.int() }),
    ledger: 'act',
    limits: [{ name: 'PROOFS_PER_PERSON', per: 'person', max: 10, windowMs: HOUR_MS }],
    budget: { trips: 5, readUnits: 1, writeUnits: 25 },
    browser: 'never',
    run: proveSelf,
  }),
  bindPhone: operation({
    summary: '绑定手机号：凭手机号按钮给出的一次性凭证，由微信提供号码。',
    caller: 'subject',
    purpose: 'phone',
    input: z.strictObject({ code: phoneCode }),
    output: boundPhone,
    ledger: 'act',
    risk: 'fraud',
    budget: { trips: 8, readUnits: 5, writeUnits: 60 },
    run: bindPhone,
  }),
  changePhone: operation({
    summary: '更换绑定的手机号，须先验证是您本人。',
    caller: 'subject',
    purpose: 'phone',
    input: z.strictObject({ code: phoneCode }),
    output: boundPhone,
    ledger: 'act',
    proof: () => 'phone',
    risk: 'fraud',
    budget: { trips: 9, readUnits: 5, writeUnits: 64 },
    run: changePhone,
  }),
  getPhone: operation({
    summary: '查看绑定的手机号（部分遮挡）。',
    caller: 'subject',
    purpose: 'phone',
    input: z.strictObject({}),
    output: boundPhone,
    ledger: 'none',
    budget: { trips: 1, readUnits: 2, writeUnits: 0 },
    alsoRead: (subjectId) => phoneKey(subjectId),
    run: getPhone,
  }),
  unbindPhone: operation({
    summary: '解除绑定手机号，号码随即删除。',
    caller: 'subject',
    purpose: 'phone',
    ends: true,
    input: z.strictObject({}),
    output: z.object({ unbound: z.literal(true) }),
    ledger: 'act',
    budget: { trips: 2, readUnits: 2, writeUnits: 16 },
    alsoRead: (subjectId) => phoneKey(subjectId),
    run: unbindPhone,
  }),
};

export const { handler, main } = serve('login', login);
