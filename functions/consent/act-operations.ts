import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { purposeIds } from '../../lib/policy/purposes';
import { act } from './act';
import { purposeNotice as giveNotice, prompts } from './prompts';
import { count, hex, idempotencyKey, notice, purpose, state } from './shapes';
import { status } from './status';

/** Purposes that one screen may be about to use, such as a way of verification with one of its own. */
const MAX_USES = 4;

/** Granting, refusing and withdrawing ask for exactly the same, so that each is as easy as the others (PIPL art. 15). */
const actInput = z.strictObject({
  purpose,
  /** Number of the act that brought the state the person saw, so that a late or repeated message cannot undo a newer choice. */
  seenEntry: count,
  /** The policy text that was on the screen. */
  policyVersion: count,
  textHash: hex,
  language: z.literal('zh-CN'),
  evidence: z.strictObject({
    /** Id of the control that the person used. */
    control: z.string().check(z.regex(/^[\w.:-]{1,64}$/)),
    /** A box ticked beforehand is not consent (认定方法 三.4). */
    defaultState: z.literal('unchecked'),
    /** Milliseconds that the text was on the screen. */
    dwellMs: count.check(z.maximum(86_400_000)),
  }),
  idempotencyKey,
});

const actOutput = {
  ...state.shape,
  /** Signed receipt of this act (JWS, ES256; ISO/IEC TS 27560), to keep and to check with the published keys. */
  receipt: z.string(),
};

/** What stays, and why. */
const keeps = z.array(
  z.object({
    purpose: z.enum(purposeIds),
    name: z.string(),
    why: z.string(),
    kinds: z.array(z.object({ name: z.string(), period: z.string() })),
  }),
);

/** Where the person stands, what they are asked, and their acts of consent (promises K1, K2, K3). */
export const actOperations = {
  status: operation({
    summary: '我对各处理目的的同意状态。',
    caller: 'subject',
    purpose: 'accountability',
    kinds: { in: [], out: ['consent-state'] },
    input: z.strictObject({}),
    output: z.object({ consents: z.array(z.object({ ...state.shape, current: z.boolean() })) }),
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 1, writeUnits: 0 },
    run: status,
  }),
  prompts: operation({
    summary: '现在应当向我征求的同意：逐项、按顺序，附完整告知。刚拒绝过的不再打扰。',
    caller: 'subject',
    purpose: 'accountability',
    kinds: { in: [], out: ['consent-state'] },
    input: z.strictObject({
      /** What the person is about to use; asked at that moment (认定方法 二.3). */
      uses: z.optional(z.array(purpose).check(z.maxLength(MAX_USES))),
    }),
    output: z.object({
      prompts: z.array(
        z.object({
          /** Never asked, refused long ago, or agreed to something that has changed since. */
          because: z.enum(['new', 'again', 'changed']),
          seenEntry: z.int(),
          /** For `changed`: what is new since the person agreed. */
          changes: z.array(z.string()),
          ...notice,
        }),
      ),
      /** Not to be asked before `until`; the person may still agree of their own accord. */
      quiet: z.array(z.object({ purpose, until: z.string(), seenEntry: z.int() })),
    }),
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 1, writeUnits: 0 },
    run: prompts,
  }),
  purposeNotice: operation({
    summary: '某一处理目的的完整告知：目的、方式、种类、期限、接收方、必要性和影响。',
    caller: 'anyone',
    purpose: null,
    ground: '公开文本，不处理个人信息（个人信息保护法第十七条）',
    kinds: { in: [], out: [] },
    input: z.strictObject({ purpose }),
    output: z.object(notice),
    reads: true,
    ledger: 'none',
    budget: { trips: 0, readUnits: 0, writeUnits: 0 },
    run: giveNotice,
  }),
  grant: operation({
    summary: '同意某一项处理目的。同意与所展示的政策文本绑定，并写入不可改动的记录。',
    caller: 'subject',
    purpose: 'accountability',
    kinds: { in: ['consent-state', 'consent-evidence'], out: ['consent-state', 'consent-evidence'] },
    use: true,
    input: actInput,
    output: z.object(actOutput),
    ledger: 'act',
    budget: { trips: 2, readUnits: 1, writeUnits: 14 },
    run: (deps, run) => act(deps, run, 'granted'),
  }),
  refuse: operation({
    summary: '不同意某一项处理目的。记住这个选择，一段时间内不再询问；其他功能不受影响。',
    caller: 'subject',
    purpose: 'accountability',
    kinds: { in: ['consent-state', 'consent-evidence'], out: ['consent-state', 'consent-evidence'] },
    input: actInput,
    output: z.object(actOutput),
    ledger: 'act',
    budget: { trips: 2, readUnits: 1, writeUnits: 14 },
    run: (deps, run) => act(deps, run, 'refused'),
  }),
  withdraw: operation({
    summary: '撤回一项同意。立即停止处理，并开始删除依赖该同意的信息；同时告知还保留什么、为什么。',
    caller: 'subject',
    purpose: 'accountability',
    kinds: { in: ['consent-state', 'consent-evidence'], out: ['consent-state', 'consent-evidence'] },
    input: actInput,
    output: z.object({ ...actOutput, keeps }),
    ledger: 'act',
    budget: { trips: 2, readUnits: 1, writeUnits: 19 },
    run: async (deps, run) => ({ keeps: [], ...(await act(deps, run, 'withdrawn')) }),
  }),
};
