import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { consentPurposeIds } from '../../lib/policy/purposes';
import { erasePart } from './erase-part';
import { keep } from './keep';

/** What people have erased of their own (PIPL art. 47; promise R3). */
export const ownOperations = {
  erasePart: operation({
    summary:
      '删除某一处理目的下的全部信息，同意保持不变：立即不可见，随后连同别人持有的一并删除。须带上所见的状态编号。',
    caller: 'subject',
    purpose: 'accountability',
    kinds: { in: ['consent-state'], out: ['consent-state'] },
    ends: true,
    input: z.strictObject({
      purpose: z.enum(consentPurposeIds),
      /** Number of the act that brought the state the person saw (`consent/status`). */
      seenEntry: z.int().check(z.minimum(0)),
      idempotencyKey: z.string().check(z.regex(/^[\w-]{16,64}$/)),
    }),
    output: z.object({
      purpose: z.enum(consentPurposeIds),
      granted: z.boolean(),
      /** Number of this act; send it back with the next one. */
      seenEntry: z.int(),
    }),
    ledger: 'act',
    budget: { trips: 2, readUnits: 1, writeUnits: 19 },
    run: erasePart,
  }),
  keep: operation({
    summary:
      '保留账号：很久没有使用而收到提醒的，调用一次即可保留。登录一次的效果相同；正在注销的，须撤销注销。',
    caller: 'subject',
    purpose: 'account',
    kinds: { in: ['account-state'], out: ['account-state'] },
    input: z.strictObject({}),
    output: z.object({
      /** Nobody asks again before. */
      askedNotBefore: z.string(),
    }),
    ledger: 'none',
    use: true,
    budget: { trips: 2, readUnits: 1, writeUnits: 4 },
    run: keep,
  }),
};
