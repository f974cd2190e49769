import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, SQSBatchResponse } from 'aws-lambda';
import { API_PATH } from '../../lib/api-version';
import { passThrough } from '../../lib/door/door';
import type { Reply } from '../../lib/gate/call';
import { handleAws } from '../../lib/host/aws';
import { operator } from '../../lib/policy/registry';
import { type HttpHost, startHttpHost } from '../client/hosts';
import { holdsFor } from '../proof/sample';
import { runInCloudBase } from '../support/cloudbase-run';
import { consentAct, grant } from '../support/consent';
import { doorEnvironment, doorSettings, doorTo } from '../support/door';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';

/** One case list for every host: a host is a way of asking, and must not change an answer. */
type Ask = {
  input?: unknown;
  token?: string;
  proof?: string;
  device?: string;
  rawBody?: string;
  /** The input as JSON, where it is too deep for JSON.stringify. */
  text?: string;
  openid?: string;
};
type Host = { name: string; ask(world: World, path: string, ask: Ask): Promise<Reply> };

const split = (path: string) => path.split('/') as [string, string];

function httpEvent(
  path: string,
  { input = {}, token, proof, device, text, rawBody = text }: Ask,
): APIGatewayProxyEventV2 {
  const http = {
    method: 'POST',
    path: `/${path}`,
    protocol: 'HTTP/1.1',
    sourceIp: '203.0.113.7',
    userAgent: 'test',
  };
  return {
    version: '2.0',
    routeKey: '',
    rawPath: path === '' ? '/' : `${API_PATH}/${path}`,
    rawQueryString: '',
    headers: {
      'content-type': 'application/json',
      ...(token && { authorization: `Bearer ${token}` }),
      ...(proof && { 'x-self-proof': proof }),
      ...(device && { 'x-client-device': device }),
    },
    requestContext: { requestId: 'aws-request', http } as APIGatewayProxyEventV2['requestContext'],
    body: rawBody ?? JSON.stringify(input),
    isBase64Encoded: false,
  };
}

async function http(world: World, event: unknown, name: string) {
  const before = world.lines.length;
  const answer = await world.within(name, (deps) => handleAws(deps, name, functions[name] ?? {}, event, 'r'));
  const calls = world.lines.slice(before).filter((line) => JSON.parse(line).event === 'call');
  expect(calls).toHaveLength(1); // also of what no operation has seen: without it the invocation would be in doubt (B3)
  const reply = answer as APIGatewayProxyStructuredResultV2;
  expect(reply.headers?.['strict-transport-security']).toBe('max-age=31536000'); // whatever is answered
  return reply;
}

const aws: Host = {
  name: 'AWS HTTP API',
  async ask(world, path, ask) {
    const answer = await http(world, httpEvent(path, ask), split(path)[0]);
    return JSON.parse(answer.body ?? '');
  },
};

/** An event as JSON. The runtime parses it before our code sees it. */
function cloudbaseEvent(
  path: string,
  { input = {}, token, proof, device, text = JSON.stringify(input), rawBody }: Ask,
): string {
  if (rawBody !== undefined) return JSON.stringify(rawBody);
  const rest = { operation: split(path)[1], token, proof, client: device && { device } };
  return `${JSON.stringify(rest).slice(0, -1)},"input":${text}}`;
}

/** The context of a call: what the platform says of it is JSON in a string. */
const contextOf = (name: string, variables: object) => ({
  request_id: 'r',
  function_name: name,
  environment: JSON.stringify(variables),
});

const identityOf = (openid: string | undefined) => ({
  WX_CLIENTIP: '203.0.113.7',
  ...(openid && { WX_OPENID: openid, WX_APPID: 'wxtest' }),
});

/** The door of a function, in front of the same HTTP API. */
const throughDoor = (world: World, path: string, event: unknown, variables: object) => {
  const [name] = split(path);
  return passThrough(doorSettings(), doorTo(world), event, contextOf(name, variables));
};

const cloudbase: Host = {
  name: 'CloudBase',
  ask: (world, path, ask) =>
    throughDoor(world, path, JSON.parse(cloudbaseEvent(path, ask)), identityOf(ask.openid)),
};

const bootstrap: Host = {
  name: "CloudBase door under the CLI's own runtime",
  ask: async (_, path, ask) => {
    const answering = runInCloudBase({
      functionName: split(path)[0],
      eventText: cloudbaseEvent(path, ask),
      ...(ask.openid && { openid: ask.openid }),
      identity: { WX_CLIENTIP: '203.0.113.7' },
      env: doorEnvironment(api.baseUrl),
    });
    return (await answering) as Reply;
  },
};

