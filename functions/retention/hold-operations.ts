import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { ticketNumber, ticketReasons } from '../../lib/gate/ticket';
import { kindIds } from '../../lib/policy/kinds';
import { holdStates } from '../../lib/table/hold/hold';
import { explainCursor, explained } from '../../lib/table/readers/explain';
import { releaseHold, reviewHold } from './end-hold';
import { explainAbout } from './explain';
import { openHoldWords } from './open-words';
import { holdIncident, holdPerson } from './place-hold';
import { holds } from './show-holds';

const instant = z.iso.datetime({ offset: true });
const words = z.string().check(z.trim(), z.minLength(1), z.maxLength(500));
const holdId = z.string().check(z.regex(/^H-[0-9A-F]{12}$/));
const staffId = z.string().check(z.regex(/^[\w.@-]{1,64}$/));
const subjectId = z.string().check(z.regex(/^[\w-]{22}$/));
const incidentId = z.string().check(z.regex(/^[A-Z0-9]{4,16}(-[A-Z0-9]{1,8})?$/));
const kind = z.enum(kindIds);

/** Why, by which document, who answers for it, and when it is looked at again. */
const placed = {
  /** The person reads it too. */
  reason: words,
  document: z.string().check(z.trim(), z.minLength(1), z.maxLength(100)),
  documentHash: z.string().check(z.regex(/^[0-9a-f]{64}$/)),
  owner: z.optional(staffId),
  reviewAt: instant,
  idempotencyKey: z.string().check(z.regex(/^[\w-]{16,64}$/)),
};

const inTheClear = {
  holdId: z.string(),
  state: z.enum(holdStates),
  subjectId: z.optional(z.string()),
  incidentId: z.optional(z.string()),
  kinds: z.optional(z.array(z.string())),
  from: z.optional(z.string()),
  until: z.optional(z.string()),
  documentHash: z.string(),
  placedBy: z.string(),
  owner: z.string(),
  placedAt: z.string(),
  /** Absent once it is released. */
  reviewAt: z.optional(z.string()),
  isOverdue: z.boolean(),
  reviewedAt: z.optional(z.string()),
  releasedBy: z.optional(z.string()),
  releasedAt: z.optional(z.string()),
  /** Records that are kept, once all of them are. */
  count: z.int(),
};
const shown = z.object({ ...inTheClear, reason: z.string(), document: z.string() });

const common = { caller: 'staff', purpose: 'accountability', output: shown } as const;
const kept = { in: ['hold-record', 'hold-state'], out: ['hold-record', 'hold-state'] } as const;

/** What a law or a dispute needs kept (promise S3; PIPL art. 47 para 2). */
export const holdOperations = {
  hold: operation({
    ...common,
    summary:
      '工作人员：依法封存一个人的信息：限定种类和时间，写明理由、文书、负责人和复核日期。封存的信息只存储，不作其他处理。',
    roles: ['officer'],
    kinds: kept,
    input: z.strictObject({
      ...placed,
      subjectId,
      ticket: ticketNumber,
      /** Only records with one of these kinds; all of them, unless said. */
      kinds: z.optional(z.array(kind).check(z.minLength(1), z.maxLength(50))),
      /** Only records that came from this instant on, and before that one. */
      from: z.optional(instant),
      until: z.optional(instant),
    }),
    decides: true,
    about: (input) => ({ subjectId: input.subjectId, reason: 'legal-hold', ticket: input.ticket }),
    ledger: 'act',
    budget: { trips: 5, readUnits: 3, writeUnits: 40 },
    run: holdPerson,
  }),
  holdIncident: operation({
    ...common,
    summary: '工作人员：依法封存一起安全事件的卷宗，保存期限届满后继续保存，直到解除。',
    roles: ['officer'],
    kinds: kept,
    input: z.strictObject({ ...placed, incidentId }),
    ledger: 'none',
    budget: { trips: 3, readUnits: 3, writeUnits: 20 },
    run: holdIncident,
  }),
  holds: operation({
    ...common,
    summary: '工作人员：尚未解除的封存，复核日期最近的在前。没有理由和文书的内容。',
    roles: ['officer', 'auditor'],
    kinds: { in: [], out: ['hold-state'] },
    input: z.strictObject({}),
    output: z.object({ holds: z.array(z.object(inTheClear)) }),
    reads: true,
    ledger: 'none',
    // Two trips for every hundred.
    budget: { trips: 2, readUnits: 4, writeUnits: 0 },
    run: holds,
  }),
  openHold: operation({
    ...common,
    summary: '工作人员：查看一项封存的理由和文书。查看之前已写入本人的处理记录。',
    roles: ['officer', 'auditor'],
    kinds: { in: [], out: ['hold-record', 'hold-state'] },
    input: z.strictObject({ holdId }),
    ledger: 'act',
    budget: { trips: 4, readUnits: 3, writeUnits: 12 },
    run: openHoldWords,
  }),
  reviewHold: operation({
    ...common,
    summary: '工作人员：复核一项封存，写明下次复核的日期；可以更换负责人。',
    roles: ['officer'],
    kinds: kept,
    input: z.strictObject({ holdId, reviewAt: instant, owner: z.optional(staffId) }),
    ledger: 'act',
    budget: { trips: 6, readUnits: 4, writeUnits: 26 },
    run: reviewHold,
  }),
  releaseHold: operation({
    ...common,
    summary:
      '工作人员：解除一项封存，须由决定封存者以外的人办理。封存期间应当删除的信息随即删除，其余恢复原状。',
    roles: ['officer'],
    kinds: kept,
    input: z.strictObject({ holdId }),
    ledger: 'act',
    budget: { trips: 7, readUnits: 5, writeUnits: 30 },
    run: releaseHold,
  }),
  explain: operation({
    summary:
      '工作人员：逐条说明一个人的信息为什么保存、按哪项规定、保存到什么时候，不打开内容。查看先写入本人的处理记录。',
    caller: 'staff',
    roles: ['officer', 'support'],
    purpose: 'accountability',
    kinds: { in: [], out: ['hold-state'] },
    input: z.strictObject({
      subjectId,
      reason: z.enum(ticketReasons),
      ticket: ticketNumber,
      cursor: explainCursor,
    }),
    output: explained,
    about: (input) => ({ subjectId: input.subjectId, reason: input.reason, ticket: input.ticket }),
    ledger: 'act',
    budget: { trips: 4, readUnits: 6, writeUnits: 12 },
    run: explainAbout,
  }),
};
