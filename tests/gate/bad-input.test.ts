import { randomBytes } from 'node:crypto';
import * as z from 'zod/mini';
import { parseInput } from '../../lib/gate/input';
import { consentAct } from '../support/consent';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';

let world: World;
let me: Caller;
let other: Caller;
let cardId: string;
beforeAll(async () => {
  world = await createWorld();
  me = await world.cardHolder('me');
  other = await world.cardHolder('other');
  ({ cardId } = await world.ok<{ cardId: string }>(
    'cards/create',
    { name: '原名', idempotencyKey: onceKey() },
    me,
  ));
});

const secret = '绝密之名';
const create = { name: secret };

/** Refused with that code, naming that field, with no submitted value in answer or log, and the table as it was. */
async function refusedCleanly(
  path: string,
  input: unknown,
  code: string,
  field: string | undefined,
  by: object = me,
) {
  const before = JSON.stringify(await world.scan());
  world.lines.length = 0;
  const reply = await world.call(path, input, by);
  expect(reply).toMatchObject({ ok: false, error: { code } });
  const said = JSON.stringify(reply);
  if (field) expect(said).toContain(`"field":"${field}"`);
  expect(said + world.lines.join('')).not.toContain(secret);
  expect(JSON.stringify(await world.scan())).toBe(before);
}

const key = () => ({ idempotencyKey: onceKey() });
const deep = (levels: number): unknown => (levels === 0 ? secret : { a: deep(levels - 1) });

describe('bad input is refused, named, never repeated, and writes nothing', () => {
  it.each<[string, unknown, string]>([
    ['a missing field', { ...key() }, 'name'],
    ['a missing idempotency key', { ...create }, 'idempotencyKey'],
    ['an extra field', { ...create, ...key(), extra: secret }, 'extra'],
    ['an extra field whose name is personal', { ...create, ...key(), [secret]: 1 }, '(未知字段)'],
    ['a wrong type', { ...key(), name: { first: secret } }, 'name'],
    ['a list that should be text', { ...key(), name: [secret] }, 'name'],
    ['an empty name', { ...key(), name: '   ' }, 'name'],
    ['a name that is too long', { ...key(), name: secret.repeat(20) }, 'name'],
    ['too many phones', { ...create, ...key(), phones: Array(11).fill({ number: '1' }) }, 'phones'],
    [
      'a list beyond every limit',
      { ...create, ...key(), phones: Array(501).fill({ number: '1' }) },
      'phones',
    ],
    ['a lone surrogate', { ...key(), name: `${secret}\ud800` }, 'name'],
    ['a control character', { ...key(), name: `${secret}\u0007` }, 'name'],
    ['a line separator', { ...key(), name: `${secret}\u2028` }, 'name'],
    ['a control character in a field name', { ...create, ...key(), 'a\u0000b': 1 }, '(输入)'],
    [
      'a __proto__ field',
      JSON.parse(`{"name":"${secret}","idempotencyKey":"${onceKey()}","__proto__":{"x":1}}`),
      '__proto__',
    ],
    ['a short idempotency key', { ...create, idempotencyKey: 'short' }, 'idempotencyKey'],
    ['text instead of an object', secret, '(输入)'],
    ['a list instead of an object', [secret], '(输入)'],
  ])('%s', async (_, input, field) => {
    await refusedCleanly('cards/create', input, 'INVALID_INPUT', field);
  });

  it('deep nesting', async () => {
    const input = { ...create, ...key(), note: deep(40) };
    await refusedCleanly('cards/create', input, 'INVALID_INPUT', undefined);
    await refusedCleanly('cards/create', { ...key(), name: deep(10_000 / 4) }, 'INVALID_INPUT', undefined);
  });

  it.each(['nothing', 'constructor', '__proto__', 'toString', '', secret])(
    'unknown operation %p',
    async (name) => {
      await refusedCleanly(`cards/${name}`, create, 'UNKNOWN_OPERATION', undefined);
    },
  );

  it('an operation of the queue or the timer, called by a person', async () => {
    const input = { subjectId: randomBytes(16).toString('base64url'), seq: 1 };
    await refusedCleanly('retention/runProcess', input, 'UNKNOWN_OPERATION', undefined);
    await refusedCleanly('retention/sweep', {}, 'UNKNOWN_OPERATION', undefined);
  });
});

describe('tokens that are not live are all alike (A5)', () => {
  const forged = () => ({ token: randomBytes(48).toString('base64url') });
  const flipped = () => ({ token: me.token.slice(0, -2) + (me.token.endsWith('AA') ? 'BB' : 'AA') });
  const crossed = () => {
    const mine = Buffer.from(me.token, 'base64url');
    const theirs = Buffer.from(other.token, 'base64url');
    return { token: Buffer.concat([mine.subarray(0, 16), theirs.subarray(16)]).toString('base64url') };
  };
  it.each<[string, () => object]>([
    ['absent', () => ({})],
    ['rubbish', () => ({ token: 'x' })],
    ['made up', forged],
    ['altered', flipped],
    ["one person's name with another's secret", crossed],
  ])('%s', async (_, by) => {
    await refusedCleanly('cards/get', { cardId }, 'SIGN_IN_REQUIRED', undefined, by());
    await refusedCleanly('cards/get', { wrong: secret }, 'SIGN_IN_REQUIRED', undefined, by());
  });

  it('expired by the clock, to the millisecond', async () => {
    const fresh = await createWorld();
    const caller = await fresh.signIn('x');
    fresh.wait(30 * 86_400_000 - 1);
    expect(await fresh.refused('login/listSessions', {}, caller)).toBe('OK');
    fresh.wait(1);
    expect(await fresh.refused('login/listSessions', {}, caller)).toBe('SIGN_IN_REQUIRED');
  });
});

