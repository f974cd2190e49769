import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { serve } from '../../lib/host/serve';
import { kindIds } from '../../lib/policy/kinds';
import { dutyOperations } from './duty-operations';
import { forecastOperations } from './forecast-operations';
import { holdOperations } from './hold-operations';
import { recipientOperations } from './recipient-operations';
import { runProcess } from './run-process';
import { sweep } from './sweep';

export const retention = {
  ...dutyOperations,
  ...recipientOperations,
  runProcess: operation({
    summary:
      '队列：推进一项需要时间的处理任务（撤回后的删除、账号合并、找出一份告知关系到谁、密钥轮换、依法封存、从备份恢复后的重新清除、安全事件的时限、止损和影响范围）。',
    caller: 'queue',
    worksRestored: true,
    purpose: 'accountability',
    // A hold seals anew whatever it names, so the steps of processes may touch any kind.
    kinds: { in: [], uses: kindIds, out: [] },
    input: z.strictObject({
      kind: z.string().check(z.regex(/^[a-z-]{1,32}$/)),
      id: z.string().check(z.regex(/^[\w-]{1,64}$/)),
      subjectId: z.optional(z.string().check(z.regex(/^[\w-]{22}$/))),
    }),
    output: z.object({
      outcome: z.enum(['done', 'already-done', 'waits', 'failed', 'goes-on']),
      /** Records that are gone by it, people told, or people's keys wrapped anew. */
      count: z.int(),
    }),
    ledger: 'act',
    // An erasure: two reads and a write for each 97 writes that it takes, and as much again to record the end.
    budget: { trips: 8, readUnits: 8, writeUnits: 31 },
    run: runProcess,
  }),
  sweep: operation({
    summary: '定时：推进到期的处理任务，清除保存期限已到的记录。',
    caller: 'scheduler',
    worksRestored: true,
    purpose: 'accountability',
    // A hold seals anew whatever it names, so the steps of processes may touch any kind.
    kinds: { in: [], uses: kindIds, out: [] },
    input: z.strictObject({}),
    output: z.object({
      /** Processes that were due: the queue has been asked for them. */
      found: z.int(),
      /** Records that are gone because their period is over; more may follow from the queue. */
      swept: z.int(),
      /** What is left for a later run. */
      failed: z.int(),
      finished: z.boolean(),
    }),
    ledger: 'act',
    // The row of what is done once a day. The keys of hours and days that end: one trip to see them, two and eight units for each. Two trips per shard of the index, and one of that of places; each process found costs what runProcess costs, each record swept a write of its own.
    budget: { trips: 33, readUnits: 22, writeUnits: 24 },
    run: sweep,
  }),
  ...forecastOperations,
  ...holdOperations,
};

export const { handler } = serve('retention', retention);
