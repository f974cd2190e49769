import { API_PATH } from '../../lib/api-version';
import { DOOR_HEADER } from '../../lib/door/assertion';
import { passThrough } from '../../lib/door/door';
import { readDoorSettings } from '../../lib/door/serve';
import type { Reply } from '../../lib/gate/call';
import { answer, doorEnvironment, doorSettings, doorTo, type Sent } from '../support/door';
import { DOOR_KEY, newDoorKey, publicHalf } from '../support/door-key';
import { respelled } from '../support/respelled';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const code = (reply: Reply) => (reply.ok ? 'OK' : reply.error.code);
const person = (openid: string, more: object = {}) => ({ WX_OPENID: openid, WX_APPID: 'wxtest', ...more });
const contextOf = (variables: object, name = 'login') => ({
  request_id: 'r',
  function_name: name,
  environment: JSON.stringify(variables),
});
const ask = (
  event: object,
  context: unknown = contextOf(person('me')),
  parts = doorTo(world),
  settings = doorSettings(),
) => passThrough(settings, parts, event, context);
const signIn = { operation: 'signIn', input: {} };

/** What the door sends for a call, caught on its way: it has not arrived. */
async function intercepted(
  event: object = signIn,
  context: unknown = contextOf(person('me')),
): Promise<Sent> {
  const sent: Sent[] = [];
  const send = async (url: unknown, init: RequestInit = {}) => {
    const headers = init.headers as Record<string, string>;
    sent.push({ path: new URL(String(url)).pathname, headers, body: String(init.body) });
    return new Response('');
  };
  await ask(event, context, { ...doorTo(world), send: send as typeof fetch });
  return sent[0] as Sent;
}
const arrive = async (sent: Sent): Promise<string> =>
  code((await (await answer(world, sent)).json()) as Reply);
const claimsOf = ({ headers }: Sent): Record<string, unknown> =>
  JSON.parse(Buffer.from(headers[DOOR_HEADER]?.split('.')[1] ?? '', 'base64url').toString());

describe('what the door swears to (A1)', () => {
  it('is who the platform says is calling, from where, in which call, and nothing that the client said', async () => {
    const forged = {
      ...signIn,
      userInfo: { openId: 'victim' },
      WX_OPENID: 'victim',
      platform: { openid: 'victim' },
    };
    const sent = await intercepted(
      forged,
      contextOf(person('me', { WX_UNIONID: 'u', WX_CLIENTIP: '203.0.113.9' })),
    );
    expect(claimsOf(sent)).toMatchObject({
      openid: 'me',
      unionid: 'u',
      address: '203.0.113.9',
      to: 'login/signIn',
    });
    expect(JSON.stringify([sent, claimsOf(sent)])).not.toContain('victim');
  });

  it('signs in the same person as a code does', async () => {
    await world.signIn('known');
    const reply = await ask(signIn, contextOf(person('known')));
    expect(reply).toMatchObject({ ok: true, data: { newAccount: false } });
  });

  it.each<[string, object]>([
    ['another mini-program', { WX_OPENID: 'me', WX_APPID: 'wxother' }],
    ['no mini-program', { WX_OPENID: 'me' }],
    ['an empty one', { WX_OPENID: 'me', WX_APPID: '' }],
    ['another one without an openid', { WX_APPID: 'wxother' }],
  ])('is refused for a caller of %s', async (_, variables) => {
    expect(code(await ask(signIn, contextOf(variables)))).toBe('CALLER_NOT_ALLOWED');
  });

  it('is read from the call alone: two callers, somebody of the web and a timer in one warm process', async () => {
    process.env.WX_OPENID = 'stale';
    process.env.WX_APPID = 'wxtest';
    process.env.TCB_SOURCE = 'wx_trigger';
    try {
      const calls = [contextOf(person('first')), contextOf(person('second')), contextOf({ TCB_UUID: 'web' })];
      const sent = await Promise.all(calls.map((context) => intercepted(signIn, context)));
      expect(sent.map((one) => claimsOf(one).openid)).toEqual(['first', 'second', undefined]);
      const timer = { Type: 'Timer', TriggerName: 'nightly', Time: '2026-12-01T18:00:00Z', Message: '' };
      expect(code(await ask(timer, contextOf({ TCB_SOURCE: 'wx_trigger' })))).toBe('BAD_REQUEST');
      for (const context of [null, 7, 'WX_OPENID=o', {}, { environment: '{' }, { environment: 'null' }])
        expect(code(await ask(signIn, context))).toBe('BAD_REQUEST');
    } finally {
      for (const name of ['WX_OPENID', 'WX_APPID', 'TCB_SOURCE']) delete process.env[name];
    }
  });
});

