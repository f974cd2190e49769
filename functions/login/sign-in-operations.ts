import * as z from 'zod/mini';
import { HOUR_MS } from '../../lib/clock';
import { operation } from '../../lib/gate/operation';
import { provableActs } from '../../lib/gate/proof';
import { consentPurposeIds } from '../../lib/policy/purposes';
import { entryIds } from '../../lib/policy/sign-in-entries';
import { proveSelf } from './prove-self';
import { signIn } from './sign-in';
import { signInByEntry } from './sign-in-by-entry';
import { signInByPhone } from './sign-in-by-phone';

const phoneCode = z.string().check(z.minLength(1), z.maxLength(128));

const signedIn = z.object({
  /** Shown once; keep it on the device and send it as `Authorization: Bearer …`. */
  token: z.string(),
  sessionId: z.string(),
  expiresAt: z.string(),
  newAccount: z.boolean(),
  /** Purposes that the person has not decided on, or must be asked about again. */
  asks: z.array(z.enum(consentPurposeIds)),
  /** The account is being closed; `rights/closing` says until when that can be taken back. */
  closing: z.optional(z.literal(true)),
  /** The person has had processing restricted; `rights/liftRestriction` takes that back. */
  restricted: z.optional(z.literal(true)),
  /** The number that was bound has turned out to be somebody else's by now, and is bound no more (`login/ways`). */
  phoneGone: z.optional(z.literal(true)),
});

/** Showing who one is: to come in, and for one act (promises A1, A4, A6). */
export const signInOperations = {
  signIn: operation({
    summary: '微信登录：在小程序内用 wx.login 的一次性凭证，在云开发内由平台确认身份。首次登录即建立账号。',
    caller: 'wechat',
    purpose: 'account',
    kinds: {
      in: ['login-code', 'wechat-identity', 'wechat-openid', 'session-time'],
      out: ['session-time', 'consent-state'],
    },
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
    kinds: {
      in: ['login-code', 'wechat-identity', 'wechat-openid', 'session-time'],
      out: ['session-time', 'consent-state'],
      uses: ['phone-number', 'wechat-openid'],
    },
    input: z.strictObject({ code: phoneCode, phoneCode }),
    output: signedIn,
    ledger: 'act',
    budget: { trips: 10, readUnits: 8, writeUnits: 26 },
    browser: 'never',
    run: signInByPhone,
  }),
  signInByEntry: operation({
    summary: '从已关联的其他入口登录。没有关联的入口不会建立账号。',
    caller: 'anyone',
    purpose: 'account',
    kinds: { in: ['login-code', 'session-time', 'link-state'], out: ['session-time', 'consent-state'] },
    input: z.strictObject({ entry: z.enum(entryIds), code: phoneCode }),
    output: signedIn,
    ledger: 'none',
    browser: 'never',
    budget: { trips: 4, readUnits: 4, writeUnits: 10 },
    run: signInByEntry,
  }),
  proveSelf: operation({
    summary: '验证是您本人：凭新的微信登录凭证或手机号凭证，换取只用于一件事、一次有效的证明。',
    caller: 'subject',
    purpose: 'security',
    kinds: { in: ['login-code'], out: [], uses: ['wechat-openid', 'phone-number'] },
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
    budget: { trips: 5, readUnits: 1, writeUnits: 26 },
    browser: 'never',
    run: proveSelf,
  }),
};
