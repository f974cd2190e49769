import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { serve } from '../../lib/host/serve';
import { dutyOperations } from './duty-operations';
import { recipientOperations } from './recipient-operations';
import { runProcess } from './run-process';
import { sweep } from './sweep';

/** What steps of processes read and write beside what they tell people: joins, rotations, incidents and who they concern. */
const usedByProcesses = ['wechat-openid', 'key-material', 'incident-record', 'notice-record'] as const;

export const retention = {
  ...dutyOperations,
  ...recipientOperations,
  runProcess: operation({
    summary:
      '队列：推进一项需要时间的处理任务（撤回后的删除、账号合并、政策变更的告知、密钥轮换、从备份恢复后的重新清除、安全事件的时限、止损和影响范围）。',
    caller: 'queue',
    worksRestored: true,
    purpose: 'accountability',
    kinds: { in: ['policy-notice'], uses: [...usedByProcesses], out: [] },
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
    budget: { trips: 6, readUnits: 8, writeUnits: 31 },
    run: runProcess,
  }),
  sweep: operation({
    summary: '定时：推进到期的处理任务，清除保存期限已到的记录。',
    caller: 'scheduler',
    worksRestored: true,
    purpose: 'accountability',
    kinds: { in: ['policy-notice'], uses: [...usedByProcesses], out: [] },
    input: z.strictObject({}),
    output: z.object({
      /** Processes that were due, and how many of them are over. */
      found: z.int(),
      done: z.int(),
      /** Processes and records that are left for a later run. */
      failed: z.int(),
      /** Records that are gone because their period is over. */
      swept: z.int(),
      finished: z.boolean(),
    }),
    ledger: 'act',
    // The first run of a day destroys a day's key. Two trips per shard of the index; each process found costs what runProcess costs, each record swept a write of its own.
    budget: { trips: 18, readUnits: 10, writeUnits: 4 },
    run: sweep,
  }),
};

export const { handler } = serve('retention', retention);
