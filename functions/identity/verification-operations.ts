import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { ageBands } from '../../lib/policy/age';
import { consentPurposeIds } from '../../lib/policy/purposes';
import { endedBecause } from '../../lib/table/real-name/ended-real-name';
import { faceSessionKey } from '../../lib/table/real-name/face-session';
import { attemptKey } from '../../lib/table/real-name/real-name-attempt';
import { faceSessionId, finishFace, startFace } from './face';
import { idempotencyKey, nothing, randomId, typed, typedIdentity, verified, way } from './shapes';
import { status, statusKeys } from './status';
import { verify } from './verify';
import { verifyByNetworkId } from './verify-network';
import { showWays } from './ways';

/** What is typed to verify a real name, for the first time and again. */
const typedKinds = {
  in: [
    'identity-input',
    'id-digest',
    'name-digest',
    'real-name-result',
    'real-name-masked',
    'age-band',
    'bank-result',
  ],
  out: ['real-name-result', 'real-name-masked', 'age-band'],
  uses: ['real-name-check'],
} as const;

/** The ways to verify a real name, and where the person stands (promises N1, N2, N3). */
export const verificationOperations = {
  ways: operation({
    summary: '可用的实名核验方式：各自需要填写什么、需要哪些单独同意。人脸从不是唯一方式。',
    caller: 'anyone',
    purpose: null,
    ground: '公开的说明，不处理个人信息',
    kinds: { in: [], out: [] },
    input: nothing,
    output: z.object({
      ways: z.array(
        z.object({
          way,
          name: z.string(),
          asks: z.array(z.string()),
          consents: z.array(z.enum(consentPurposeIds)),
          covers: z.array(z.string()),
        }),
      ),
    }),
    reads: true,
    ledger: 'none',
    budget: { trips: 0, readUnits: 0, writeUnits: 0 },
    run: showWays,
  }),
  verify: operation({
    summary: '实名核验：姓名和证件号码，可加手机号码，再加银行卡。填写的内容核对后即丢弃。',
    caller: 'subject',
    purpose: 'real-name',
    kinds: typedKinds,
    input: z.strictObject(typedIdentity),
    output: verified,
    ledger: 'act',
    budget: { trips: 5, readUnits: 5, writeUnits: 48 },
    alsoRead: (subjectId) => attemptKey(subjectId, 'real-name'),
    run: verify,
  }),
  reverify: operation({
    summary: '重新实名核验（例如改名之后），须先验证是您本人。',
    caller: 'subject',
    purpose: 'real-name',
    kinds: typedKinds,
    input: z.strictObject(typedIdentity),
    output: verified,
    ledger: 'act',
    budget: { trips: 6, readUnits: 6, writeUnits: 47 },
    proof: () => 'real-name',
    alsoRead: (subjectId) => attemptKey(subjectId, 'real-name'),
    run: (deps, run) => verify(deps, run, true),
  }),
  startFace: operation({
    summary: '开始人脸核验：返回受托方页面的地址。我们不接收、不保存任何影像。',
    caller: 'subject',
    purpose: 'real-name-face',
    kinds: {
      in: ['identity-input', 'id-digest', 'name-digest', 'real-name-masked', 'age-band', 'face-token'],
      out: [],
    },
    input: z.strictObject({ name: typed, idNumber: typed, idempotencyKey }),
    output: z.object({ sessionId: z.string(), url: z.string(), expiresAt: z.string() }),
    ledger: 'act',
    budget: { trips: 4, readUnits: 5, writeUnits: 30 },
    alsoRead: (subjectId, input) => faceSessionKey(subjectId, faceSessionId(subjectId, input.idempotencyKey)),
    run: startFace,
  }),
  finishFace: operation({
    summary: '查询并完成自己开始的人脸核验。结果与开始时的号码不一致的，不予采用。',
    caller: 'subject',
    purpose: 'real-name-face',
    kinds: {
      in: ['id-digest', 'name-digest', 'real-name-result', 'real-name-masked', 'age-band'],
      out: ['real-name-result', 'real-name-masked', 'age-band'],
      uses: ['face-token'],
    },
    input: z.strictObject({ sessionId: randomId }),
    output: verified,
    ledger: 'act',
    budget: { trips: 5, readUnits: 5, writeUnits: 46 },
    alsoRead: (subjectId, input) => faceSessionKey(subjectId, input.sessionId),
    run: finishFace,
  }),
  verifyByNetworkId: operation({
    summary: '用国家网络身份认证（网号、网证）核验。不取得姓名和证件号码。',
    caller: 'subject',
    purpose: 'real-name-network',
    kinds: {
      in: ['login-code', 'network-id-digest', 'real-name-result', 'age-band'],
      out: ['real-name-result', 'age-band'],
      uses: ['real-name-check'],
    },
    input: z.strictObject({
      /** The one-time proof that the platform's app gave the person. */
      token: z.string().check(z.regex(/^[\w.-]{16,512}$/)),
      idempotencyKey,
    }),
    output: verified,
    ledger: 'act',
    budget: { trips: 5, readUnits: 5, writeUnits: 44 },
    alsoRead: (subjectId) => attemptKey(subjectId, 'real-name-network'),
    run: verifyByNetworkId,
  }),
  status: operation({
    summary: '我的实名状态：所保存的全部内容。',
    caller: 'subject',
    purpose: 'account',
    kinds: { in: [], out: ['real-name-result', 'real-name-masked', 'age-band', 'guardian', 'risk-review'] },
    input: nothing,
    output: z.object({
      verified: z.boolean(),
      results: z.array(
        z.object({
          way,
          verifiedAt: z.string(),
          maskedName: z.optional(z.string()),
          minor: z.boolean(),
          partnerRequestId: z.string(),
          consentEntry: z.int(),
        }),
      ),
      minor: z.optional(z.enum(ageBands)),
      guardian: z.optional(z.enum(['asked', 'consented', 'refused', 'withdrawn'])),
      /** A verification that a stronger proof of somebody else, or a human, has ended: when, why, and what can be done. */
      ended: z.optional(
        z.object({
          at: z.string(),
          way,
          because: z.enum(endedBecause),
          why: z.string(),
          instead: z.string(),
        }),
      ),
    }),
    reads: true,
    ledger: 'none',
    budget: { trips: 1, readUnits: 6, writeUnits: 0 },
    alsoRead: statusKeys,
    run: status,
  }),
};
