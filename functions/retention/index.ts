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
    budget: { trips: 6, readUnits: 8, writeUnits: 30 },
    run: eraseDuty,
  }),
  sweep: operation({
    summary: '每夜：完成队列漏掉的删除。',
    caller: 'scheduler',
    purpose: 'accountability',
    kinds: { in: [], out: [] },
    input: z.strictObject({}),
    output: z.object({ found: z.int(), done: z.int(), failed: z.int(), finished: z.boolean() }),
    ledger: 'act',
    // One trip per shard of the index; each duty found costs what eraseDuty costs.
    budget: { trips: 8, readUnits: 4, writeUnits: 0 },
    run: sweep,
  }),
};

export const { handler, main } = serve('retention', retention);
