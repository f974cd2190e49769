import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { API_PATH, API_VERSION } from '../../lib/api-version';
import type { CallerKind, Operation, Operations } from '../../lib/gate/operation';
import { purposes } from '../../lib/policy/purposes';
import { license } from '../../package.json';
import { announcement, errorSchema, refusals } from './openapi-errors';

/** What stands over the operations of a function, in the order in which a person meets the functions. */
export const sections: Record<string, { title: string; says: string }> = {
  login: { title: '登录与设备', says: '登录、登录方式、登录设备、手机号、本人验证。' },
  consent: { title: '政策与同意', says: '政策的各个版本、同意与撤回、回执、本人的处理记录。' },
  identity: { title: '实名核验', says: '各种实名核验方式、监护人、申诉。' },
  profile: { title: '个人资料', says: '昵称、头像、可选服务的资料、偏好、通知和邮箱。' },
  cards: { title: '名片', says: '名片、可见范围、分享、交换、名片夹、vCard、举报。' },
  location: { title: '位置和附近', says: '位置开关、精度、附近的名片、历史。' },
  rights: { title: '权利与工单', says: '查阅、导出、转移、更正、限制、删除、注销，以及工单。' },
  breach: { title: '安全事件', says: '工作人员处置安全事件：报告、定级、处置、告知、演练。' },
  retention: {
    title: '保存期限、依法封存与待办',
    says: '工作人员查看到期的信息、依法封存和处理中的事务。',
  },
  audit: { title: '审计', says: '审计员核对记录；没有写入的权限。' },
};

/** Callers that reach us over the network, in words. The queue's and the timer's operations are nobody's to call. */
const callers: Partial<Record<CallerKind, string>> = {
  anyone: '任何人',
  wechat: '微信用户（凭 wx.login 的一次性凭证，或云开发平台身份）',
  subject: '已登录的本人',
  staff: '工作人员',
};

/** Callers that are people, of whom the client has the operations. */
export const people = Object.keys(callers) as CallerKind[];

const bearer = (description: string) => ({ type: 'http', scheme: 'bearer', description });
const header = (name: string, description: string) => ({
  name,
  in: 'header',
  description,
  schema: { type: 'string' },
});
const securitySchemes = {
  session: bearer('登录后得到的凭证（login/signIn 的 token）'),
  sessionCookie: {
    type: 'apiKey',
    in: 'cookie',
    name: '__Host-leliao-session',
    description:
      '网页登录后的 Cookie。只在本服务自己的网页发出的请求中有效（Origin 与主机相同，内容为 JSON）',
  },
  staff: bearer('工作人员身份服务签发的凭证'),
  selfProof: {
    type: 'apiKey',
    in: 'header',
    name: 'x-self-proof',
    description: '为这一次操作取得的本人验证，只能用一次',
  },
};
const parameters = {
  device: header('x-client-device', '设备名称，显示在本人的登录设备列表中；只用 ASCII 字符'),
  version: header('x-client-version', '客户端版本'),
};

/**
 * The API as OpenAPI 3.1, rendered from the operation tables: nothing of it is written twice.
 * @param functions operation tables by name; those that are deployed when absent
 */
export function openapi(functions: Record<string, Operations> = deployedOperations()): object {
  const paths: Record<string, object> = {};
  for (const [name, operations] of Object.entries(functions)) {
    for (const [key, operation] of Object.entries(operations)) {
      if (!callers[operation.caller as CallerKind]) continue;
      const common = describe(name, operation);
      paths[`/${name}/${key}`] = { post: { operationId: `${name}.${key}`, ...common, ...call(operation) } };
      const fixed = operation.wellKnown ?? operation.page;
      if (fixed)
        // At the root: standards and browsers know nothing of our versions.
        paths[fixed] = {
          get: {
            operationId: `${name}.${key}.document`,
            ...common,
            servers: [{ url: '/' }],
            ...document(operation),
          },
        };
    }
  }
  const shown = Object.keys(functions).filter((name) =>
    Object.keys(paths).some((path) => path.startsWith(`/${name}/`)),
  );
  return {
    openapi: '3.1.0',
    info: {
      title: '乐聊名片',
      version: API_VERSION,
      summary: '数字名片服务的接口',
      description: introduction,
      license: { name: license, identifier: license },
    },
    servers: [{ url: API_PATH }],
    tags: shown.map((name) => ({ name: titleOf(name), description: sections[name]?.says ?? name })),
    paths,
    components: {
      securitySchemes,
      parameters,
      schemas: { Error: errorSchema },
      responses: {
        Error: {
          description: '其他错误：错误码都在这一份封闭的列表里',
          content: json({ $ref: '#/components/schemas/Error' }),
        },
      },
    },
  };
}

