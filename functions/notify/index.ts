import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { serve } from '../../lib/host/serve';
import { EVERYONE_SHARDS } from '../../lib/table/keys';
import { announce, PEOPLE_PER_MESSAGE } from './announce';

export const notify = {
  announce: operation({
    summary: '队列：把即将施行的政策变更告知相关的人，一次一页。',
    caller: 'queue',
    purpose: 'accountability',
    kinds: { in: ['policy-notice'], out: [] },
    input: z.strictObject({
      policyVersion: z.int().check(z.minimum(2)),
      shard: z.int().check(z.minimum(0), z.maximum(EVERYONE_SHARDS - 1)),
      after: z.optional(z.string().check(z.regex(/^[\w-]{22}$/))),
    }),
    output: z.object({ told: z.int(), more: z.boolean() }),
    ledger: 'none',
    // One page of people; each who is concerned costs a write besides, and a page that is not the last a message.
    budget: { trips: 2, readUnits: PEOPLE_PER_MESSAGE + 4, writeUnits: 0 },
    run: announce,
  }),
};

export const { handler } = serve('notify', notify);