let world: World;
let me: Caller;
let api: HttpHost;
/** A door in a process of its own goes by the machine's clock, so the API has to as well. */
const keepTime = () => world.wait(Date.now() - world.deps.clock.now());
afterAll(() => api.stop());
beforeAll(async () => {
  // From the first: no session is valid that is older than its table.
  world = await createWorld({ startMs: Math.floor(Date.now() / 1000) * 1000 });
  api = await startHttpHost(world, keepTime);
  me = await world.cardHolder('me');
  await grant(world, me, 'account-link');
});

const code = (reply: Reply) => (reply.ok ? 'OK' : reply.error.code);

describe.each([aws, cloudbase, bootstrap])('$name', ({ ask }) => {
  it('serves a person: a card is made and read back (C1)', async () => {
    const made = await ask(world, 'cards/create', {
      token: me.token,
      input: { name: '林晓', idempotencyKey: onceKey() },
    });
    expect(made).toMatchObject({ ok: true, data: { name: '林晓', version: 1 } });
    const { cardId } = (made as { data: { cardId: string } }).data;
    expect(await ask(world, 'cards/get', { token: me.token, input: { cardId } })).toMatchObject({ ok: true });
  });

  it('takes no identity from the body (A1)', async () => {
    const before = (await world.scan()).length;
    for (const forged of [{ openid: 'me' }, { userInfo: { openId: 'me' } }, { WX_OPENID: 'me' }]) {
      expect(code(await ask(world, 'login/signIn', { input: forged }))).toBe('INVALID_INPUT');
    }
    expect(code(await ask(world, 'login/signIn', { input: { code: 'made-up' } }))).not.toBe('OK');
    const accounts = (await world.scan()).length - before;
    expect(accounts).toBeLessThanOrEqual(1); // one counter of failures at most
  });

  it('refuses what is too large, not JSON or unknown, each in its own words', async () => {
    const large = JSON.stringify({ operation: 'create', name: 'x'.repeat(300_000) });
    const sent = { rawBody: large, input: JSON.parse(large), token: me.token };
    const host = { ...sent, rawBody: ask === aws.ask ? large : undefined } as Ask;
    expect(code(await ask(world, 'cards/create', host))).toBe('BODY_TOO_LARGE');
    expect(code(await ask(world, 'cards/create', { rawBody: '{"name":', token: me.token }))).toBe(
      'BAD_REQUEST',
    );
    expect(code(await ask(world, 'cards/nothing', { token: me.token }))).toBe('UNKNOWN_OPERATION');
    expect(code(await ask(world, 'cards/constructor', { token: me.token }))).toBe('UNKNOWN_OPERATION');
    expect(code(await ask(world, 'cards/list', {}))).toBe('SIGN_IN_REQUIRED');
  });
});

/** What the gate says to a host that hands over what it was sent; tests themselves are one. */
const gate: Host = {
  name: 'a host of the tests',
  ask: (world, path, { input = {}, text, openid, device, ...by }) =>
    world.call(path, input, {
      ...(text !== undefined && { text, input: undefined }),
      ...(openid && { platform: { openid, nonce: onceKey() } }),
      ...(device && { client: { device } }),
      ...by,
    }),
};

