import type { OpenApi } from '../../infra/local/console/reference';
import { type Console, startConsole } from '../../infra/local/console/server';
import type { Mail } from '../../infra/local/smtp';

const answer = (properties: object, required: string[]) => ({
  properties: { ok: { const: true }, data: { type: 'object', properties, required } },
});
const openapi = {
  info: { title: '乐聊名片', version: '1' },
  tags: [
    { name: '名片', description: '名片和分享。' },
    { name: '登录', description: '登录。' },
  ],
  paths: {
    '/cards/create': {
      post: {
        operationId: 'cards.create',
        summary: '新建一张名片',
        description: '新建一张名片。新名片只有自己看得到。\n\n依据：同意',
        tags: ['名片'],
        security: [{ session: [], selfProof: [] }],
        'x-caller': '已登录的本人（一个人）',
        'x-lawful-basis': { name: '电子名片', ground: '第十三条', consentNeeded: true },
        'x-ledger': 'act',
        'x-budget': { trips: 2, readUnits: 1, writeUnits: 12 },
        'x-limits': [{ name: 'CARDS', per: 'person', max: 3, windowMs: 600_000 }],
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Card' } } } },
        responses: {
          200: {
            description: '成功',
            content: {
              'application/json': { schema: answer({ cardId: { type: 'string' } }, ['cardId']) },
            },
          },
          400: { description: 'BAD_REQUEST：请求格式不正确。' },
          409: { description: 'LIMIT_REACHED：数量已达上限' },
        },
      },
    },
    '/login/webPage': {
      post: {
        operationId: 'login.webPage',
        summary: '网页',
        description: '网页。',
        tags: ['登录'],
        security: [],
        'x-caller': '任何人',
        responses: { 200: { content: { 'application/json': { schema: answer(many(11), []) } } } },
      },
    },
    '/login/web': { get: { operationId: 'login.webPage.document', tags: ['登录'], responses: {} } },
  },
  components: {
    parameters: { device: { name: 'x-client-device', description: '设备名称' } },
    schemas: {
      Error: { 'x-codes': { LIMIT_REACHED: { status: 409, message: '数量已达上限' } } },
      Card: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string', minLength: 3, maxLength: 40, description: '姓名 <必须>' },
          phones: {
            type: 'array',
            maxItems: 3,
            items: { type: 'object', properties: { number: { type: 'string', pattern: '^\\d+$' } } },
          },
          note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
          amount: { type: 'integer', minimum: Number.MIN_SAFE_INTEGER },
          shown: { type: 'object', additionalProperties: { properties: { until: { type: 'string' } } } },
          kind: { enum: ['a', 'b'] },
          way: {
            oneOf: [
              { properties: { mail: { type: 'string' } } },
              { properties: { sms: { type: 'string' } } },
            ],
          },
        },
      },
    },
  },
} as unknown as OpenApi;

function many(count: number) {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`field${index}`, { type: 'string' }]),
  );
}

let mailbox: Mail[];
let running: Console;

beforeEach(async () => {
  mailbox = [];
  const api = 'http://127.0.0.1:3000';
  running = await startConsole({ api, sandbox: 'http://127.0.0.1:3001', smtpPort: 2525, mailbox, openapi });
});
afterEach(() => running.stop());

