import tcb from '@cloudbase/node-sdk';
import fc from 'fast-check';
import { main as loginMain } from '../../functions/login/index';
import { main as retentionMain } from '../../functions/retention/index';
import type { Reply } from '../../lib/gate/call';
import { textOf, variablesOf } from '../../lib/host/cloudbase-context';
import { createWorld, type World } from '../support/world';

/**
 * The platform's own SDK is the judge of how a context is read; it is too heavy to be in a bundle (ADR 2). Only
 * `parseContext` keeps to the context: its other readers fall back to the variables of the process.
 */
function theirs(context: object): unknown {
  try {
    const { environment, environ } = tcb.parseContext(context as never);
    return environment ?? environ;
  } catch {
    return undefined;
  }
}

const person = { WX_OPENID: 'o1', WX_APPID: 'wx1', WX_UNIONID: 'u1', WX_CLIENTIP: '203.0.113.7' };
const both = { environment: JSON.stringify({ WX_OPENID: 'new' }), environ: 'WX_OPENID=old' };

describe("a call's variables are read as the platform's SDK reads them", () => {
  it.each<[string, object]>([
    ['a WeChat person', { environment: JSON.stringify(person) }],
    ['a person of the web', { environment: JSON.stringify({ TCB_UUID: 'uuid', TCB_SOURCE_IP: '::1' }) }],
    ['the older form', { environ: 'WX_OPENID=o1;WX_APPID=wx1;WX_CONTEXT_KEYS=WX_OPENID,WX_APPID' }],
    ['the older form with signs in values', { environ: 'A=x=y==;B=;;=z;C;D=1,2;WX_OPENID=o=1' }],
    ['the older form with a name twice', { environ: 'WX_OPENID=o1;WX_OPENID=o2' }],
    ['both forms', both],
    ['the older form beside an empty new one', { ...both, environment: '' }],
    ['nothing in it', { environment: '{}' }],
    ['an empty older form', { environ: '' }],
  ])('%s', (_, context) => {
    expect(theirs(context)).toBeDefined();
    expect(variablesOf(context)).toEqual(theirs(context));
  });

  it.each<[string, object]>([
    ['neither form', {}],
    ['a new form that is no JSON, whatever the older one says', { ...both, environment: '{' }],
    ['forms that are no text', { environment: { WX_OPENID: 'o1' }, environ: 7 }],
  ])('nobody is in a context with %s, which the SDK refuses', (_, context) => {
    expect(theirs(context)).toBeUndefined();
    expect(variablesOf(context)).toEqual({});
  });

  it.each([undefined, null, 'WX_OPENID=o1', 7, { environment: 'null' }, { environment: '"WX_OPENID"' }])(
    'nobody is in %j, which is no context of a call',
    (context) => {
      expect(textOf(variablesOf(context), 'WX_OPENID')).toBeUndefined();
    },
  );

  it('any other context, too', () => {
    const name = fc.constantFrom('WX_OPENID', 'WX_APPID', 'TCB_SOURCE', 'WX_CONTEXT_KEYS', 'X', '');
    const variables = fc.dictionary(name, fc.oneof(fc.string(), fc.constantFrom('a,b', 'a=b', 'a;b', '')));
    const older = fc.array(fc.string({ unit: fc.constantFrom('A', '=', ';', ',', ' ', 'WX_OPENID') }), {
      maxLength: 12,
    });
    const context = fc.oneof(
      fc.record({
        environment: fc.oneof(
          fc.json(),
          variables.map((one) => JSON.stringify(one)),
        ),
      }),
      fc.record({ environ: older.map((parts) => parts.join('')) }),
      fc.record({ environment: fc.string(), environ: fc.string() }),
    );
    fc.assert(
      fc.property(context, (one) => {
        const said = theirs(one);
        const expected = typeof said === 'object' && said !== null ? said : {};
        expect({ ...variablesOf(one) }).toEqual({ ...expected });
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('in a process that still has the variables of an earlier call', () => {
  const left = {
    WX_CONTEXT_KEYS: 'WX_OPENID,WX_APPID,WX_CLIENTIP',
    TCB_CONTEXT_KEYS: 'TCB_SOURCE,TCB_UUID',
    WX_OPENID: 'earlier',
    WX_APPID: 'wxtest',
    WX_CLIENTIP: '203.0.113.9',
    TCB_UUID: 'earlier',
    TCB_SOURCE: 'wx_trigger',
  };
  const contextOf = (variables: object) => ({ request_id: 'r', environment: JSON.stringify(variables) });
  const code = (reply: Reply) => (reply.ok ? 'OK' : reply.error.code);
  const before = { ...process.env };
  let world: World;
  beforeAll(async () => {
    world = await createWorld();
    const { development: _, ...settings } = world.config;
    Object.assign(process.env, settings, left);
  });
  afterAll(() => {
    for (const name of Object.keys(process.env)) delete process.env[name];
    Object.assign(process.env, before);
  });

  it('a caller is who their own call says, and a web caller is nobody at all (A1)', async () => {
    const signIn = (variables: object) => loginMain({ operation: 'signIn', input: {} }, contextOf(variables));
    const first = await signIn({ WX_OPENID: 'first', WX_APPID: 'wxtest', WX_CLIENTIP: '203.0.113.1' });
    expect(first).toMatchObject({ ok: true, data: { newAccount: true } });
    for (const web of [{ TCB_UUID: 'web', TCB_SOURCE_IP: '203.0.113.2' }, { WX_OPENID: '' }, {}]) {
      expect(code(await signIn(web))).toBe('INVALID_INPUT'); // no wx.login code, and nobody vouches for them
    }
    expect(code(await loginMain({ operation: 'signIn', input: {} }))).toBe('INVALID_INPUT');
    expect(code(await signIn({ WX_OPENID: 'second' }))).toBe('CALLER_NOT_ALLOWED'); // the appid is left over
    expect((await world.signIn('earlier')).newAccount).toBe(true);
    expect((await world.signIn('first')).newAccount).toBe(false);
  });

  it('a timer is one by its own call, and nobody else is', async () => {
    const run = (variables: object) => retentionMain({ operation: 'sweep' }, contextOf(variables));
    expect(code(await run({ TCB_SOURCE: 'wx_trigger' }))).toBe('OK');
    expect(code(await run({ WX_OPENID: 'first', WX_APPID: 'wxtest' }))).toBe('UNKNOWN_OPERATION');
    expect(code(await run({}))).toBe('UNKNOWN_OPERATION');
  });
});
