import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { serve } from '../../lib/host/serve';
import { consentPurposeIds } from '../../lib/policy/purposes';
import { endOthers, endOwn, endSession } from './end-session';
import { listSessions } from './list-sessions';
import { signIn } from './sign-in';
import { webOperations } from './web-operations';

const sessionId = z.string().check(z.regex(/^[\w-]{16}$/));
const ended = z.object({ ended: z.int() });

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
      /** Shown once; keep it on the device and send it as `Authorization: Bearer …`. */
      token: z.string(),
      sessionId: z.string(),
      expiresAt: z.string(),
      newAccount: z.boolean(),
      /** Purposes that the person has not decided on, or must be asked about again. */
      asks: z.array(z.enum(consentPurposeIds)),
    }),
    ledger: 'act',
    budget: { trips: 2, readUnits: 3, writeUnits: 12 },
    run: signIn,
  }),
  signOut: operation({
    summary: '退出当前设备。',
    caller: 'subject',
    purpose: 'account',
    input: z.strictObject({}),
    output: ended,
    ledger: 'none',
    budget: { trips: 2, readUnits: 1, writeUnits: 4 },
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
};

export const { handler, main } = serve('login', login);
