import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { entryIds } from '../../lib/policy/sign-in-entries';
import { linkedEntryKey } from '../../lib/table/person/linked-entry';
import { waysCome } from '../../lib/table/person/person';
import { phoneKey } from '../../lib/table/person/phone';
import { endWay, keepWay, listWays } from './ways';

const way = z.strictObject({ wayId: z.string().check(z.regex(/^[\w-]{10}$/)) });

/** What leads into an account: each way is listed, says what it rests on, and can be ended (promise A5). */
export const wayOperations = {
  ways: operation({
    summary: '列出能登录这个账号的所有方式：每个微信、绑定的手机号、关联的其他入口，各自从何时起、凭什么。',
    caller: 'subject',
    purpose: 'account',
    kinds: { in: [], out: ['account-state', 'phone-number', 'phone-state', 'link-state'] },
    input: z.strictObject({}),
    output: z.object({
      wechats: z.array(
        z.object({
          wayId: z.string(),
          /** first: opened the account; openid, unionid: shown by WeChat; phone: came by the bound number; joined: of an account given up. */
          came: z.enum(waysCome),
          since: z.string(),
          /** It ends with the binding of the phone, unless `login/keepWay` lets it stand by itself. */
          restsOnPhone: z.boolean(),
          current: z.boolean(),
          /** Sessions that rest on it. */
          sessions: z.int(),
        }),
      ),
      /** Ended by `login/unbindPhone`. */
      phone: z.optional(z.object({ number: z.string(), since: z.string(), provedAt: z.string() })),
      /** Ended by `login/unlinkAccount`. */
      entries: z.array(z.object({ entry: z.enum(entryIds), since: z.string() })),
      /** When the number that was bound turned out to be somebody else's by now. */
      phoneGoneAt: z.optional(z.string()),
    }),
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 3, writeUnits: 0 },
    alsoRead: (subjectId) => [
      phoneKey(subjectId),
      ...entryIds.map((entry) => linkedEntryKey(subjectId, entry)),
    ],
    run: listWays,
  }),
  endWay: operation({
    summary: '结束一个微信的登录：它不能再登录这个账号，由它登录的设备和网页随即退出。须先验证是您本人。',
    caller: 'subject',
    browser: 'never',
    purpose: 'account',
    kinds: { in: [], out: [], uses: ['wechat-identity', 'wechat-openid'] },
    ends: true,
    input: way,
    output: z.object({ ended: z.literal(true) }),
    ledger: 'act',
    proof: ({ wayId }) => wayId,
    budget: { trips: 4, readUnits: 3, writeUnits: 30 },
    run: endWay,
  }),
  keepWay: operation({
    summary: '保留一个凭手机号进来的微信：手机号解除绑定或者更换以后，它仍能登录。须先验证是您本人。',
    caller: 'subject',
    browser: 'never',
    purpose: 'account',
    kinds: { in: [], out: [], uses: ['wechat-identity'] },
    input: way,
    output: z.object({ kept: z.literal(true) }),
    ledger: 'act',
    proof: ({ wayId }) => wayId,
    budget: { trips: 3, readUnits: 2, writeUnits: 20 },
    run: keepWay,
  }),
};
