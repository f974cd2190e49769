import * as z from 'zod/mini';
import { operation } from '../../../lib/gate/operation';
import { liftRestriction, restrict } from './restrict';

const common = {
  caller: 'subject',
  purpose: 'account',
  kinds: { in: ['account-state'], out: ['account-state'] },
  input: z.strictObject({}),
  ledger: 'act',
} as const;

/** Having one's data stored and nothing more (PIPL art. 44; promise R7). */
export const restrictOperations = {
  restrict: operation({
    ...common,
    summary:
      '限制处理我的个人信息：从此只保存，别人看不到，也不再使用；您仍可查看、删除、撤回、注销。随时可以解除。重复调用结果相同。',
    output: z.object({
      restricted: z.literal(true),
      since: z.string(),
    }),
    budget: { trips: 2, readUnits: 1, writeUnits: 14 },
    run: restrict,
  }),
  liftRestriction: operation({
    ...common,
    summary: '解除限制：一切恢复原样，同意不变。没有限制的，结果相同。',
    output: z.object({ restricted: z.literal(false) }),
    budget: { trips: 2, readUnits: 1, writeUnits: 14 },
    run: liftRestriction,
  }),
};