const get = async (path: string) => (await fetch(running.url + path)).text();
/** The page as a person reads it, without what is around it. */
const read = async (path: string) =>
  (await get(path))
    .replace(/^.*<main>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

test('the front page tells where things are', async () => {
  const text = await read('/');
  for (const place of ['http://127.0.0.1:3000', 'http://127.0.0.1:3001', 'smtp://127.0.0.1:2525'])
    expect(text).toContain(place);
  expect(await get('/')).toContain('href="/reference"');
});

test('an operation has a page: who may call it and why, what goes in, what comes out and how it is refused', async () => {
  const text = await read('/reference/cards/create');
  for (const part of [
    'cards/create 新建一张名片。新名片只有自己看得到。',
    '地址 POST /cards/create 谁可以调用 已登录的本人（一个人） 目的 电子名片 须本人先同意 依据 第十三条',
    '次数限制 每人每 10 分钟 3 次 处理记录 写入本人的处理记录 花费 访问数据库 2 次，读 1，写 12',
    'name 必填 文本；姓名 &lt;必须&gt;；最短 3；最长 40',
    'phones 对象的列表；最多项数 3 其中 1 个字段 number 文本；形如 ^\\d+$',
    'note 文本 或 空 amount 整数 shown 对象 其中 1 个字段 until 文本',
    'kind 取值之一： a 、 b way 对象 其中 2 个字段 第 1 种形式 mail 文本 第 2 种形式 sms 文本',
    '输出 cardId 总有 文本',
    'LIMIT_REACHED 409 数量已达上限 以及各操作共有的 BAD_REQUEST ；',
    'curl http://127.0.0.1:3000/cards/create',
    '-H &#39;x-self-proof: 本人验证&#39; \\ -d &#39;{&quot;name&quot;:&quot;012&quot;}&#39;',
    'await api.cards.create({ &quot;name&quot;: &quot;012&quot; });',
    '{ &quot;ok&quot;: true, &quot;data&quot;: { &quot;cardId&quot;: &quot;…&quot; } }',
  ])
    expect(text).toContain(part);
  expect(text).not.toContain('9007199254740991');
});

test('what is served by GET as well is one operation, and a long output is folded', async () => {
  expect(await read('/reference/login/webPage')).toContain('POST /login/webPage ，也可以 GET /login/web');
  expect(await get('/reference/login/webPage')).toContain(
    '<details><summary><h2>输出 <span class="count">11',
  );
  expect((await get('/reference')).match(/href="\/reference\/login\//g)).toHaveLength(2); // in the menu and in the list
});

test('the reference lists every operation by its name under its heading, and finds it by any word of it', async () => {
  const text = await read('/reference');
  expect(text).toContain('名片 1 名片和分享。 cards/create 新建一张名片 已登录的本人 登录 1');
  expect(await read(`/reference?q=${encodeURIComponent('CARDS 看得到')}`)).toContain('找到 1 个操作');
  expect(await read('/reference?q=nowhere')).toContain('没有找到');
  expect(await read('/reference?q=cards/create')).toContain('谁可以调用'); // the page itself
  expect(await get('/reference?q=%3Cscript%3E')).not.toContain('<script');
});

test('the conventions have what holds for all, and every code', async () => {
  const text = await read('/reference/conventions');
  for (const part of ['x-client-device 设备名称', 'LIMIT_REACHED 409 数量已达上限', 'Bearer'])
    expect(text).toContain(part);
});

test('the document itself is served as it is', async () => {
  expect(JSON.parse(await get('/openapi.json'))).toEqual(openapi);
});

test('the mailbox shows mails as text, never as markup', async () => {
  expect(await read('/mailbox')).toContain('还没有邮件');
  const mail = {
    receivedAt: '2026-11-23T02:00:00.000Z',
    from: 'a',
    to: ['b'],
    subject: '告知',
    text: '<script>x</script>',
  };
  mailbox.unshift(mail);
  expect(await get('/mailbox')).toContain('<h2>告知</h2>');
  expect(await get('/mailbox')).toContain('&lt;script&gt;x&lt;/script&gt;');
  expect(JSON.parse(await get('/mailbox.json'))).toEqual([mail]);
});

test.each(['/elsewhere', '//', '/__proto__', '/reference/cards', '/reference/constructor/name'])(
  'has no page %s',
  async (path) => {
    expect((await fetch(running.url + path)).status).toBe(404);
    expect(await read(path)).toContain('没有这个页面');
  },
);

test('pages load nothing from anywhere', async () => {
  const policy = (await fetch(running.url)).headers.get('content-security-policy');
  expect(policy).toBe("default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'");
});
