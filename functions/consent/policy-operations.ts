import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { registryChanges } from '../../lib/policy/changes';
import { about } from './about';
import { ownLists } from './own-lists';
import { policy } from './policy';
import { approvePolicy, proposePolicy, rejectPolicy, showProposal } from './publish';
import { hex, instant } from './shapes';
import { announcement, lists, versions } from './versions';

const publicText = '公开文本，不处理个人信息（个人信息保护法第十七条）';
const ownAffair = '发布政策文本，不处理个人信息（个人信息保护法第十七条）';
/** The operator's own text, in characters. */
const MAX_OFFICIAL_TEXT = 50_000;

const nothing = z.strictObject({});
const told = z.object({
  version: z.int(),
  effectiveAt: z.string(),
  announcedAt: z.string(),
  textHash: z.string(),
  material: z.boolean(),
  says: z.array(z.string()),
  asksAgain: z.array(z.string()),
});
const proposal = z.object({
  version: z.int(),
  textHash: z.string(),
  effectiveAt: z.string(),
  proposedBy: z.string(),
  proposedAt: z.string(),
  text: z.string(),
  material: z.boolean(),
  changes: z.array(
    z.object({
      section: z.string(),
      id: z.string(),
      change: z.enum(['added', 'removed', 'changed']),
      parts: z.array(z.string()),
      says: z.string(),
    }),
  ),
  says: z.array(z.string()),
  /** Purposes whose consents no longer cover what they will reach. */
  asksAgain: z.array(z.string()),
  stops: z.array(z.string()),
});
const decided = z.strictObject({
  version: z.int().check(z.minimum(2)),
  /** Of the text that the officer has read: what is decided on is exactly that. */
  textHash: hex,
});

