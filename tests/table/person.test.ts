import { createHash } from 'node:crypto';
import { parseToken } from '../../lib/crypto/token';
import { consentPurposeIds } from '../../lib/policy/purposes';
import { sendingLimits } from '../../lib/policy/sending-limits';
import { MAX_SESSIONS_PER_PERSON, type Session } from '../../lib/table/person/person';
import { isInTime } from '../../lib/table/person/sessions';
import { amount } from '../proof/sample';
import { grant } from '../support/consent';
import { partnerIn } from '../support/partners';
import { type Caller, createWorld, onceKey, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});
/** The openid of somebody new for each test. */
let openid: string;
beforeEach(() => {
  openid = `me-${onceKey()}`;
});

const device = {
  client: { device: '一'.repeat(64), version: '9'.repeat(64) },
  address: '2001:db8:ffff:1::1',
};

describe("the person's item", () => {
  it('stays one read unit with every session and every consent it may hold (A5)', async () => {
    const me = await world.cardHolder(openid);
    const all: Caller[] = [me];
    while (all.length < MAX_SESSIONS_PER_PERSON) all.push(await world.signIn(openid));
    for (const caller of all) await world.ok('consent/status', {}, { ...caller, ...device });
    const { sessions } = await world.ok<{ sessions: object[] }>('login/listSessions', {}, me);
    expect(sessions).toHaveLength(MAX_SESSIONS_PER_PERSON);
    for (const purpose of consentPurposeIds.filter((id) => id !== 'cards')) {
      await grant(world, { ...me, ...device }, purpose);
    }
    const cost = await world.costOf(() => world.ok('consent/status', {}, me));
    expect(cost).toMatchObject({ trips: 1, readUnits: 1 });
  });

  it('gives a new session the place of the oldest when all are taken (A5)', async () => {
    const all: Caller[] = [];
    for (let index = 0; index <= MAX_SESSIONS_PER_PERSON; index += 1) {
      all.push(await world.signIn(openid));
      world.wait(1000);
    }
    expect(await world.refused('consent/status', {}, all[0])).toBe('SIGN_IN_REQUIRED');
    for (const caller of all.slice(1)) expect(await world.refused('consent/status', {}, caller)).toBe('OK');
  });
});

describe('sessions (A5)', () => {
  it('end on the next call, on another instance too', async () => {
    const [phone, tablet, laptop, car] = [
      await world.signIn(openid),
      await world.signIn(openid),
      await world.signIn(openid),
      await world.signIn(openid),
    ];
    expect(await world.ok('login/revokeSession', { sessionId: tablet.sessionId }, phone)).toEqual({
      ended: 1,
    });
    expect(await world.refused('consent/status', {}, tablet)).toBe('SIGN_IN_REQUIRED');
    expect(await world.ok('login/revokeOthers', {}, phone)).toEqual({ ended: 2 });
    for (const other of [laptop, car]) {
      expect(await world.refused('consent/status', {}, other)).toBe('SIGN_IN_REQUIRED');
    }
    expect(await world.refused('consent/status', {}, phone)).toBe('OK');
    expect(await world.ok('login/signOut', {}, phone)).toEqual({ ended: 1 });
    expect(await world.refused('consent/status', {}, phone)).toBe('SIGN_IN_REQUIRED');
  });

  it('keep only a digest of their secret', async () => {
    const me = await world.signIn(openid);
    const secret = Buffer.from(me.token, 'base64url').subarray(16);
    const stored = JSON.stringify(await world.scan());
    expect(stored).not.toContain(me.token);
    expect(stored).not.toContain(JSON.stringify([...secret]).slice(1, -1));
    expect(createHash('sha256').update(secret).digest('base64url').slice(0, 16)).toBe(me.sessionId);
  });

  it('note device and place only after the person was shown the policy, and then at most once an hour (S8)', async () => {
    const me = await world.signIn(openid);
    const by = { ...me, ...device };
    const list = () => world.ok<{ sessions: Record<string, unknown>[] }>('login/listSessions', {}, by);
    await list();
    expect((await list()).sessions[0]).not.toHaveProperty('device');
    expect((await list()).sessions[0]).not.toHaveProperty('usedAt');

    await grant(world, by, 'cards');
    await list();
    const [seen] = (await list()).sessions;
    expect(seen).toMatchObject({
      device: '一'.repeat(24),
      clientVersion: '9'.repeat(16),
      place: '2001:db8:ffff::*',
      usedAt: '2026-12-01T02:00:00.000Z',
    });

    const written = async () => (await world.costOf(list)).writeUnits;
    world.wait(59 * 60_000);
    expect(await written()).toBe(0);
    world.wait(60_000);
    expect(await written()).toBeGreaterThan(0);
    expect(await written()).toBe(0);
  });

  it('live from the second on in which the table was opened, and none from before it (S7)', () => {
    const openedAtMs = Date.parse('2026-12-01T02:00:00.500Z');
    const begun = (seconds: number) => ({ startedAtSeconds: openedAtMs / 1000 - 0.5 + seconds }) as Session;
    const at = { nowMs: openedAtMs + 60_000, openedAtMs };
    expect([-1, 0, 1].map((seconds) => isInTime(begun(seconds), at))).toEqual([false, true, true]);
  });

  it('are not revived by the note of their last use (A5)', async () => {
    const [a, b] = [await world.cardHolder(openid), await world.signIn(openid)];
    const slow = world.instance();
    const { authenticate, touchSession } = await import('../../lib/gate/authenticate');
    await slow.policy.refresh();
    const seen = await authenticate(slow, b.token);
    await world.ok('login/revokeSession', { sessionId: b.sessionId }, a);
    const call = {
      operation: 'x',
      input: {},
      requestId: 'r',
      host: 'test',
      trigger: 'client',
      ...device,
    } as const;
    await touchSession(slow, call, seen);
    expect(await world.refused('consent/status', {}, b)).toBe('SIGN_IN_REQUIRED');
  });
});

