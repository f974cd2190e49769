import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { purposeIds } from '../../lib/policy/purposes';
import { holdStates } from '../../lib/table/hold/hold';
import { locationKey } from '../../lib/table/location/location';
import { explainCursor, explained } from '../../lib/table/readers/explain';
import { explainOwn } from './explain';
import { held } from './held';
import { overview } from './overview';

const contactOf = { name: z.string(), why: z.string(), contact: z.string() };

/** What is kept of people, and why: told to them (PIPL art. 45, 48). */
export const lookOperations = {
  overview: operation({
    summary:
      '我的信息一览：按用途说明保存了哪些种类、多少条，为什么、依据什么、保存到什么时候，提供给过谁。complete 为 false 时请导出。',
    caller: 'subject',
    purpose: 'access',
    kinds: { in: [], out: ['ledger-entry', 'notice-record'] },
    input: z.strictObject({}),
    output: z.object({
      purposes: z.array(
        z.object({
          purpose: z.enum(purposeIds),
          name: z.string(),
          why: z.string(),
          /** The article behind it. */
          ground: z.string(),
          records: z.int(),
          /** How many of them a hold keeps (`rights/held`). */
          held: z.int(),
          /** Names of kinds; what says nothing about a person is left out. */
          kinds: z.array(z.string()),
          keeps: z.array(
            z.object({
              period: z.string(),
              basis: z.string(),
              records: z.int(),
              /** When the last of those ends that end by the clock. */
              latestEndsAt: z.optional(z.string()),
            }),
          ),
          given: z.array(
            z.object({
              recipient: z.string(),
              ...contactOf,
              kinds: z.array(z.string()),
              times: z.int(),
              lastAt: z.string(),
            }),
          ),
        }),
      ),
      /** Who stores everything for us, encrypted. */
      stores: z.array(z.object(contactOf)),
      complete: z.boolean(),
    }),
    reads: true,
    ledger: 'none',
    // Of an ordinary person; a trip more for each megabyte.
    budget: { trips: 2, readUnits: 8, writeUnits: 0 },
    alsoRead: (subjectId) => locationKey(subjectId),
    run: overview,
  }),
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
    reads: true,
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
    reads: true,
    ledger: 'none',
    // Of a person with little; a page is a hundred records.
    budget: { trips: 2, readUnits: 6, writeUnits: 0 },
    run: explainOwn,
  }),
};