/** The policy itself: its versions, the two lists, and how officers publish (promises K4, K7). */
export const policyOperations = {
  about: operation({
    summary: '接口的首页：说明这是什么、谁在运营，浏览器用 GET / 打开。',
    caller: 'anyone',
    purpose: null,
    ground: '只返回公开的页面，不处理个人信息。',
    kinds: { in: [], out: [] },
    input: nothing,
    output: z.object({ html: z.string(), policy: z.string() }),
    ledger: 'none',
    reads: true,
    budget: { trips: 0, readUnits: 0, writeUnits: 0 },
    page: '/',
    run: about,
  }),
  policy: operation({
    summary: '现行（或指定一版）个人信息保护政策全文、摘要值，以及需要您同意的各处理目的。',
    caller: 'anyone',
    purpose: null,
    ground: publicText,
    kinds: { in: [], out: [] },
    input: z.strictObject({ version: z.optional(z.int().check(z.minimum(1), z.maximum(100_000))) }),
    output: z.object({
      version: z.int(),
      language: z.string(),
      effectiveAt: z.string(),
      text: z.string(),
      textHash: z.string(),
      purposes: z.array(
        z.object({
          purpose: z.string(),
          name: z.string(),
          why: z.string(),
          choice: z.string(),
          needsConsent: z.boolean(),
          kinds: z.array(z.string()),
          ifRefused: z.string(),
        }),
      ),
    }),
    reads: true,
    ledger: 'none',
    budget: { trips: 0, readUnits: 0, writeUnits: 0 },
    run: policy,
  }),
  versions: operation({
    summary: '已发布的各版政策，以及每一版改了什么。',
    caller: 'anyone',
    purpose: null,
    ground: publicText,
    kinds: { in: [], out: [] },
    input: nothing,
    output: z.object({ inForce: z.int(), versions: z.array(told) }),
    reads: true,
    ledger: 'none',
    budget: { trips: 0, readUnits: 0, writeUnits: 0 },
    run: versions,
  }),
  announcement: operation({
    summary: '首页公告：即将施行的政策、改了什么、哪些要重新征求同意。没有公告时为空。',
    caller: 'anyone',
    purpose: null,
    ground: publicText,
    kinds: { in: [], out: [] },
    input: nothing,
    output: z.object({ announcement: z.optional(told) }),
    reads: true,
    ledger: 'none',
    budget: { trips: 0, readUnits: 0, writeUnits: 0 },
    run: announcement,
  }),
  lists: operation({
    summary: '双清单：已收集个人信息清单、与第三方共享个人信息清单（Markdown）。',
    caller: 'anyone',
    purpose: null,
    ground: publicText,
    kinds: { in: [], out: [] },
    input: nothing,
    output: z.object({ version: z.int(), textHash: z.string(), collected: z.string(), shared: z.string() }),
    reads: true,
    ledger: 'none',
    budget: { trips: 0, readUnits: 0, writeUnits: 0 },
    run: lists,
  }),
  ownLists: operation({
    summary: '我的双清单：现在收集我的哪些信息、交给过谁、几次、最近一次在什么时候。',
    caller: 'subject',
    purpose: 'accountability',
    kinds: { in: [], out: ['ledger-entry', 'consent-state'] },
    input: nothing,
    output: z.object({
      version: z.int(),
      collected: z.array(
        z.object({
          kind: z.string(),
          name: z.string(),
          purpose: z.string(),
          period: z.string(),
          agreedToVersion: z.optional(z.int()),
          recipients: z.array(z.string()),
        }),
      ),
      shared: z.array(
        z.object({
          recipient: z.string(),
          name: z.string(),
          why: z.string(),
          contact: z.string(),
          kinds: z.array(z.string()),
          times: z.optional(z.int()),
          lastAt: z.optional(z.string()),
        }),
      ),
      complete: z.boolean(),
    }),
    reads: true,
    ledger: 'none',
    // The ledger, and beside it the rows of sendings to many.
    budget: { trips: 3, readUnits: 60, writeUnits: 0 },
    run: ownLists,
  }),
  proposePolicy: operation({
    summary: '工作人员：提出下一版政策。差异由程序计算；须由另一位负责人批准。',
    caller: 'staff',
    roles: ['officer'],
    purpose: null,
    ground: ownAffair,
    kinds: { in: [], out: [] },
    input: z.strictObject({
      /** What this build of the code does, or what was published last, as the basis of the changes. */
      from: z._default(z.enum(['build', 'latest']), 'latest'),
      changes: z.optional(registryChanges),
      officialText: z.optional(z.string().check(z.minLength(1), z.maxLength(MAX_OFFICIAL_TEXT))),
      effectiveAt: instant,
    }),
    output: proposal,
    ledger: 'none',
    budget: { trips: 3, readUnits: 60, writeUnits: 130 },
    run: proposePolicy,
  }),
  policyProposal: operation({
    summary: '工作人员：查看待批准的一版政策及其差异。',
    caller: 'staff',
    roles: ['officer', 'auditor'],
    purpose: null,
    ground: ownAffair,
    kinds: { in: [], out: [] },
    input: nothing,
    output: proposal,
    reads: true,
    ledger: 'none',
    budget: { trips: 2, readUnits: 40, writeUnits: 0 },
    run: showProposal,
  }),
  approvePolicy: operation({
    summary: '工作人员：批准并公告一版政策。提出的人不能批准。',
    caller: 'staff',
    roles: ['officer'],
    purpose: null,
    ground: ownAffair,
    kinds: { in: [], out: [] },
    input: decided,
    output: z.object({ version: z.int(), announcedAt: z.string(), effectiveAt: z.string() }),
    ledger: 'none',
    budget: { trips: 4, readUnits: 40, writeUnits: 320 },
    run: approvePolicy,
  }),
  rejectPolicy: operation({
    summary: '工作人员：不批准一版政策，版本号可以重新使用。',
    caller: 'staff',
    roles: ['officer'],
    purpose: null,
    ground: ownAffair,
    kinds: { in: [], out: [] },
    input: decided,
    output: z.object({ rejected: z.literal(true) }),
    ledger: 'none',
    budget: { trips: 3, readUnits: 40, writeUnits: 130 },
    run: rejectPolicy,
  }),
};
