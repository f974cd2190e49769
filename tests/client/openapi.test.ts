import { execFile } from 'node:child_process';
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Validator } from '@seriousme/openapi-schema-validator';
import { z } from 'zod';
import { headOf, openapi } from '../../infra/build/openapi';
import { API_PATH, API_VERSION } from '../../lib/api-version';
import { errorCodes } from '../../lib/errors';
import type { Operation } from '../../lib/gate/operation';
import { operation } from '../../lib/gate/operation';
import { inProofAlone } from '../proof/sample';
import { consentAct } from '../support/consent';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';

type Content = { 'application/json': { schema: Record<string, never> } };
type Method = {
  operationId: string;
  summary: string;
  description: string;
  security: Record<string, unknown>[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, { description?: string; content: Content; $ref?: string }>;
  'x-lawful-basis': { purpose: string | null; name?: string; ground: string; consentNeeded: boolean };
  'x-budget': object;
};
type Document = {
  openapi: string;
  info: { title: string; version: string };
  tags: { name: string }[];
  paths: Record<string, { post?: Method; get?: Method }>;
  components: { schemas: { Error: Record<string, never> }; [part: string]: object };
};

const document = openapi() as Document;
const postOf = (path: string): Method => {
  const post = document.paths[path]?.post;
  if (!post) throw new Error(`There is no ${path}.`);
  return post;
};
const methods = Object.values(document.paths).flatMap((path) => Object.values(path) as Method[]);
const forPeople = Object.entries(functions).flatMap(([name, operations]) =>
  Object.entries(operations)
    .filter(([, { caller }]) => !['queue', 'scheduler', 'webhook'].includes(caller))
    .map(([key, one]) => [`/${name}/${key}`, one] as [string, Operation]),
);

describe('what is in it', () => {
  it('has every operation that people may call, under the name it is called by', () => {
    expect(forPeople.length).toBeGreaterThan(15);
    for (const [path, { summary, budget }] of forPeople) {
      expect(postOf(path)).toMatchObject({ summary: headOf(summary), 'x-budget': budget });
      expect(postOf(path).description.startsWith(`${summary}\n`)).toBe(true);
    }
  });

  it('has nothing else, and not a word of what only the queue and the timer may do', () => {
    const fixed = forPeople.flatMap(([, { wellKnown, page }]) => wellKnown ?? page ?? []);
    const known = [...forPeople.map(([path]) => path), ...fixed];
    const ours = Object.keys(document.paths).filter(
      (path) => !path.startsWith('/.') && functions[path.split('/')[1] ?? ''],
    );
    expect(ours.filter((path) => !known.includes(path))).toEqual([]);
    expect(JSON.stringify(document)).not.toMatch(/\/notify|runProcess|retention\/sweep/);
  });

  it('leaves out a queue operation that stands among others', () => {
    const common = {
      purpose: null,
      ground: '无',
      ledger: 'none',
      kinds: { in: [], out: [] },
      budget: { trips: 0, readUnits: 0, writeUnits: 0 },
    } as const;
    const parts = { ...common, input: z.object({}), output: z.object({}), run: async () => ({}) };
    const mixed = {
      ask: operation({ summary: '问', caller: 'anyone', ...parts }),
      drain: operation({ summary: '队列', caller: 'queue', ...parts }),
      nightly: operation({ summary: '每夜', caller: 'scheduler', ...parts }),
    };
    const rendered = openapi({ mixed }) as Document;
    expect(Object.keys(rendered.paths)).toEqual(['/mixed/ask']);
  });

  it('serves public documents by GET, bare', () => {
    const get = document.paths['/.well-known/jwks.json']?.get;
    expect(get?.security).toEqual([]);
    expect(get?.responses['200']?.content['application/json'].schema).toMatchObject({ required: ['keys'] });
  });
});

describe('what it says of each', () => {
  it('says in Chinese what it does, for what purpose, on what ground, and whether consent comes first', () => {
    for (const [path, { purpose, ground }] of forPeople) {
      const { summary, description, 'x-lawful-basis': basis } = postOf(path);
      expect(summary).toMatch(/[一-鿿]/);
      expect(description).toContain(`依据：${basis.ground}`);
      expect(basis.purpose).toBe(purpose);
      if (purpose === null) expect(basis.ground).toBe(ground);
      else expect(description).toContain(`目的：${basis.name}`);
    }
    const basisOf = (path: string) => postOf(path)['x-lawful-basis'];
    expect(basisOf('/cards/get')).toMatchObject({ name: '电子名片', consentNeeded: true });
    expect(basisOf('/consent/withdraw')).toMatchObject({ name: '合规留痕', consentNeeded: false });
  });

  it('says who needs what: nothing, a session, a cookie of our own page', () => {
    const securityOf = (path: string) => postOf(path).security;
    expect(securityOf('/consent/policy')).toEqual([]);
    expect(securityOf('/login/signIn')).toEqual([]);
    expect(securityOf('/cards/get')).toEqual([{ session: [] }, { sessionCookie: [] }]);
    expect(securityOf('/login/webApprove')).toEqual([{ session: [] }]);
    expect(securityOf('/login/webSignOut')).toEqual([{ sessionCookie: [] }]);
  });

  it('has the closed list of codes with status and message, and puts each under its status', () => {
    const error = document.components.schemas.Error as unknown as {
      properties: { error: { properties: { code: { enum: string[] } } } };
      'x-codes': object;
    };
    expect(error.properties.error.properties.code.enum).toEqual(Object.keys(errorCodes));
    expect(error['x-codes']).toEqual(errorCodes);
    for (const { responses } of methods) {
      expect(responses.default).toEqual({ $ref: '#/components/responses/Error' });
      for (const [status, { description = '' }] of Object.entries(responses)) {
        const codes = description.match(/^[A-Z_]+(?=：)/gm) ?? [];
        expect(codes.filter((code) => String(errorCodes[code as 'BUSY'].status) !== status)).toEqual([]);
      }
    }
    const conflicts = postOf('/consent/grant').responses['409']?.description;
    expect(conflicts?.match(/^[A-Z_]+/gm)).toEqual([
      'POLICY_CHANGED',
      'VERSION_CONFLICT',
      'IDEMPOTENCY_CONFLICT',
    ]);
  });
});

describe('its form', () => {
  it('is OpenAPI 3.1 of the version of the API, whose first number stands in the path', () => {
    const info = { title: '乐聊名片', version: API_VERSION };
    expect(document).toMatchObject({ openapi: '3.1.0', info, servers: [{ url: API_PATH }] });
    expect(API_PATH).toBe(`/v${API_VERSION.split('.')[0]}`);
  });

  it('is found without fault by the validator of the standard', async () => {
    expect(await new Validator().validate(structuredClone(document))).toEqual({ valid: true });
    const spoilt = { ...structuredClone(document), info: { title: 1 } };
    expect(await new Validator().validate(spoilt)).toMatchObject({ valid: false });
  });

  inProofAlone(() => {
    it('draws no warning from a strict linter, and is imported by Postman with every operation under its heading', async () => {
      const folder = await mkdtemp(join(tmpdir(), 'importers-'));
      try {
        await cp(join(__dirname, 'importers'), folder, { recursive: true });
        await writeFile(join(folder, 'openapi.json'), JSON.stringify(document));
        const run = (command: string, args: string[]) =>
          promisify(execFile)(command, args, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
        await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund']);
        const { stdout } = await run(process.execPath, ['import.mjs', join(folder, 'openapi.json')]);
        const { problems, folders, requests } = JSON.parse(stdout);
        expect(problems).toEqual([]);
        expect(folders).toEqual(document.tags.map(({ name }) => name));
        const all = Object.entries(document.paths).flatMap(([path, verbs]) =>
          Object.entries(verbs).map(
            ([verb, { summary }]) => `${verb.toUpperCase()} ${path.slice(1)} ${summary}`,
          ),
        );
        const imported = requests.map(
          ({ method, path, name }: Record<string, string>) => `${method} ${path?.replace(/^\//, '')} ${name}`,
        );
        expect(imported.sort()).toEqual(all.sort());
      } finally {
        await rm(folder, { recursive: true });
      }
    });
  });

  it('names every operation once, under a heading that it lists', () => {
    const ids = methods.map(({ operationId }) => operationId);
    expect(new Set(ids).size).toBe(ids.length);
    const headings = document.tags.map(({ name }) => name);
    expect(new Set(headings).size).toBe(headings.length);
    for (const method of methods)
      expect(headings).toContain((method as unknown as { tags: string[] }).tags[0]);
    for (const name of ['登录与设备', '政策与同意', '名片']) expect(headings).toContain(name);
  });

  it('points to nothing that is not there', () => {
    const references = JSON.stringify(document).match(/"\$ref":"[^"]+"/g) ?? [];
    expect(references.length).toBeGreaterThan(20);
    for (const reference of new Set(references)) {
      const names = reference.slice('"$ref":"#/'.length, -1).split('/');
      const found = names.reduce<unknown>((at, name) => (at as Record<string, unknown>)?.[name], document);
      expect([reference, typeof found]).toEqual([reference, 'object']);
    }
    const schemes = Object.keys(document.components.securitySchemes ?? {});
    const needed = methods.flatMap(({ security }) => security.flatMap((way) => Object.keys(way)));
    expect(needed.filter((scheme) => !schemes.includes(scheme))).toEqual([]);
  });
});

describe('that it is true', () => {
  let world: World;
  let me: Caller;
  beforeAll(async () => {
    world = await createWorld();
    me = await world.cardHolder('reader');
  });

  it('describes the replies that really come, to the last field', async () => {
    const card = await world.ok<{ cardId: string }>(
      'cards/create',
      { name: '林', idempotencyKey: onceKey() },
      me,
    );
    const calls: [string, object?][] = [
      ['login/listSessions'],
      ['consent/policy'],
      ['consent/status'],
      ['consent/history'],
      ['consent/jwks'],
      ['cards/get', { cardId: card.cardId }],
      ['cards/list', { limit: 5 }],
      ['cards/update', { cardId: card.cardId, version: 1, name: '林晓', phones: [{ number: '1' }] }],
      ['cards/delete', { cardId: card.cardId, version: 2 }],
      ['login/signIn', { code: 'code-of-reader~again' }],
    ];
    for (const [path, input = {}] of calls) {
      const post = postOf(`/${path}`);
      const asked = z.fromJSONSchema(post.requestBody?.content['application/json'].schema as never);
      expect(asked.safeParse(input)).toMatchObject({ success: true });
      const reply = await world.call(path, input, me);
      const answer = z.fromJSONSchema(post.responses['200']?.content['application/json'].schema as never);
      expect([path, answer.safeParse(reply).error]).toEqual([path, undefined]);
      expect(answer.safeParse({ ok: true, data: null }).success).toBe(false);
    }
  });

  it('describes the refusals that really come, each under its status', async () => {
    const error = z.fromJSONSchema(document.components.schemas.Error);
    const act = await consentAct(world.ok, { seenEntry: 2, policyVersion: 0 });
    const calls: [string, object, Partial<Caller>][] = [
      ['cards/list', {}, {}],
      ['cards/list', { limit: 0 }, me],
      ['cards/list', { cursor: 'x' }, me],
      ['cards/list', {}, await world.signIn('nobody')],
      ['cards/get', { cardId: 'A'.repeat(22) }, me],
      ['consent/grant', act, me],
      ['login/signIn', { code: 'made up' }, {}],
      ['login/webBegin', {}, {}],
    ];
    const met = [];
    for (const [path, input, by] of calls) {
      const reply = await world.call(path, input, by);
      expect(error.safeParse(reply)).toMatchObject({ success: true });
      const code = reply.ok ? 'BUSY' : (reply.error.code as 'BUSY');
      const { description } = postOf(`/${path}`).responses[errorCodes[code].status] ?? {};
      expect(description).toContain(`${code}：${errorCodes[code].message}`);
      met.push(code);
    }
    expect(new Set(met)).toEqual(
      new Set([
        'SIGN_IN_REQUIRED',
        'INVALID_INPUT',
        'CURSOR_INVALID',
        'CONSENT_REQUIRED',
        'NOT_FOUND',
        'POLICY_CHANGED',
        'LOGIN_CODE_INVALID',
        'CALLER_NOT_ALLOWED',
      ]),
    );
  });
});
