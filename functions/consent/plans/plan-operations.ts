import * as z from 'zod/mini';
import { operation } from '../../../lib/gate/operation';
import { planKinds } from '../../../lib/notice/text/plan';
import { noticeMoves } from '../../../lib/table/notice/notice';
import { type PlanState, planMoves, transferCount } from '../../../lib/table/notice/plan';
import { hex, instant } from '../shapes';
import { approvePlan, stopPlan } from './decide';
import { draftSurvey, draftTransfer } from './draft';
import { plan } from './show';
import { countTransfer, releaseTransfer } from './transfer';

/** Longer words are refused by their own limit, which is named; this one only keeps a mistake small. */
const text = z.string().check(z.maxLength(2000));
/** A notice's name has room for so much of it. */
const name = z.string().check(z.regex(/^[a-z0-9]{2,10}$/));
const planId = z.string().check(z.regex(/^(survey|transfer)-[a-z0-9]{2,10}$/));
const states = Object.keys(planMoves) as PlanState[];
const noticeStates = [...(Object.keys(noticeMoves) as (keyof typeof noticeMoves)[]), 'gathering'] as const;

const planShown = z.object({
  planId: z.string(),
  kind: z.enum(planKinds),
  state: z.enum(states),
  words: z.record(z.string(), z.string()),
  at: z.string(),
  draftedBy: z.string(),
  draftedAt: z.string(),
  approvedBy: z.optional(z.string()),
  approvedAt: z.optional(z.string()),
  /** Of everything that is planned: what is decided on is exactly that. */
  hash: hex,
  /** Word for word what people read. */
  title: z.string(),
  text: z.string(),
  channels: z.array(z.string()),
  /** One for each round of telling; `gathering` until its people have been found. */
  notices: z.array(z.object({ noticeId: z.string(), state: z.enum(noticeStates) })),
  isCounting: z.boolean(),
  count: z.optional(z.omit(transferCount, { segments: true })),
  /** A compact JWS that anybody checks with /.well-known/jwks.json. */
  statement: z.optional(z.string()),
});

const common = {
  caller: 'staff',
  roles: ['officer'],
  purpose: 'incident',
  kinds: { in: ['notice-record'], out: ['notice-record'] },
  output: planShown,
  ledger: 'none',
} as const;

/** What two officers plan to tell people: invitations to surveys (promise O3), the transfer of the service (D5). */
export const planOperations = {
  draftSurvey: operation({
    ...common,
    summary: '工作人员：拟定一次调查邀请（批准之前可以重拟）。只发给打开了调查邀请的成年人。',
    input: z.strictObject({
      name,
      words: z.strictObject({ title: text, text, where: text }),
      endsAt: instant,
    }),
    budget: { trips: 2, readUnits: 4, writeUnits: 20 },
    run: (deps, { input: { endsAt: at, ...input }, ...run }) =>
      draftSurvey(deps, { ...run, input: { ...input, at } }),
  }),
  draftTransfer: operation({
    ...common,
    summary: '工作人员：拟定服务转移：接收方的名称、联系方式、用途、日期和文件（批准之前可以重拟）。',
    input: z.strictObject({
      name,
      words: z.strictObject({ recipient: text, contact: text, purposes: text, document: text }),
      movesAt: instant,
    }),
    budget: { trips: 2, readUnits: 4, writeUnits: 20 },
    run: (deps, { input: { movesAt: at, ...input }, ...run }) =>
      draftTransfer(deps, { ...run, input: { ...input, at } }),
  }),
  approvePlan: operation({
    ...common,
    summary: '工作人员：批准所见的计划，随即告知。拟定的人不能批准；30 天之内只邀请一次调查。',
    input: z.strictObject({ planId, hash: hex }),
    budget: { trips: 3, readUnits: 4, writeUnits: 40 },
    run: approvePlan,
  }),
  stopPlan: operation({
    ...common,
    summary: '工作人员：停止一份计划：不再发送，撤下公告，不得转移。不能恢复。',
    input: z.strictObject({ planId }),
    budget: { trips: 5, readUnits: 12, writeUnits: 60 },
    run: stopPlan,
  }),
  plan: operation({
    ...common,
    summary: '工作人员：查看一份计划：逐字的内容、告知到了哪一步、清点的结果。',
    roles: ['officer', 'auditor'],
    kinds: { in: [], out: ['notice-record'] },
    input: z.strictObject({ planId }),
    reads: true,
    budget: { trips: 2, readUnits: 8, writeUnits: 0 },
    run: plan,
  }),
  countTransfer: operation({
    ...common,
    summary:
      '工作人员：逐人重新清点服务转移的告知：受影响 = 已送达 + 仅公告 + 不告知 + 待告知；告知之后开户的人，另发一轮。',
    input: z.strictObject({ planId, registeredBefore: z.optional(instant) }),
    budget: { trips: 3, readUnits: 8, writeUnits: 30 },
    run: countTransfer,
  }),
  releaseTransfer: operation({
    ...common,
    summary:
      '工作人员：出具签名的证明，写明哪些人的信息可以转移（只有数量和摘要值）。还有人待告知的，不予出具。',
    input: z.strictObject({ planId, hash: hex }),
    budget: { trips: 4, readUnits: 8, writeUnits: 20 },
    run: releaseTransfer,
  }),
};
