import type { OpenApi } from '../../infra/local/console/reference-page';
import { type Console, startConsole } from '../../infra/local/console/server';
import type { Mail } from '../../infra/local/smtp';

const openapi: OpenApi = {
  info: { title: '乐聊名片', version: '1' },
  tags: [{ name: 'cards', description: '名片' }],
  security: [{ session: [] }],
  paths: {
    '/cards/create': {
      post: {
        operationId: 'cards-create',
        summary: '新建一张名片。',
        tags: ['cards'],
        'x-purpose': 'cards',
        requestBody: { content: { 'application/json': { schema: { $ref: '#/components/schemas/Card' } } } },
        responses: {
          200: {
            description: '成功',
            content: {
              'application/json': {
                schema: { properties: { cardId: { type: 'string' } }, required: ['cardId'] },
              },
            },
          },
          409: { description: 'LIMIT_REACHED：数量已达上限' },
        },
      } as OpenApi['paths'][string][string],
    },
  },
  components: {
    schemas: {
      Card: {
        type: 'object',
        required: ['name'],
        properties: {
          name: { type: 'string', maxLength: 40, description: '姓名 <必须>' },
          phones: {
            type: 'array',
            maxItems: 3,
            items: { type: 'object', properties: { number: { type: 'string', pattern: '^\\d+$' } } },
          },
          note: { anyOf: [{ type: 'string' }, { type: 'null' }] },
          amount: { type: 'integer', minimum: Number.MIN_SAFE_INTEGER },
        },
      },
    },
  },
};

let mailbox: Mail[];
let running: Console;

beforeEach(async () => {
  mailbox = [];
  const api = 'http://127.0.0.1:3000';
  running = await startConsole({ api, sandbox: 'http://127.0.0.1:3001', smtpPort: 2525, mailbox, openapi });
});
afterEach(() => running.stop());

const get = async (path: string) => (await fetch(running.url + path)).text();
/** The page as a person reads it. */
const read = async (path: string) =>
  (await get(path))
    .replace(/<style>.*<\/style>/s, '')
    .replace(/<[^>]+>/g, ' ')
    .replace(/\s+/g, ' ');

test('the front page tells where things are', async () => {
  const text = await read('/');
  for (const place of [
    'http://127.0.0.1:3000',
    'http://127.0.0.1:3001',
    'smtp://127.0.0.1:2525',
    '/reference',
  ]) {
    expect(text).toContain(place);
  }
});

test('the reference shows what goes in, what comes out and how an operation is refused', async () => {
  const text = await read('/reference');
  for (const part of [
    '新建一张名片。 POST /cards/create',
    '需要登录 purpose：cards',
    'name 文本 必填 姓名 &lt;必须&gt;；最长 40',
    'phones 对象的列表 可选 最多项数 3',
    'number 文本 可选 形如 ^\\d+$',
    'note 文本 或 空 可选',
    'amount 整数 可选 ',
    '200 输出',
    'cardId 文本 总有',
    'LIMIT_REACHED：数量已达上限',
    'curl -X POST http://127.0.0.1:3000/cards/create',
    '-d &#39;{&quot;name&quot;:&quot;…&quot;}&#39;',
  ]) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain('9007199254740991');
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
  expect(await get('/mailbox')).toContain('<h3>告知</h3>');
  expect(await get('/mailbox')).toContain('&lt;script&gt;x&lt;/script&gt;');
  expect(JSON.parse(await get('/mailbox.json'))).toEqual([mail]);
});

test.each(['/elsewhere', '//', '/__proto__'])('has no page %s', async (path) => {
  expect((await fetch(running.url + path)).status).toBe(404);
});

test('pages load nothing from anywhere', async () => {
  const policy = (await fetch(running.url)).headers.get('content-security-policy');
  expect(policy).toBe("default-src 'none'; style-src 'unsafe-inline'");
});
