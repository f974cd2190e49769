import * as z from 'zod/mini';
import { HOUR_MS } from '../../lib/clock';
import { operation } from '../../lib/gate/operation';
import { ticketNumber, ticketReasons } from '../../lib/gate/ticket';
import { purposeIds } from '../../lib/policy/purposes';
import { decisions } from '../../lib/table/ledger/ledger';
import { correct } from './correct';
import { history, inspect } from './history';
import { lawfulAt } from './lawful-at';
import { count, idempotencyKey, instant, ledger, page, purpose, state } from './shapes';

const access = {
  subjectId: z.string().check(z.regex(/^[\w-]{22}$/)),
  reason: z.enum(ticketReasons),
  ticket: ticketNumber,
};

/** What was agreed to, when, and how it is known. */
export const ledgerOperations = {
  history: operation({
    summary: '我的处理记录：每一次同意、撤回和删除，以及记录是否完整未被改动。',
    caller: 'subject',
    purpose: 'accountability',
    kinds: { in: [], out: ['ledger-entry'], uses: ['consent-evidence'] },
    input: z.strictObject(page),
    output: z.object(ledger),
    reads: true,
    ledger: 'none',
    budget: { trips: 2, readUnits: 8, writeUnits: 0 },
    run: history,
  }),
  lawfulAt: operation({
    summary: '某一时刻对某项处理目的的处理是否有合法依据，以及当时（或现在）是怎样知道的。',
    caller: 'subject',
    purpose: 'accountability',
    kinds: { in: [], out: ['ledger-entry', 'consent-state'] },
    input: z.strictObject({
      purpose: z.enum(purposeIds),
      /** The moment in question, and the moment whose knowledge counts; now when absent. */
      at: z.optional(instant),
      asKnownAt: z.optional(instant),
    }),
    output: z.object({
      lawful: z.boolean(),
      basis: z.enum(['CONSENT', 'CONTRACT', 'LEGAL_DUTY']),
      /** Number of the act that decides. */
      act: z.optional(z.int()),
      at: z.string(),
      asKnownAt: z.string(),
      /** Whether the records it rests on are unaltered. */
      intact: z.boolean(),
    }),
    reads: true,
    ledger: 'none',
    // One page; a ledger of thousands of entries takes a trip for each 500.
    limits: [{ name: 'LAWFUL_ASKS_PER_HOUR', per: 'person', max: 30, windowMs: HOUR_MS }],
    budget: { trips: 3, readUnits: 8, writeUnits: 1 },
    run: lawfulAt,
  }),
  inspect: operation({
    summary: '个人信息保护负责人查看一个人的同意状态和处理记录；每次查看都写入其记录。',
    caller: 'staff',
    roles: ['officer'],
    purpose: 'accountability',
    kinds: { in: [], out: ['consent-state', 'ledger-entry'], uses: ['consent-evidence'] },
    input: z.strictObject({ ...access, ...page }),
    output: z.object({ consents: z.array(z.object({ ...state.shape, current: z.boolean() })), ...ledger }),
    about: ({ subjectId, reason, ticket }) => ({ subjectId, reason, ticket }),
    ledger: 'act',
    budget: { trips: 4, readUnits: 8, writeUnits: 12 },
    run: inspect,
  }),
  correct: operation({
    summary: '个人信息保护负责人凭材料补记或者更正同意记录。只追加，不改写；不能替本人开启任何处理。',
    caller: 'staff',
    roles: ['officer'],
    purpose: 'accountability',
    kinds: { in: ['consent-state'], out: ['consent-state'], uses: ['consent-evidence'] },
    input: z.strictObject({
      ...access,
      purpose,
      /** The state it was decided on, as `inspect` shows it. */
      seenEntry: count,
      decision: z.enum(decisions),
      trueAt: instant,
      /** Number of the paper, never its content. */
      document: z.string().check(z.regex(/^[\w.-]{1,64}$/)),
      corrects: z.optional(z.int().check(z.minimum(1))),
      idempotencyKey,
    }),
    output: z.object({ purpose, granted: z.boolean(), seenEntry: z.int(), at: z.string() }),
    decides: true,
    about: ({ subjectId, reason, ticket }) => ({ subjectId, reason, ticket }),
    ledger: 'act',
    budget: { trips: 5, readUnits: 3, writeUnits: 29 },
    run: correct,
  }),
};
