import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { serve } from '../../lib/host/serve';
import { serviceChainNames } from '../../lib/table/service/chains';
import { chain, ENTRIES_PER_CALL } from './chain';
import { chains } from './chains';
import { everybody, PEOPLE_PER_CALL } from './everybody';
import { member } from './member';
import { PUT_BACK_PER_CALL, putBack } from './put-back';

const instant = z.iso.datetime({ offset: true });
const window = { from: z.optional(instant), to: z.optional(instant) };
const cursor = z.optional(z.string().check(z.maxLength(2048)));
const tally = z.record(z.string(), z.int());
const minorsOfBand = z.object({
  people: z.int(),
  guardianConsents: z.int(),
  guardianRefuses: z.int(),
  purposes: tally,
  sensitiveKinds: tally,
  acts: tally,
});

const common = {
  caller: 'staff',
  roles: ['auditor', 'officer'],
  purpose: 'accountability',
  reads: true,
  ledger: 'none',
} as const;

/** Whoever has to see that the promises are kept, and changes nothing: this function has no right to write (clause 7.2). */
export const audit = {
  chains: operation({
    ...common,
    summary: '工作人员：本服务自己的各条记录链（政策、保存期限、安全事件），供逐条核对。',
    kinds: { in: [], out: ['incident-state'] },
    input: z.strictObject({ cursor }),
    output: z.object({
      chains: z.array(z.object({ chain: z.enum(serviceChainNames), owner: z.string() })),
      cursor: z.optional(z.string()),
    }),
    budget: { trips: 1, readUnits: 1, writeUnits: 0 },
    run: chains,
  }),
  chain: operation({
    ...common,
    summary:
      '工作人员：核对一条记录链是否完整、未被改动，并统计其中各类行为、各位工作人员的次数。较长的分几次读完。',
    kinds: { in: [], out: ['incident-state', 'retention-record'] },
    input: z.strictObject({
      chain: z.enum(serviceChainNames),
      owner: z.string().check(z.regex(/^[\w-]{1,32}$/)),
      ...window,
      limit: z.optional(z.int().check(z.minimum(1), z.maximum(ENTRIES_PER_CALL))),
      cursor,
    }),
    output: z.object({
      /** Entries that this call has found whole. */
      entries: z.int(),
      acts: tally,
      staff: tally,
      /** Number of the first entry that is missing, moved or altered. */
      brokenAt: z.optional(z.int()),
      cursor: z.optional(z.string()),
    }),
    // A trip and up to 13 units for each 100 entries.
    budget: { trips: 2, readUnits: 3, writeUnits: 0 },
    run: chain,
  }),
  everybody: operation({
    ...common,
    summary:
      '工作人员：分批核对所有人的处理记录是否完整，并统计一段时间内各类行为、各位工作人员查看的次数，以及未成年人的有关情况。只有数字；记录有损的，给出账号编号。',
    kinds: { in: [], out: ['ledger-entry', 'account-number', 'age-band', 'guardian', 'consent-state'] },
    input: z.strictObject({
      ...window,
      limit: z.optional(z.int().check(z.minimum(1), z.maximum(PEOPLE_PER_CALL))),
      cursor,
    }),
    output: z.object({
      people: z.int(),
      entries: z.int(),
      broken: z.array(z.object({ subjectId: z.string(), brokenAt: z.int() })),
      acts: tally,
      /** By member: how often each operation has opened somebody's data. */
      staff: z.record(z.string(), tally),
      minors: z.object({ 'under-14': minorsOfBand, 'under-18': minorsOfBand }),
      cursor: z.optional(z.string()),
    }),
    // Of one person; each further one is a trip more, and what their ledger weighs. So is a part of the index where nobody is.
    budget: { trips: 3, readUnits: 5, writeUnits: 0 },
    run: everybody,
  }),
  putBack: operation({
    ...common,
    summary:
      '工作人员：数据库被绕过本服务改回从前状态的每一处：什么数据、怎样发现的、是谁的账号。先报告负责人，按安全事件处理。',
    kinds: { in: [], out: ['retention-record', 'account-number'] },
    input: z.strictObject({
      limit: z.optional(z.int().check(z.minimum(1), z.maximum(PUT_BACK_PER_CALL))),
      cursor,
    }),
    output: z.object({
      lines: z.array(
        z.object({
          at: z.string(),
          /** The entity, by its name. */
          kind: z.string(),
          /** `earlier`, `lower`, `rolled-back` or `lost`, as lib/process/watch/tell.ts says. */
          how: z.string(),
          subjectId: z.optional(z.string()),
          unaltered: z.boolean(),
        }),
      ),
      cursor: z.optional(z.string()),
    }),
    budget: { trips: 1, readUnits: 1, writeUnits: 0 },
    run: putBack,
  }),
  member: operation({
    ...common,
    summary:
      '工作人员：一位工作人员在一段时间内查看过什么：操作、身份、理由和工单，逐条核对未被改动。不列出是谁的信息。',
    kinds: { in: [], out: ['ledger-entry'] },
    input: z.strictObject({
      staffId: z.string().check(z.regex(/^[\w.-]{1,64}$/)),
      from: instant,
      to: instant,
      cursor,
    }),
    output: z.object({
      lines: z.array(
        z.object({
          at: z.string(),
          kinds: z.array(z.string()),
          operation: z.optional(z.string()),
          role: z.optional(z.string()),
          reason: z.optional(z.string()),
          ticket: z.optional(z.string()),
          unaltered: z.boolean(),
        }),
      ),
      cursor: z.optional(z.string()),
    }),
    budget: { trips: 2, readUnits: 2, writeUnits: 0 },
    run: member,
  }),
};

export const { handler } = serve('audit', audit);
