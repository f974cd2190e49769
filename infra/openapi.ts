import { z } from 'zod';
import { cards } from '../functions/cards/index';
import { consent } from '../functions/consent/index';
import { login } from '../functions/login/index';
import { errorCodes } from '../lib/errors';
import type { Operation, Operations } from '../lib/gate/operation';
import { needsConsent, type PurposeId, purposes } from '../lib/policy/purposes';

/** The functions that people call, with their Chinese names. */
export const published: Record<string, { title: string; operations: Operations }> = {
  login: { title: '登录与设备', operations: login },
  consent: { title: '政策与同意', operations: consent },
  cards: { title: '名片', operations: cards },
};

const callers: Record<string, string> = {
  anyone: '任何人',
  wechat: '微信用户（凭 wx.login 的一次性凭证，或云开发平台身份）',
  subject: '已登录的本人',
  staff: '工作人员',
};

/** The API as OpenAPI 3.1, rendered from the operation tables. The queue's and the timer's operations are not in it. */
export function openapi(functions = published): object {
  const paths: Record<string, object> = {};
  for (const [name, { title, operations }] of Object.entries(functions)) {
    for (const [operation, definition] of Object.entries(operations)) {
      if (!(definition.caller in callers)) continue;
      paths[`/${name}/${operation}`] = { post: describe(name, title, operation, definition) };
      if (definition.wellKnown)
        paths[definition.wellKnown] = { get: wellKnown(title, operation, definition) };
    }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: '乐聊名片',
      version: '0.1.0',
      description: '每个操作都写明谁可以调用、为了什么目的、花费多少。',
    },
    tags: Object.values(functions).map(({ title }) => ({ name: title })),
    paths,
    components: {
      securitySchemes: { session: { type: 'http', scheme: 'bearer', description: '登录后得到的凭证' } },
      schemas: { Error: errorSchema() },
      responses: { Error: { description: '失败', content: json({ $ref: '#/components/schemas/Error' }) } },
    },
  };
}

function describe(name: string, title: string, operation: string, definition: Operation): object {
  const { summary, input, output, budget, caller, ledger } = definition;
  return {
    operationId: `${name}.${operation}`,
    tags: [title],
    summary,
    description: describeLaw(definition),
    security: caller === 'subject' || caller === 'staff' ? [{ session: [] }] : [],
    requestBody: { required: true, content: json(toSchema(input, 'input')) },
    responses: {
      200: { description: '成功', content: json(reply(toSchema(output, 'output'))) },
      default: errorResponse,
    },
    'x-caller': callers[caller],
    'x-purpose': definition.purpose ?? '无',
    'x-ledger': ledger,
    'x-budget': budget,
  };
}

const errorResponse = { $ref: '#/components/responses/Error' };

function describeLaw({ purpose, ground }: Operation): string {
  if (purpose === null) return `依据：${ground}`;
  const { name, ground: law } = purposes[purpose as PurposeId];
  return `目的：${name}${needsConsent(purpose as PurposeId) ? '（需要本人同意）' : ''}。依据：${law}`;
}

function wellKnown(title: string, operation: string, { summary, output }: Operation): object {
  const content = json(toSchema(output, 'output'));
  return {
    operationId: `${operation}.wellKnown`,
    tags: [title],
    summary,
    security: [],
    responses: { 200: { description: '成功', content } },
  };
}

function reply(data: object): object {
  return { type: 'object', required: ['ok', 'data'], properties: { ok: { const: true }, data } };
}

function errorSchema(): object {
  const code = { type: 'string', enum: Object.keys(errorCodes) };
  const message = { type: 'string', description: '给用户看的中文说明' };
  const error = { code, message, details: { type: 'object' }, requestId: { type: 'string' } };
  return {
    type: 'object',
    required: ['ok', 'error'],
    properties: {
      ok: { const: false },
      error: { type: 'object', required: ['code', 'message', 'requestId'], properties: error },
    },
    'x-codes': Object.fromEntries(
      Object.entries(errorCodes).map(([name, { status, message: text }]) => [name, `${status} ${text}`]),
    ),
  };
}

function json(schema: object): object {
  return { 'application/json': { schema } };
}

function toSchema(schema: Operation['input'], io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema as never, { io, unrepresentable: 'any' }) as Record<
    string,
    unknown
  >;
  return rest;
}
