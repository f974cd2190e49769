import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { serve } from '../../lib/host/serve';
import { consentPurposeIds } from '../../lib/policy/purposes';
import { act } from './act';
import { history } from './history';
import { jwks } from './jwks';
import { policy } from './policy';
import { status } from './status';

const idempotencyKey = z.string().check(z.regex(/^[\w-]{16,64}$/));
const purpose = z.enum(consentPurposeIds);
const hex = z.string().check(z.regex(/^[0-9a-f]{64}$/));
const count = z.int().check(z.minimum(0));

const state = z.object({
  purpose,
  granted: z.boolean(),
  /** Number of the act that brought this state; send it back as `version` with the next act. 0 before any. */
  version: z.int(),
  policyVersion: z.int(),
  /** Absent before any act. */
  at: z.optional(z.string()),
});

/** Granting and withdrawing ask for exactly the same, so that one is as easy as the other (PIPL art. 15). */
const actInput = z.strictObject({
  purpose,
  /** The state the person saw, so that a late or repeated message cannot undo a newer choice. */
  version: count,
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

const actOutput = z.object({
  ...state.shape,
  /** Signed proof of this act (JWS, ES256), to keep and to check with the published keys. */
  receipt: z.string(),
});

export const consent = {
  policy: operation({
    summary: '现行（或指定一版）个人信息保护政策全文、摘要值，以及需要您同意的各项目的。',
    caller: 'anyone',
    purpose: null,
    ground: '公开文本，不处理个人信息（个人信息保护法第十七条）',
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
    ledger: 'none',
    budget: { trips: 0, readUnits: 0, writeUnits: 0 },
    run: policy,
  }),
  status: operation({
    summary: '我对各项目的的同意状态。',
    caller: 'subject',
    purpose: 'accountability',
    input: z.strictObject({}),
    output: z.object({ consents: z.array(z.object({ ...state.shape, current: z.boolean() })) }),
    ledger: 'none',
    budget: { trips: 1, readUnits: 1, writeUnits: 0 },
    run: status,
  }),
  grant: operation({
    summary: '同意一项目的。同意与所展示的政策文本绑定，并写入不可改动的记录。',
    caller: 'subject',
    purpose: 'accountability',
    input: actInput,
    output: actOutput,
    ledger: 'act',
    budget: { trips: 2, readUnits: 1, writeUnits: 12 },
    run: (deps, run) => act(deps, run, true),
  }),
  withdraw: operation({
    summary: '撤回一项同意。立即停止处理，并开始删除依赖该同意的信息。',
    caller: 'subject',
    purpose: 'accountability',
    input: actInput,
    output: actOutput,
    ledger: 'act',
    budget: { trips: 2, readUnits: 1, writeUnits: 18 },
    run: (deps, run) => act(deps, run, false),
  }),
  history: operation({
    summary: '我的处理记录：每一次同意、撤回和删除，以及记录是否完整未被改动。',
    caller: 'subject',
    purpose: 'accountability',
    input: z.strictObject({
      cursor: z.optional(z.string().check(z.maxLength(256))),
      limit: z.optional(z.int().check(z.minimum(1), z.maximum(50))),
    }),
    output: z.object({
      entries: z.array(
        z.object({
          seq: z.int(),
          at: z.string(),
          act: z.string(),
          actor: z.string(),
          purpose: z.optional(z.string()),
          policyVersion: z.optional(z.int()),
          textHash: z.optional(z.string()),
          /** Who received data, of which kinds, and what they answered. */
          recipient: z.optional(z.string()),
          kinds: z.optional(z.array(z.string())),
          result: z.optional(z.string()),
          way: z.optional(z.string()),
          /** Which role of the staff looked, why, and under which ticket. */
          role: z.optional(z.string()),
          reason: z.optional(z.string()),
          ticket: z.optional(z.string()),
          count: z.optional(z.int()),
          cause: z.optional(z.int()),
        }),
      ),
      /** Whether the entries shown follow each other unaltered, and the last page ends where the account says. */
      intact: z.boolean(),
      cursor: z.optional(z.string()),
    }),
    ledger: 'none',
    budget: { trips: 2, readUnits: 8, writeUnits: 0 },
    run: history,
  }),
  jwks: operation({
    summary: '验证回执签名所用的公钥（RFC 7517）。',
    caller: 'anyone',
    purpose: null,
    ground: '公开的密钥，不处理个人信息',
    input: z.strictObject({}),
    output: z.object({ keys: z.array(z.record(z.string(), z.string())) }),
    ledger: 'none',
    budget: { trips: 0, readUnits: 0, writeUnits: 0 },
    wellKnown: '/.well-known/jwks.json',
    run: jwks,
  }),
};

export const { handler, main } = serve('consent', consent);