describe("other people's things look absent (C1)", () => {
  it("somebody else's card in every operation", async () => {
    await refusedCleanly('cards/get', { cardId }, 'NOT_FOUND', undefined, other);
    await refusedCleanly('cards/update', { cardId, version: 1, name: secret }, 'NOT_FOUND', undefined, other);
    await refusedCleanly('cards/delete', { cardId, version: 1 }, 'NOT_FOUND', undefined, other);
  });

  it("somebody else's session", async () => {
    await refusedCleanly('login/revokeSession', { sessionId: other.sessionId }, 'NOT_FOUND', undefined);
  });

  it('a cursor from another person or another list', async () => {
    for (let index = 0; index < 3; index += 1) await world.ok('cards/create', { name: 'x', ...key() }, me);
    const { cursor } = await world.ok<{ cursor: string }>('cards/list', { limit: 2 }, me);
    const ledger = await world.ok<{ cursor: string }>('consent/history', { limit: 1 }, me);
    expect(await world.refused('cards/list', { limit: 2, cursor }, me)).toBe('OK');
    await refusedCleanly('cards/list', { cursor }, 'CURSOR_INVALID', undefined, other);
    await refusedCleanly('cards/list', { cursor: ledger.cursor }, 'CURSOR_INVALID', undefined);
    await refusedCleanly('consent/history', { cursor }, 'CURSOR_INVALID', undefined);
    await refusedCleanly('cards/list', { cursor: `B${cursor.slice(1)}` }, 'CURSOR_INVALID', undefined);
    await refusedCleanly('cards/list', { cursor: '' }, 'CURSOR_INVALID', undefined);
  });
});

describe('stale and repeated writes', () => {
  it('a stale version is refused with the current one (C1)', async () => {
    const { version } = await world.ok<{ version: number }>(
      'cards/update',
      { cardId, version: 1, name: '新名' },
      me,
    );
    expect(version).toBe(2);
    await refusedCleanly('cards/update', { cardId, version: 1, name: secret }, 'VERSION_CONFLICT', undefined);
    await refusedCleanly('cards/delete', { cardId, version: 1 }, 'VERSION_CONFLICT', undefined);
  });

  it('an idempotency key used again with other content is refused', async () => {
    const once = onceKey();
    await world.ok('cards/create', { name: '一', idempotencyKey: once }, me);
    await refusedCleanly(
      'cards/create',
      { name: secret, idempotencyKey: once },
      'IDEMPOTENCY_CONFLICT',
      undefined,
    );
  });

  it('a consent act with a stale hash, an unknown version, a ticked box or a bundle is refused (K1, K2)', async () => {
    const act = await consentAct(world.ok, { seenEntry: 2 });
    const bad = (change: object) => ({ ...act, ...change });
    await refusedCleanly('consent/grant', bad({ textHash: '0'.repeat(64) }), 'POLICY_CHANGED', undefined);
    await refusedCleanly('consent/grant', bad({ policyVersion: 99 }), 'POLICY_CHANGED', undefined);
    await refusedCleanly('consent/grant', bad({ seenEntry: 0 }), 'VERSION_CONFLICT', undefined);
    await refusedCleanly('consent/grant', bad({ purpose: ['cards', 'account'] }), 'INVALID_INPUT', 'purpose');
    await refusedCleanly('consent/grant', bad({ purpose: 'account' }), 'INVALID_INPUT', 'purpose');
    const evidence = { control: 'x', defaultState: 'checked', dwellMs: 1 };
    await refusedCleanly('consent/grant', bad({ evidence }), 'INVALID_INPUT', 'evidence.defaultState');
    await refusedCleanly('consent/grant', bad({ evidence: undefined }), 'INVALID_INPUT', 'evidence');
  });
});

/** Every schema of a text in an input, with the path to it. */
function textsOf(schema: unknown, path: string, met = new Set<unknown>()): [path: string, z.ZodMiniType][] {
  if (typeof schema !== 'object' || schema === null || met.has(schema)) return [];
  met.add(schema);
  const { def, shape } = schema as { def?: { type?: string } & Record<string, unknown>; shape?: object };
  if (def?.type === 'string') return [[path, schema as z.ZodMiniType]];
  const parts = Object.entries(shape ?? {}).map(([name, one]) => [`${path}.${name}`, one] as const);
  const inner = Object.values(def ?? {}).flatMap((one) => (Array.isArray(one) ? one : [one]));
  return [...parts, ...inner.map((one) => [path, one] as const)].flatMap(([at, one]) =>
    textsOf(one, at, met),
  );
}
const texts = Object.entries(functions).flatMap(([name, operations]) =>
  Object.entries(operations).flatMap(([own, { input }]) => textsOf(input, `${name}/${own}`)),
);

it('no text of any operation keeps what turns text around, and no address runs a script (C1)', () => {
  expect(texts.length).toBeGreaterThan(150);
  const kept = (leaf: z.ZodMiniType, text: string) => {
    try {
      return JSON.stringify(parseInput(z.strictObject({ text: leaf }), { text }));
    } catch {
      return '';
    }
  };
  const turns = [...'\u202A\u202B\u202C\u202D\u202E\u2066\u2067\u2068\u2069'];
  for (const [path, leaf] of texts) {
    const found = turns.filter((one) => kept(leaf, `林${one}晓`).includes(one));
    expect({ [path]: found }).toEqual({ [path]: [] });
    if (/\.(url|site|sites|link|href|uri)$/i.test(path))
      expect({ [path]: kept(leaf, 'javascript:alert(1)') }).toEqual({ [path]: '' });
  }
});
