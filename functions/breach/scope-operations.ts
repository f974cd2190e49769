import * as z from 'zod/mini';
import { operation } from '../../lib/gate/operation';
import { kindIds } from '../../lib/policy/kinds';
import { passingKinds } from '../../lib/policy/recipients';
import { doubtIds } from '../../lib/scope/doubts';
import { kindList, listName, selector } from '../../lib/scope/selector';
import { digestDomains, PART_ENTRIES } from '../../lib/table/incident/people-list';
import { scopeStates } from '../../lib/table/incident/scope';
import { scope, scopes, startScope } from './scopes';
import { common, idempotencyKey, incidentId, ofIncident, scopeId } from './shapes';
import { uploadDigests, uploadOpened } from './upload-list';

const range = z.object({ atLeast: z.int(), atMost: z.int() });

const scopeShown = z.object({
  scopeId: z.string(),
  state: z.enum(scopeStates),
  startedAt: z.string(),
  startedBy: z.string(),
  frozenAt: z.optional(z.string()),
  anyOf: selector,
  /** Whether evidence decides about everybody: every number is then what it is at least and at most. */
  exact: z.boolean(),
  people: range,
  sensitive: range,
  minors: range,
  byKind: z.array(z.object({ kind: z.string(), name: z.string(), ...range.shape })),
  /** Why no more is known, and in how many people's answer. */
  why: z.array(
    z.object({ doubt: z.enum(doubtIds as [(typeof doubtIds)[number]]), reason: z.string(), people: z.int() }),
  ),
  /** Entries of its lists that lead to nobody. */
  strangers: z.int(),
  /** Of the audience of the same number. */
  parts: z.int(),
  /** Over who was found, what was asked and what came of it; there once it is frozen. */
  sha256: z.optional(z.string()),
});

const part = z.int().check(z.minimum(0), z.maximum(9_999_999));
const entries = <S extends z.ZodMiniType>(one: S) =>
  z.array(one).check(z.minLength(1), z.maxLength(PART_ENTRIES));
const ofPart = z.object({ known: z.int(), strangers: z.int() });
const passing = Object.keys(passingKinds) as (keyof typeof passingKinds)[];

/** Who is affected by an incident (promise B3). */
export const scopeOperations = {
  startScope: operation({
    ...common,
    summary:
      '工作人员：开始计算一起安全事件影响了谁。条件可以用“且、或、非”组合；有证据的给出确数，证据不全的给出上下限和理由。',
    roles: ['responder', 'officer'],
    input: z.strictObject({ ...ofIncident, anyOf: selector, idempotencyKey }),
    output: scopeShown,
    budget: { trips: 3, readUnits: 4, writeUnits: 20 },
    run: startScope,
  }),
  scope: operation({
    ...common,
    summary:
      '工作人员：一次计算的结果：人数的上下限、各类信息的人数、敏感信息和未成年人的人数、不确定的理由、存证摘要。',
    roles: ['responder', 'officer', 'auditor'],
    kinds: { in: [], out: ['incident-record', 'incident-state'] },
    input: z.strictObject({ scopeId }),
    output: scopeShown,
    reads: true,
    budget: { trips: 1, readUnits: 3, writeUnits: 0 },
    run: scope,
  }),
  scopes: operation({
    ...common,
    summary: '工作人员：一起安全事件的各次影响范围计算，按先后排列。',
    roles: ['responder', 'officer', 'auditor'],
    kinds: { in: [], out: ['incident-record', 'incident-state'] },
    input: z.strictObject(ofIncident),
    output: z.object({ scopes: z.array(scopeShown) }),
    reads: true,
    budget: { trips: 2, readUnits: 4, writeUnits: 0 },
    run: scopes,
  }),
  uploadDigests: operation({
    ...common,
    summary: '工作人员：上传名单的一部分：泄露数据中出现的摘要。查不到人的，单独计数并说明。',
    roles: ['responder', 'officer'],
    kinds: { in: ['incident-state'], out: ['incident-state'] },
    input: z.strictObject({
      incidentId,
      list: listName,
      part,
      kinds: kindList,
      digests: entries(
        z.strictObject({
          domain: z.enum(digestDomains),
          digest: z.string().check(z.regex(/^[\w-]{16,128}$/)),
        }),
      ),
    }),
    output: ofPart,
    // For one entry. Each further one reads two units and writes two.
    budget: { trips: 3, readUnits: 6, writeUnits: 6 },
    run: uploadDigests,
  }),
  uploadOpened: operation({
    ...common,
    summary: '工作人员：上传名单的一部分：运行日志还原出来的、信息被打开过的人，以及打开了哪些种类。',
    roles: ['responder', 'officer'],
    kinds: { in: ['incident-state', 'account-number'], out: ['incident-state'] },
    input: z.strictObject({
      incidentId,
      list: listName,
      part,
      opened: entries(
        z.strictObject({
          subjectId: z.string().check(z.regex(/^[\w-]{22}$/)),
          kinds: z.array(z.enum([...kindIds, ...passing])).check(z.maxLength(kindIds.length)),
        }),
      ),
    }),
    output: ofPart,
    // For one entry. Each further one reads two units and writes two.
    budget: { trips: 3, readUnits: 6, writeUnits: 6 },
    run: uploadOpened,
  }),
};
