import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { holdStates } from '../../lib/table/hold/hold';
import { explainCursor, explained } from '../../lib/table/readers/explain';
import { explainOwn } from './explain';
import { held } from './held';

/** What is kept of people, and why: told to them (PIPL art. 48). */
export const lookOperations = {
  held: operation({
    summary: '依法封存了我的哪些信息：理由、文书、范围、开始和下次复核的时间。',
    caller: 'subject',
    purpose: 'accountability',
    kinds: { in: [], out: ['hold-record', 'hold-state'] },
    input: z.strictObject({}),
    output: z.object({
      /** The law by which anything is. */
      basis: z.string(),
      holds: z.array(
        z.object({
          holdId: z.string(),
          state: z.enum(holdStates),
          kinds: z.optional(z.array(z.string())),
          from: z.optional(z.string()),
          until: z.optional(z.string()),
          placedAt: z.string(),
          reviewAt: z.optional(z.string()),
          reason: z.string(),
          document: z.string(),
          records: z.int(),
        }),
      ),
    }),
    ledger: 'none',
    budget: { trips: 3, readUnits: 4, writeUnits: 0 },
    run: held,
  }),
  explain: operation({
    summary:
      '逐条说明我的信息为什么保存、按哪项规定、保存到什么时候。说明相同的合并为一条。还有下一页时带 cursor。',
    caller: 'subject',
    purpose: 'accountability',
    kinds: { in: [], out: ['hold-state'] },
    input: z.strictObject({ cursor: explainCursor }),
    output: explained,
    ledger: 'none',
    // Of a person with little; a page is a hundred records.
    budget: { trips: 2, readUnits: 6, writeUnits: 0 },
    run: explainOwn,
  }),
};