describe('what the API believes of it (A1, A7)', () => {
  it('once, where it is all that the caller shows: whoever overhears it signs nobody in', async () => {
    const sent = await intercepted();
    expect(await arrive(sent)).toBe('OK');
    expect(await arrive(sent)).toBe('LOGIN_CODE_INVALID');
  });

  it('again, where a token is the credential, and then costs no trip', async () => {
    const { token } = await world.cardHolder('holder');
    const list = { operation: 'list', input: {}, token };
    const sent = await intercepted(list, contextOf(person('holder'), 'cards'));
    expect(await arrive(sent)).toBe('OK');
    const { trips } = await world.costOf(async () => expect(await arrive(sent)).toBe('OK'));
    expect(trips).toBe(2); // the person, and their cards
  });

  const altered: [string, (sent: Sent) => Sent][] = [
    ['with another body', (sent) => ({ ...sent, body: '{"code":"x"}' })],
    ['for another operation', (sent) => ({ ...sent, path: `${API_PATH}/login/listSessions` })],
    ['for another function', (sent) => ({ ...sent, path: `${API_PATH}/cards/list` })],
    [
      'with a bit of its signature turned',
      (sent) => withAssertion(sent, (text) => flip(text, text.length - 10)),
    ],
    ['with a bit of its claims turned', (sent) => withAssertion(sent, (text) => flip(text, text.length / 2))],
    ['without a signature', (sent) => withAssertion(sent, (text) => text.replace(/[^.]+$/, ''))],
    ['with none as its algorithm', (sent) => withAssertion(sent, withoutAlgorithm)],
    ...[0, 1].map((nth): [string, (sent: Sent) => Sent] => [
      `in another spelling (${nth})`,
      (sent) => withAssertion(sent, (text) => respelled(text)[nth] ?? ''),
    ]),
    ['that is empty', (sent) => withAssertion(sent, () => '')],
    ['that is no assertion', (sent) => withAssertion(sent, () => 'Bearer x')],
    ['of great length', (sent) => withAssertion(sent, (text) => text + 'A'.repeat(100_000))],
  ];
  it.each(altered)('never %s', async (_, change) => {
    expect(await arrive(change(await intercepted()))).toBe('CALLER_NOT_ALLOWED');
  });

  it('never from another key, whatever id it claims, and never for another mini-program', async () => {
    const stolen = newDoorKey('door-1');
    expect(code(await ask(signIn, undefined, doorTo(world), doorSettings(stolen)))).toBe(
      'CALLER_NOT_ALLOWED',
    );
    const other = { ...doorSettings(), appid: 'wxother' };
    const context = contextOf({ WX_OPENID: 'me', WX_APPID: 'wxother' });
    expect(code(await ask(signIn, context, doorTo(world), other))).toBe('CALLER_NOT_ALLOWED');
  });

  it('for 60 seconds, and 30 more for clocks that differ, to the second; and says how far they are apart', async () => {
    const at = async (seconds: number) => {
      const sent = await intercepted();
      world.wait(seconds * 1000);
      const told = await arrive(sent);
      world.wait(-seconds * 1000);
      return told;
    };
    expect(await at(90)).toBe('OK');
    expect(await at(91)).toBe('CALLER_NOT_ALLOWED');
    expect(world.lines.at(-2)).toContain('"partnerCode":"late","count":91');
    expect(await at(-30)).toBe('OK');
    expect(await at(-31)).toBe('CALLER_NOT_ALLOWED');
    expect(world.lines.at(-2)).toContain('"partnerCode":"early","count":-31');
  });

  it('by the old key and the new one while a leaked key is being changed, and then by the new one alone', async () => {
    const next = newDoorKey('door-2');
    const under = async (keys: string[], key: typeof next) => {
      const like = { ...world, config: { ...world.config, DOOR_KEYS: keys.join(',') } };
      const changed = await createWorld({ like });
      return code(await ask(signIn, undefined, doorTo(changed), doorSettings(key)));
    };
    const [old, both] = [publicHalf(DOOR_KEY), [publicHalf(DOOR_KEY), publicHalf(next)]];
    expect(await under([old], next)).toBe('CALLER_NOT_ALLOWED');
    expect([await under(both, DOOR_KEY), await under(both, next)]).toEqual(['OK', 'OK']);
    expect(await under([publicHalf(next)], DOOR_KEY)).toBe('CALLER_NOT_ALLOWED');
  });
});

