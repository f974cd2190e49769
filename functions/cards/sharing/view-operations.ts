import * as z from 'zod/mini';
import type { Checked, Shown } from '../../../lib/card/shown';
import { operation } from '../../../lib/gate/operation';
import { cursor } from '../shapes';
import { listViewers, listViews } from './views';

const shownName = z.string() as unknown as z.ZodMiniType<Shown<Checked<string>>, Shown<Checked<string>>>;
const cells = z.array(z.object({ day: z.string(), views: z.int() }));

/** Who looked (promise C6). */
export const viewOperations = {
  views: operation({
    summary: '我的链接每天大约被打开多少次。只有已经过去的日子；次数很少时不显示。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: [] },
    input: z.strictObject({ cursor }),
    output: z.object({
      links: z.array(z.object({ shareId: z.string(), cardId: z.string(), days: cells, total: z.int() })),
      days: cells,
      cursor: z.optional(z.string()),
    }),
    reads: true,
    ledger: 'none',
    budget: { trips: 2, readUnits: 8, writeUnits: 0 },
    run: listViews,
  }),
  viewers: operation({
    summary: '看过我的名片并同意留名的人。',
    caller: 'subject',
    purpose: 'cards',
    kinds: { in: [], out: ['nickname', 'viewer-record'] },
    input: z.strictObject({ cursor }),
    output: z.object({
      viewers: z.array(z.object({ shareId: z.string(), day: z.string(), nickname: shownName })),
      cursor: z.optional(z.string()),
    }),
    reads: true,
    ledger: 'none',
    budget: { trips: 3, readUnits: 8, writeUnits: 0 },
    run: listViewers,
  }),
};
