import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { type RetentionId, retention } from '../../lib/policy/retention';
import { preview } from './preview';
import { showForecast } from './show-forecast';

const ids = Object.keys(retention) as [RetentionId, ...RetentionId[]];
const length = z.int().check(z.positive(), z.lte(10_000));

const common = {
  caller: 'staff',
  roles: ['officer', 'auditor'],
  purpose: 'accountability',
  kinds: { in: [], out: ['retention-record'] },
  reads: true,
  ledger: 'none',
} as const;

/** What will end, and what would if a rule were another (promise S4). */
export const forecastOperations = {
  forecast: operation({
    ...common,
    summary:
      '工作人员：今后 180 天按期限清除的记录预计有多少，按规定和种类逐周列出。每天统计一次，只有数量。',
    input: z.strictObject({}),
    output: z.object({
      /** Absent before the first count of a new service. */
      countedAt: z.optional(z.string()),
      lines: z.array(
        z.object({
          rule: z.string(),
          /** The entity, by its name in lib/table/README.md. */
          kind: z.string(),
          sum: z.int(),
          weeks: z.array(z.int()),
        }),
      ),
    }),
    reads: true,
    budget: { trips: 1, readUnits: 1, writeUnits: 0 },
    run: showForecast,
  }),
  preview: operation({
    ...common,
    summary:
      '工作人员：把一项保存期限改成另一个长度会影响什么：多少条、哪些种类、到期日由哪天变为哪天。只看不改。',
    input: z.strictObject({
      rule: z.enum(ids),
      period: z.union([
        z.strictObject({ months: length }),
        z.strictObject({ days: length }),
        z.strictObject({ hours: length }),
        z.strictObject({ minutes: length }),
      ]),
      cursor: z.optional(z.string().check(z.maxLength(2048))),
    }),
    output: z.object({
      /** Days in Beijing: records that end on `from`, and would end on `until`. */
      changes: z.array(z.object({ kind: z.string(), from: z.string(), until: z.string(), count: z.int() })),
      /** Kinds under the rule whose records keep their end; only new ones would follow. */
      unmoved: z.array(z.string()),
      cursor: z.optional(z.string()),
    }),
    reads: true,
    // A query for each part of the index of either table, and the items of the rule where there are any.
    budget: { trips: 24, readUnits: 36, writeUnits: 0 },
    run: preview,
  }),
};
