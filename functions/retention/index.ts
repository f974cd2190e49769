import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { serve } from '../../lib/host/serve';
import { eraseDuty } from './erase-duty';
import { sweep } from './sweep';

export const retention = {
  eraseDuty: operation({
    summary: '队列：完成一次撤回同意引起的删除。',
    caller: 'queue',
    purpose: 'accountability',
    kinds: { in: [], out: [] },
    input: z.strictObject({
      subjectId: z.string().check(z.regex(/^[\w-]{22}$/)),
      seq: z.int().check(z.minimum(1)),
    }),
    output: z.object({ outcome: z.enum(['erased', 'already-done']), count: z.int() }),
    ledger: 'act',
    // Two reads and a write for each 25 items that are there, and as much again to record the end.
    budget: { trips: 6, readUnits: 8, writeUnits: 31 },
    run: eraseDuty,
  }),
  sweep: operation({
    summary: '每夜：完成队列漏掉的删除，清除保存期限已到的记录。',
    caller: 'scheduler',
    purpose: 'accountability',
    kinds: { in: [], out: [] },
    input: z.strictObject({}),
    output: z.object({
      /** Promised erasures that were due, and how many of them are done. */
      found: z.int(),
      done: z.int(),
      /** Erasures and records that are left for the next run. */
      failed: z.int(),
      /** Records that are gone because their period is over. */
      swept: z.int(),
      finished: z.boolean(),
    }),
    ledger: 'act',
    // Two trips per shard of the index; each duty found costs what eraseDuty costs, each record swept a write of its own.
    budget: { trips: 16, readUnits: 8, writeUnits: 0 },
    run: sweep,
  }),
};

export const { handler } = serve('retention', retention);