const introduction = [
  '每个操作都写明谁可以调用、为了什么目的、依据什么、花费多少。',
  '在小程序云开发里调用同一个操作：wx.cloud.callFunction({ name: 函数名, data: { operation: 操作名, input, token } })，答复相同。',
].join('\n');

const titleOf = (name: string): string => sections[name]?.title ?? name;

/** The head of a sentence, for a menu: who calls is said beside it. */
export const headOf = (summary: string): string =>
  summary.replace(/^工作人员：/, '').split(/[。；：]/)[0] ?? summary;

/** The tables of all functions that exist, those with a heading first. */
export function deployedOperations(): Record<string, Operations> {
  const root = join(__dirname, '../../functions');
  const found = readdirSync(root).filter((name) => existsSync(join(root, name, 'index.ts')));
  const names = [
    ...Object.keys(sections).filter((name) => found.includes(name)),
    ...found.filter((name) => !sections[name]),
  ];
  return Object.fromEntries(names.map((name) => [name, require(join(root, name, 'index.ts'))[name]]));
}

function describe(name: string, operation: Operation): object {
  const { summary, caller, purpose, ledger, budget, limits } = operation;
  const basis = lawOf(operation);
  return {
    tags: [titleOf(name)],
    summary: headOf(summary),
    description: `${summary}\n\n${describeLaw(basis)}`,
    security: securityOf(operation),
    'x-caller': callers[caller],
    'x-purpose': purpose ?? '无',
    'x-lawful-basis': basis,
    'x-ledger': ledger,
    'x-budget': budget,
    ...(limits && { 'x-limits': limits }),
  };
}

type Law = { purpose: string | null; name?: string; ground: string; consentNeeded: boolean };

function lawOf({ purpose, ground }: Operation): Law {
  if (purpose === null) return { purpose, ground, consentNeeded: false };
  const { name, ground: law, basis } = purposes[purpose];
  return { purpose, name, ground: law, consentNeeded: basis === 'CONSENT' };
}

function describeLaw({ name, ground, consentNeeded }: Law): string {
  if (!name) return `依据：${ground}`;
  return `目的：${name}（${consentNeeded ? '需要本人先同意' : '不以同意为前提'}）。依据：${ground}`;
}

/** Alternatives; within one, all are needed. */
function securityOf({ caller, browser, proof }: Operation): object[] {
  const also = proof ? { selfProof: [] } : {};
  if (caller === 'staff') return [{ staff: [], ...also }];
  if (caller !== 'subject') return [];
  const ways = [
    ...(browser === 'only' ? [] : ['session']),
    ...(browser === 'never' ? [] : ['sessionCookie']),
  ];
  return ways.map((way) => ({ [way]: [], ...also }));
}

function call(operation: Operation): object {
  const input = schemaOf(operation.input, 'input');
  const data = schemaOf(operation.output, 'output');
  const properties = { ok: { const: true }, data, announcement };
  const reply = { type: 'object', required: ['ok', 'data'], properties };
  const names = Object.keys(parameters).map((name) => ({ $ref: `#/components/parameters/${name}` }));
  return {
    ...(operation.caller === 'subject' && { parameters: names }),
    requestBody: { required: Boolean(input.required?.length), content: json(input) },
    responses: {
      200: { description: '成功', content: json(reply) },
      ...refusals(operation, input.properties ?? {}),
    },
  };
}

/** Served bare, as the standard or the browser expects it. */
function document({ output, page }: Operation): object {
  const content = page ? { 'text/html': { schema: { type: 'string' } } } : json(schemaOf(output, 'output'));
  return {
    responses: { 200: { description: '成功', content }, '4XX': refused, default: refused },
  };
}

const refused = { $ref: '#/components/responses/Error' };
const json = (schema: object) => ({ 'application/json': { schema } });

type JsonSchema = { required?: string[]; properties?: Record<string, unknown> };

/** What goes in or comes out as JSON Schema; a record of known keys has each as a field. */
export function schemaOf(schema: Operation['input'], io: 'input' | 'output'): JsonSchema {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override({ jsonSchema }) {
      // That an integer is one which JavaScript can hold goes without saying.
      if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum;
      if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum;
      spellOut(jsonSchema);
    },
  });
  return rest as JsonSchema;
}

type Keyed = { propertyNames?: unknown; additionalProperties?: unknown; properties?: object };

/** A record whose keys are known has each as a field of its own: readers and importers know no names by pattern. */
function spellOut(schema: Keyed): void {
  const names = (schema.propertyNames as { enum?: string[] } | undefined)?.enum;
  if (!names) return;
  schema.properties = Object.fromEntries(names.map((name) => [name, schema.additionalProperties]));
  schema.additionalProperties = false;
  delete schema.propertyNames;
}
