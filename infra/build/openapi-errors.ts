import { z } from 'zod';
import { notice } from '../../functions/consent/shapes';
import { type ErrorCode, type ErrorDetails, errorCodes } from '../../lib/errors';
import type { Operation } from '../../lib/gate/operation';
import { needsConsent } from '../../lib/policy/purposes';

type Named = { [field: string]: unknown };
type Rule = (operation: Operation, fields: Named) => boolean;

const always: Rule = () => true;
const has =
  (field: string): Rule =>
  (_, fields) =>
    field in fields;
const calledBy =
  (caller: Operation['caller']): Rule =>
  (operation) =>
    operation.caller === caller;

/**
 * When the gate, or an input of this form, may end in a code. What only a use case knows of is not here, so every
 * operation also has the closed list as its `default` answer.
 */
const rules: Partial<Record<ErrorCode, Rule>> = {
  BAD_REQUEST: always,
  INVALID_INPUT: always,
  BODY_TOO_LARGE: always,
  INTERNAL: always,
  BUSY: always,
  SIGN_IN_REQUIRED: ({ caller }) => caller === 'subject' || caller === 'staff',
  LOGIN_CODE_INVALID: calledBy('wechat'),
  WECHAT_RISK_BLOCKED: calledBy('wechat'),
  PARTNER_UNAVAILABLE: calledBy('wechat'),
  CALLER_NOT_ALLOWED: ({ browser, caller }) => browser !== undefined || caller === 'staff',
  CONSENT_REQUIRED: ({ caller, purpose }) =>
    caller === 'subject' && purpose !== null && needsConsent(purpose),
  PROOF_REQUIRED: ({ proof }) => proof !== undefined,
  PASSPHRASE_REQUIRED: (_, fields) => 'token' in fields && 'passphrase' in fields,
  TOO_MANY_ATTEMPTS: ({ caller, limits }, fields) =>
    caller === 'wechat' || limits !== undefined || 'token' in fields,
  NOT_FOUND: (_, fields) => Object.keys(fields).some((field) => field.endsWith('Id') || field === 'token'),
  CURSOR_INVALID: has('cursor'),
  POLICY_CHANGED: has('policyVersion'),
  VERSION_CONFLICT: (_, fields) => 'version' in fields || 'seenEntry' in fields,
  IDEMPOTENCY_CONFLICT: has('idempotencyKey'),
};

/** The refusals of an operation by HTTP status, and the closed list as `default`. */
export function refusals(operation: Operation, fields: Named): Record<string, object> {
  const codes = (Object.keys(errorCodes) as ErrorCode[]).filter((code) => rules[code]?.(operation, fields));
  const statuses = [...new Set(codes.map((code) => errorCodes[code].status))];
  const answers = statuses.map((status) => {
    const same = codes.filter((code) => errorCodes[code].status === status);
    return [status, refusal(same)] as const;
  });
  return { ...Object.fromEntries(answers), default: { $ref: '#/components/responses/Error' } };
}

function refusal(codes: ErrorCode[]): object {
  const narrowed = { properties: { error: { properties: { code: { enum: codes } } } } };
  const schema = { allOf: [{ $ref: '#/components/schemas/Error' }, narrowed] };
  const description = codes.map((code) => `${code}：${errorCodes[code].message}`).join('\n');
  return { description, content: { 'application/json': { schema } } };
}

const whole = { type: 'integer' };
const { $schema: _, ...noticeSchema } = z.toJSONSchema(z.object(notice), { io: 'output' });
const details = {
  fields: {
    type: 'array',
    description: '哪些字段有误、错在哪里；从不包含所填的值',
    items: {
      type: 'object',
      required: ['field', 'problem'],
      properties: { field: { type: 'string' }, problem: { type: 'string' } },
    },
  },
  purpose: { type: 'string', description: '需要先同意的目的' },
  version: { ...whole, description: '现在的版本号' },
  seenEntry: { ...whole, description: '带来现在同意状态的记录的编号' },
  notice: {
    description: '缺少同意时，作出决定之前应当向本人展示的完整告知',
    ...noticeSchema,
  },
  pending: { ...whole, description: '还有多少人待告知' },
  unaddressed: { ...whole, description: '其中多少人还没有列入任何一轮告知' },
  limit: { type: 'string', description: '达到的上限的名称' },
  max: { ...whole, description: '上限的大小' },
  retryAfterSeconds: { ...whole, description: '多少秒之后可以再试' },
  why: { type: 'string', description: '规则为什么拒绝' },
  instead: { type: 'string', description: '可以改用的操作' },
  api: { type: 'string', description: '接口地址，云开发传递不了的内容改从这里调用' },
} satisfies Record<keyof ErrorDetails, object>;

/** How every refusal looks, with the closed list of codes. */
export const announcement = {
  type: 'object',
  description: '正在向所有人公告（例如安全事件）时才有；内容见 profile/announcement。任何答复都可能带有',
  required: ['id'],
  properties: { id: { type: 'string', description: '公告编号' } },
};

export const errorSchema = {
  type: 'object',
  required: ['ok', 'error'],
  properties: {
    ok: { const: false },
    error: {
      type: 'object',
      required: ['code', 'message', 'requestId'],
      properties: {
        code: { type: 'string', enum: Object.keys(errorCodes) },
        message: { type: 'string', description: '给用户看的中文说明' },
        details: { type: 'object', properties: details },
        requestId: { type: 'string', description: '求助时提供的请求编号' },
      },
    },
    announcement,
  },
  /** Status and message of each code. */
  'x-codes': errorCodes,
};
