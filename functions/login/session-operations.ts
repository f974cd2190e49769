import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { entryIds } from '../../lib/policy/sign-in-entries';
import { sessionKinds } from '../../lib/table/person/person';
import { endOthers, endOwn, endSession } from './end-session';
import { listSessions } from './list-sessions';

const sessionId = z.string().check(z.regex(/^[\w-]{16}$/));
const ended = z.object({ ended: z.int() });

/** Where a person is signed in, and ending it (promise A5). */
export const sessionOperations = {
  signOut: operation({
    summary: '退出当前设备。',
    caller: 'subject',
    purpose: 'account',
    kinds: { in: [], out: [] },
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
    kinds: { in: [], out: ['session-time', 'device', 'network-place'] },
    input: z.strictObject({}),
    output: z.object({
      sessions: z.array(
        z.object({
          sessionId: z.string(),
          current: z.boolean(),
          /** What it is: of the mini-program, come by a phone number, come by a linked entry, or of a browser. */
          kind: z.enum(sessionKinds),
          /** What it rests on: the WeChat (`login/ways`) or the linked entry, and of a browser the session that approved it. */
          wayId: z.optional(z.string()),
          entry: z.optional(z.enum(entryIds)),
          approvedBy: z.optional(z.string()),
          /** An approval that its browser has not picked up yet. */
          waiting: z.optional(z.literal(true)),
          startedAt: z.string(),
          expiresAt: z.string(),
          usedAt: z.optional(z.string()),
          device: z.optional(z.string()),
          clientVersion: z.optional(z.string()),
          place: z.optional(z.string()),
        }),
      ),
    }),
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 1, writeUnits: 0 },
    run: listSessions,
  }),
  revokeSession: operation({
    summary: '结束某一台设备的登录，下一次调用即失效。',
    caller: 'subject',
    purpose: 'account',
    kinds: { in: [], out: [] },
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
    kinds: { in: [], out: [] },
    input: z.strictObject({}),
    output: ended,
    ledger: 'none',
    budget: { trips: 2, readUnits: 1, writeUnits: 4 },
    run: endOthers,
  }),
};