describe('whatever host it comes through, hostile input gets the same answer', () => {
  const nested = (levels: number) => `${'{"a":'.repeat(levels - 1)}{}${'}'.repeat(levels - 1)}`;
  const lists = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
  const bytes = (count: number) => JSON.stringify({ name: 'x'.repeat(count - '{"name":""}'.length) });
  const long = 160_000;
  const unfinished = `e30.${Buffer.from(`{"a":"${'\\"'.repeat(long / 4)}`).toString('base64url')}.e30`;
  const deep = { code: 'INVALID_INPUT', limit: 'MAX_DEPTH', max: 16 };
  const large = { code: 'BODY_TOO_LARGE', limit: 'MAX_BODY_BYTES', max: 262_144 };
  type Row = [what: string, path: string, ask: () => Ask, expected: object];

  const rows: Row[] = [
    ['16 levels, which may be', 'cards/list', () => ({ text: nested(16) }), { code: 'SIGN_IN_REQUIRED' }],
    ['17 levels', 'cards/list', () => ({ text: nested(17) }), deep],
    ['17 levels of a signed-in person', 'cards/list', () => ({ text: nested(17), token: me.token }), deep],
    ['5 000 levels', 'cards/create', () => ({ text: nested(5_000) }), deep],
    ['100 000 lists in one another', 'cards/create', () => ({ text: lists(100_000) }), deep],
    [
      '100 000 levels for an operation that does not exist',
      'cards/nothing',
      () => ({ text: lists(100_000) }),
      deep,
    ],
    [
      'brackets that are text',
      'cards/list',
      () => ({ text: JSON.stringify({ a: '[{"'.repeat(99) }) }),
      { code: 'SIGN_IN_REQUIRED' },
    ],
    ['256 KB, which may be', 'cards/list', () => ({ text: bytes(262_144) }), { code: 'SIGN_IN_REQUIRED' }],
    ['256 KB and a byte', 'cards/list', () => ({ text: bytes(262_145) }), large],
    [
      '200 000 levels, which are too large before they are too deep',
      'cards/list',
      () => ({ text: lists(200_000) }),
      large,
    ],
    [
      'three bytes a character',
      'cards/list',
      () => ({ text: JSON.stringify({ a: '名'.repeat(100_000) }) }),
      large,
    ],
    ['a long list', 'cards/list', () => ({ text: JSON.stringify({ a: Array(200_000).fill(1) }) }), large],
    ['a long token', 'cards/list', () => ({ token: 'A'.repeat(long) }), { code: 'SIGN_IN_REQUIRED' }],
    [
      'a long token of the staff',
      'rights/ticketQueue',
      () => ({ token: `staff:wang:officer,${'x'.repeat(long)}` }),
      { code: 'SIGN_IN_REQUIRED' },
    ],
    [
      'a long token of an unfinished string',
      'rights/ticketQueue',
      () => ({ token: unfinished }),
      { code: 'SIGN_IN_REQUIRED' },
    ],
    [
      'a long token where none is needed',
      'consent/policy',
      () => ({ token: 'A'.repeat(long) }),
      { code: 'OK' },
    ],
    [
      'a long proof of self',
      'login/linkAccount',
      () => ({ input: { entry: 'wechat-pay', code: 'x' }, token: me.token, proof: 'A'.repeat(long) }),
      { code: 'PROOF_REQUIRED' },
    ],
    [
      'a long proof of self for an act that needs none',
      'cards/list',
      () => ({ token: me.token, proof: 'A'.repeat(long) }),
      { code: 'OK' },
    ],
    [
      'a device with a long name',
      'cards/list',
      () => ({ token: me.token, device: 'A'.repeat(long) }),
      { code: 'OK' },
    ],
  ];
  async function answersAsExpected(host: Host, [, path, ask, expected]: Row): Promise<void> {
    const reply = await host.ask(world, path, ask());
    const { limit, max } = (reply.ok ? {} : (reply.error.details ?? {})) as Record<string, unknown>;
    const said = { code: code(reply), ...(limit !== undefined && { limit, max }) };
    expect({ host: host.name, ...said }).toEqual({ host: host.name, ...expected });
  }

  it.each<Row>(rows)('%s', async (...row) => {
    for (const host of [gate, aws, cloudbase]) await answersAsExpected(host, row);
  });

  it("also under the runtime of CloudBase's own CLI, which is a process for each", () =>
    holdsFor(rows, 3, (row) => answersAsExpected(bootstrap, row)));
});

describe('AWS', () => {
  it('answers with the status of the code, JSON, and nothing that a cache may keep', async () => {
    const answer = await http(world, httpEvent('cards/list', {}), 'cards');
    expect(answer).toMatchObject({
      statusCode: 401,
      headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' },
    });
  });

  it('takes a 10 MB body for what it is', async () => {
    const answer = await http(
      world,
      httpEvent('cards/create', { rawBody: 'x'.repeat(10 * 1024 * 1024) }),
      'cards',
    );
    expect(answer.statusCode).toBe(413);
  });

  it('refuses GET, other content types, and well-known paths of other functions', async () => {
    const post = httpEvent('cards/list', { token: me.token });
    const get = {
      ...post,
      requestContext: { ...post.requestContext, http: { ...post.requestContext.http, method: 'GET' } },
    };
    expect((await http(world, get, 'cards')).statusCode).toBe(404);
    expect((await http(world, { ...get, rawPath: '/.well-known/jwks.json' }, 'cards')).statusCode).toBe(404);
    const form = { ...post, headers: { ...post.headers, 'content-type': 'text/plain' } };
    expect((await http(world, form, 'cards')).statusCode).toBe(400);
    const published = await http(world, { ...get, rawPath: '/.well-known/jwks.json' }, 'consent');
    expect(JSON.parse(published.body ?? '')).toMatchObject({ keys: [{ kty: 'EC', crv: 'P-256' }] });
  });

  it('leads by no other path to an operation: the function that the default route goes to runs only its own', async () => {
    const others = Object.keys(functions).filter((name) => name !== 'consent');
    const paths = [
      ...others.flatMap((name) => [`/${name}/policy`, `/${name}/consent/policy`]),
      ...['/', '/policy', '//policy', '/consent', '/consent/', '/consent/policy/', '/consent//policy'],
      ...[
        '/Consent/policy',
        '/v0/consent/policy',
        '/consent/policy/policy',
        '/consent/..%2Fpolicy',
        '/about',
      ],
    ];
    for (const rawPath of paths) {
      const { statusCode, body } = await http(world, { ...httpEvent('', {}), rawPath }, 'consent');
      expect([rawPath, statusCode, code(JSON.parse(body ?? ''))]).toEqual([
        rawPath,
        404,
        'UNKNOWN_OPERATION',
      ]);
    }
    expect(code(await aws.ask(world, 'consent/policy', {}))).toBe('OK');
  });

  it('says at its root what it is and who answers for it, as a page that loads nothing', async () => {
    const post = httpEvent('', {});
    const request = { ...post.requestContext, http: { ...post.requestContext.http, method: 'GET' } };
    const { statusCode, headers, body } = await http(world, { ...post, requestContext: request }, 'consent');
    expect([statusCode, headers?.['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
    expect(headers?.['content-security-policy']).toMatch(
      /^default-src 'none'; style-src 'sha256-[^;]+; img-src data:;/,
    );
    for (const said of [...Object.values(operator), `POST ${API_PATH}/函数/操作`, 'UNKNOWN_OPERATION'])
      expect(body).toContain(said);
  });

  it.each([undefined, null, ''])('takes a body of %j for an empty input', async (body) => {
    const event = { ...httpEvent('cards/list', { token: me.token }), body };
    expect((await http(world, event, 'cards')).statusCode).toBe(200);
  });

  it('decodes a base64 body and measures it decoded', async () => {
    const body = Buffer.from(JSON.stringify({ limit: 1 })).toString('base64');
    const event = { ...httpEvent('cards/list', { token: me.token }), body, isBase64Encoded: true };
    expect((await http(world, event, 'cards')).statusCode).toBe(200);
  });

  it('does not let a body dress as a queue or a timer: only the platform makes those events', async () => {
    const queue = { Records: [{ eventSource: 'aws:sqs', messageId: 'm', body: '{}' }] };
    const timer = { source: 'aws.events', 'detail-type': 'Scheduled Event' };
    for (const dressed of [queue, timer]) {
      for (const operation of ['runProcess', 'sweep']) {
        expect(
          code(await aws.ask(world, `retention/${operation}`, { input: dressed, token: me.token })),
        ).toBe('UNKNOWN_OPERATION');
      }
    }
  });

  it('gives back to the queue only the messages that failed', async () => {
    const record = (messageId: string, body: string) => ({ eventSource: 'aws:sqs', messageId, body });
    const nobody = JSON.stringify({ kind: 'erasure', id: '1', subjectId: 'A'.repeat(22) });
    const event = {
      Records: [record('good', nobody), record('bad', '{'), record('wrong', '{"subjectId":1}')],
    };
    const answer = (await handleAws(
      world.deps,
      'retention',
      functions.retention ?? {},
      event,
      'r',
    )) as SQSBatchResponse;
    expect(answer.batchItemFailures).toEqual([{ itemIdentifier: 'bad' }, { itemIdentifier: 'wrong' }]);
  });

  it('runs the timer, and fails the invocation when the operation fails', async () => {
    const timer = { source: 'aws.events', 'detail-type': 'Scheduled Event' };
    const reply = await handleAws(world.deps, 'retention', functions.retention ?? {}, timer, 'r');
    expect(reply).toMatchObject({ ok: true, data: { finished: true } });
    await expect(handleAws(world.deps, 'cards', functions.cards ?? {}, timer, 'r')).rejects.toThrow(
      'UNKNOWN_OPERATION',
    );
  });
});

it('a withdrawal through one host is obeyed by the others on the next call (K3)', async () => {
  const caller = await world.cardHolder('traveller');
  await cloudbase.ask(world, 'consent/withdraw', {
    token: caller.token,
    input: await consentAct(world.ok, { seenEntry: 2 }),
  });
  for (const { ask } of [aws, cloudbase, bootstrap]) {
    expect(code(await ask(world, 'cards/list', { token: caller.token }))).toBe('CONSENT_REQUIRED');
  }
});