const AT_ONCE = amount(100, 20);

describe('accounts (A1)', () => {
  it(`${AT_ONCE} first sign-ins of one person at once make one account`, async () => {
    world = await createWorld();
    const callers = await Promise.all(
      Array.from({ length: AT_ONCE }, () => world.call('login/signIn', { code: `code-of-me~${onceKey()}` })),
    );
    const served = callers.filter((reply) => reply.ok).map((reply) => (reply as { data: Caller }).data);
    const refused = callers
      .filter((reply) => !reply.ok)
      .map((reply) => (reply as { error: { code: string } }).error.code);
    expect(served.length).toBeGreaterThan(0);
    expect(new Set(served.map(({ token }) => parseToken(token)?.subjectId)).size).toBe(1);
    expect(served.filter(({ newAccount }) => newAccount)).toHaveLength(1);
    expect(new Set(refused)).toEqual(new Set(refused.length ? ['BUSY'] : []));
    const items = await world.scan();
    expect(items.filter((item) => JSON.stringify(item.sk) === '{"S":"PERSON"}')).toHaveLength(1);
    expect(items.filter((item) => JSON.stringify(item.sk) === '{"S":"ID"}')).toHaveLength(1);
  });

  it('are found again by the platform identity, and different people are different', async () => {
    const first = await world.ok<Caller>('login/signIn', {}, { platform: { openid, nonce: onceKey() } });
    const again = await world.signIn(openid);
    const other = await world.signIn(`you-${onceKey()}`);
    const subject = ({ token }: Caller) => parseToken(token)?.subjectId;
    expect(subject(again)).toBe(subject(first));
    expect(subject(other)).not.toBe(subject(first));
    expect(again.newAccount).toBe(false);
  });

  it('cannot be reached by naming an openid in the input, nor without a code', async () => {
    world = await createWorld();
    expect(await world.refused('login/signIn', { openid: 'me' })).toBe('INVALID_INPUT');
    expect(await world.refused('login/signIn', {})).toBe('INVALID_INPUT');
    expect(await world.refused('login/signIn', { code: 'made-up' })).toBe('LOGIN_CODE_INVALID');
    const made = (await world.scan()).filter(({ pk }) => (pk as { S: string }).S !== 'KEYS');
    expect(made).toHaveLength(4); // the policy, its first version, since when the table is open, and one failure counted
  });

  it('slow down whoever tries codes from one address, until the window is over (A7)', async () => {
    const address = '198.51.100.9';
    const { max } = sendingLimits.wechat[1];
    const wechat = partnerIn(world.deps, 'wechat');
    const { exchangeCode } = wechat;
    let asked = 0;
    wechat.exchangeCode = async (code) => {
      asked += 1;
      return exchangeCode(code);
    };
    const tries = Array.from({ length: max + 30 }, () =>
      world.refused('login/signIn', { code: 'bad' }, { address }),
    );
    const told = await Promise.all(tries);
    expect(told.filter((code) => code === 'LOGIN_CODE_INVALID')).toHaveLength(max);
    expect(told.filter((code) => code === 'TOO_MANY_ATTEMPTS')).toHaveLength(30);
    const honest = { code: 'code-of-later' };
    expect(await world.refused('login/signIn', honest, { address })).toBe('TOO_MANY_ATTEMPTS');
    expect(asked).toBe(max); // what is over the limit never reached WeChat, so the honest code is still good
    expect(
      await world.refused('login/signIn', { code: 'code-of-elsewhere' }, { address: '198.51.100.10' }),
    ).toBe('OK');
    world.wait(10 * 60_000);
    expect(await world.refused('login/signIn', honest, { address })).toBe('OK');
    expect(JSON.stringify(await world.scan())).not.toContain(address);
  });
});