describe('what the door passes on', () => {
  it('is the answer of the service; what is none, too late or not there is BUSY, for the caller to repeat', async () => {
    const answering = (reply: () => Promise<Response>) =>
      ask(signIn, undefined, { ...doorTo(world), send: reply as never });
    expect(code(await answering(async () => new Response('<html>502</html>', { status: 502 })))).toBe('BUSY');
    expect(code(await answering(async () => new Response('{"message":"Not Found"}', { status: 404 })))).toBe(
      'BUSY',
    );
    expect(code(await answering(() => Promise.reject(new TypeError('fetch failed'))))).toBe('BUSY');
  });

  it('is told where the API is when an answer is larger than CloudBase can carry', async () => {
    const large = async () => new Response(JSON.stringify({ ok: true, data: '名'.repeat(400_000) }));
    const reply = await ask(signIn, undefined, { ...doorTo(world), send: large as never });
    expect(reply).toMatchObject({
      ok: false,
      error: { code: 'TOO_LARGE_FOR_CLOUDBASE', details: { api: `https://api.test${API_PATH}` } },
    });
  });

  it('is no address of the client’s making', async () => {
    for (const operation of ['../cards/list', 'a/b', 'signIn?x=1', '', 'x'.repeat(65), 'sign In'])
      expect(code(await ask({ operation, input: {} }))).toBe('BAD_REQUEST');
  });

  it('names no setting value when one is wrong, and goes to no API outside mainland China (S1)', () => {
    const good = doorEnvironment('http://127.0.0.1:1');
    expect(readDoorSettings(good)).toMatchObject({ apiBase: 'http://127.0.0.1:1', appid: 'wxtest' });
    expect(() => readDoorSettings({ ...good, DOOR_KEY: 'secret-and-wrong' })).toThrow(/^Missing.*DOOR_KEY\./);
    expect(() => readDoorSettings({ ...good, DOOR_KEY: 'secret-and-wrong' })).not.toThrow(/secret/);
    const abroad = { ...good, STAGE: 'production', API_BASE: 'https://api.example.com' };
    expect(() => readDoorSettings(abroad)).toThrow('API_BASE points outside mainland China');
  });
});

function withAssertion(sent: Sent, change: (text: string) => string): Sent {
  return { ...sent, headers: { ...sent.headers, [DOOR_HEADER]: change(sent.headers[DOOR_HEADER] ?? '') } };
}

function flip(text: string, at: number): string {
  const index = Math.floor(at);
  return text.slice(0, index) + (text[index] === 'A' ? 'B' : 'A') + text.slice(index + 1);
}

function withoutAlgorithm(text: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'none', typ: 'leliao-door' })).toString('base64url');
  return `${header}.${text.split('.')[1]}.`;
}
