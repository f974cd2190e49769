import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { serve } from '../../lib/host/serve';
import { withLiveWays } from './live';
import { runProcess } from './run-process';
import { wake } from './wake';

export const notify = {
  runProcess: operation({
    summary: '队列：推进一份通知：按渠道逐人告知一批人，或者开始、结束整份通知；或者领取短信回执。',
    caller: 'queue',
    purpose: 'incident',
    kinds: { in: ['notice-record'], out: [] },
    input: z.strictObject({
      kind: z.string().check(z.regex(/^notice(-part|-receipts)?$/)),
      id: z.string().check(z.regex(/^[\w-]{1,64}$/)),
    }),
    output: z.object({
      outcome: z.enum(['done', 'already-done', 'waits', 'failed', 'goes-on']),
      /** Parts of a notice that is done, or receipts that said something new. */
      count: z.int(),
    }),
    ledger: 'act',
    // A part with one person, by the inbox alone. By a partner: two write units for each person, and one for each block.
    budget: { trips: 8, readUnits: 6, writeUnits: 7 },
    run: runProcess,
  }),
  wake: operation({
    summary: '定时：唤起到时的通知批次，领取短信回执。',
    caller: 'scheduler',
    purpose: 'incident',
    kinds: { in: [], out: [] },
    input: z.strictObject({}),
    output: z.object({
      /** Parts and notices that are due within the minute. */
      found: z.int(),
      /** Receipts that were fetched, and those among them that said something new. */
      receipts: z.int(),
      noted: z.int(),
      finished: z.boolean(),
    }),
    ledger: 'act',
    // A trip for each shard of the index.
    budget: { trips: 8, readUnits: 4, writeUnits: 0 },
    run: wake,
  }),
};

export const { handler } = serve('notify', notify, withLiveWays);
