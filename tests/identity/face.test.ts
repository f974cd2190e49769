import { identity } from '../../functions/identity/index';
import type { Call } from '../../lib/gate/call';
import { dispatch } from '../../lib/gate/dispatch';
import type { Table } from '../../lib/table/client';
import { grant, withdraw } from '../support/consent';
import { type Caller, onceKey } from '../support/world';
import { type Citizen, createIdentityWorld, type IdentityWorld } from './support';

let world: IdentityWorld;
let me: Caller;
let citizen: Citizen;
beforeEach(async () => {
  world = await createIdentityWorld();
  me = await world.person('me', 'real-name', 'real-name-face');
  citizen = await world.citizen();
});
afterEach(() => world.stop());

type Started = { sessionId: string; url: string; expiresAt: string };
const start = (by: Caller, { name, idNumber }: Citizen) =>
  world.ok<Started>('identity/startFace', { name, idNumber, idempotencyKey: onceKey() }, by);
const facePath = ({ url }: Started) => new URL(url).pathname.replace('/sandbox', '');
const onThePage = (started: Started, result: object) => world.control('POST', facePath(started), result);
const finish = ({ sessionId }: { sessionId: string }, by: Caller = me) =>
  world.refused('identity/finishFace', { sessionId }, by);
const alarms = () =>
  world.lines.flatMap((line) => {
    const { event, partnerCode } = JSON.parse(line) as { event: string; partnerCode: string };
    return event === 'alarm' ? [partnerCode] : [];
  });
const faceItems = async () =>
  (await world.scan()).filter(({ entity }) => /face|real-name"/.test(JSON.stringify(entity)));
/** What is held of sessions and results; that a key is used is none of it. */
const held = async () => (await faceItems()).filter(({ sealed }) => sealed !== undefined);

describe('face (N2)', () => {
  it('asks for no images, and drops and reports them when they come all the same', async () => {
    const started = await start(me, citizen);
    await onThePage(started, { outcome: 'pass', images: true });
    expect(await finish(started)).toBe('OK');
    expect(alarms()).toEqual(['images']);
    const jpeg = /ffd8ff|\/9j\/|JFIF/;
    expect(JSON.stringify(await world.scan())).not.toMatch(jpeg);
    expect(world.lines.join('')).not.toMatch(jpeg);
  });

  it('does not mistake an answer without images for one with', async () => {
    const started = await start(me, citizen);
    await onThePage(started, { outcome: 'pass' });
    expect(await finish(started)).toBe('OK');
    expect(alarms()).toEqual([]);
  });

  it('needs its own consent besides the one to real names', async () => {
    const { name, idNumber } = citizen;
    const input = { name, idNumber, idempotencyKey: onceKey() };
    const one = await world.person('one', 'real-name');
    const two = await world.person('two', 'real-name-face');
    expect(await world.refused('identity/startFace', input, one)).toBe('CONSENT_REQUIRED');
    expect(await world.refused('identity/startFace', input, two)).toBe('CONSENT_REQUIRED');
    expect(await world.asked()).toEqual([]);
  });

  it('never shows the partner’s token, and takes none from outside', async () => {
    const started = await start(me, citizen);
    const token = facePath(started).split('/').at(-1) ?? '';
    const other = await world.person('other', 'real-name', 'real-name-face');
    await onThePage(started, { outcome: 'pass' });
    expect(await finish(started, other)).toBe('NOT_FOUND'); // somebody else's session
    expect(await world.refused('identity/finishFace', { sessionId: token }, other)).toBe('INVALID_INPUT');
    expect(await finish({ sessionId: token.slice(0, 22) }, other)).toBe('NOT_FOUND');
    expect(JSON.stringify(await world.scan())).not.toContain(token);
    expect(await finish(started)).toBe('OK');
  });

  it('refuses a pass for another person’s number, and rings', async () => {
    const started = await start(me, citizen);
    const other = await world.citizen();
    await onThePage(started, { outcome: 'pass', as: other.idNumber });
    expect(await finish(started)).toBe('NOT_VERIFIED');
    expect(alarms()).toEqual(['anotherPerson']);
    expect(await finish(started)).toBe('NOT_FOUND'); // the session is over
    expect(await held()).toEqual([]);
  });

  it('takes a similarity below 70 for another face', async () => {
    const started = await start(me, citizen);
    await onThePage(started, { outcome: 'pass', similarity: '69.99' });
    expect(await finish(started)).toBe('NOT_VERIFIED');
    const again = await start(me, citizen);
    await onThePage(again, { outcome: 'pass', similarity: '70.00' });
    expect(await finish(again)).toBe('OK');
  });

  it.each(['ErrCode', 'LiveStatus', 'Comparestatus'])(
    'takes a pass whose %s is not 0 for none, however similar the face',
    async (name) => {
      for (const code of [1, 1004, -1]) {
        const started = await start(me, citizen);
        await onThePage(started, { outcome: 'pass', similarity: '99.99', codes: { [name]: code } });
        expect(await finish(started)).toBe('NOT_VERIFIED');
        expect(await held()).toEqual([]);
      }
      const started = await start(me, citizen);
      await onThePage(started, { outcome: 'pass', codes: { [name]: 0 } });
      expect(await finish(started)).toBe('OK');
    },
  );

  it('of two accounts with one number the later pass is refused', async () => {
    const other = await world.person('other', 'real-name', 'real-name-face');
    const [mine, theirs] = [await start(me, citizen), await start(other, citizen)];
    for (const started of [mine, theirs]) await onThePage(started, { outcome: 'pass' });
    expect([await finish(mine), await finish(theirs, other)]).toEqual(['OK', 'IDENTITY_TAKEN']);
  });

  it('ends with its token’s life, and leaves nothing', async () => {
    const started = await start(me, citizen);
    expect(started.expiresAt).toBe('2026-12-01T04:10:00.000Z');
    await onThePage(started, { outcome: 'pass' });
    world.wait(130 * 60_000);
    expect(await finish(started)).toBe('NOT_FOUND');
  });

  it.each(['real-name', 'real-name-face'])(
    'a session dies with the consent %s, at once and then for good',
    async (purpose) => {
      const started = await start(me, citizen);
      await onThePage(started, { outcome: 'pass' });
      await withdraw(world, me, purpose);
      expect(await finish(started)).toBe('CONSENT_REQUIRED');
      await grant(world, me, purpose);
      expect(await finish(started)).toBe('NOT_FOUND');
      await world.work();
      expect(await faceItems()).toEqual([]);
    },
  );

  it('a result dies with the consent to face, with the claim of the number', async () => {
    const started = await start(me, citizen);
    await onThePage(started, { outcome: 'pass' });
    await finish(started);
    const gauges = () => world.ok<{ faceUsers: number }>('identity/gauges', {}, { token: 'staff:a:auditor' });
    expect((await gauges()).faceUsers).toBe(1);
    await withdraw(world, me, 'real-name-face');
    expect(await world.ok('identity/status', {}, me)).toMatchObject({ verified: false });
    await world.work();
    expect(await faceItems()).toEqual([]);
    expect((await gauges()).faceUsers).toBe(0);
    expect(await world.verifyBy(await world.person('other', 'real-name'), citizen)).toBe('OK');
  });

  it('started twice at once is one session', async () => {
    const input = { name: citizen.name, idNumber: citizen.idNumber, idempotencyKey: onceKey() };
    const replies = await Promise.all([1, 2].map(() => world.ok<Started>('identity/startFace', input, me)));
    expect(replies[0]).toEqual(replies[1]);
  });

  it('started by one whose twin has its session before the first write is the same session', async () => {
    const input = { name: citizen.name, idNumber: citizen.idNumber, idempotencyKey: onceKey() };
    let twin: Started | undefined;
    const table: Table = {
      ...world.deps.table,
      async write(...writes) {
        twin ??= await world.ok<Started>('identity/startFace', input, me);
        return world.deps.table.write(...writes);
      },
    };
    const call: Call = {
      ...{ requestId: 'the-slower', host: 'test', trigger: 'client', address: '203.0.113.7' },
      ...{ operation: 'startFace', input, token: me.token },
    };
    const reply = await dispatch({ ...world.deps, table }, 'identity', identity, call);
    expect(reply).toMatchObject({ ok: true, data: twin });
  });

  it('finished twice at once is one result', async () => {
    const started = await start(me, citizen);
    await onThePage(started, { outcome: 'pass' });
    const both = await Promise.all([finish(started), finish(started)]);
    expect(both.filter((code) => code === 'OK').length).toBeGreaterThanOrEqual(1);
    expect((await world.ledger(me)).filter(({ act }) => act === 'real-name.verified')).toHaveLength(1);
  });

  it.each(['down', 'reset', 'lying', 'throttled'])(
    'with the partner %s: a clear error, and it goes on later',
    async (kind) => {
      await world.control('POST', '/faults', { path: '/#DetectAuth', kind });
      const input = { name: citizen.name, idNumber: citizen.idNumber, idempotencyKey: onceKey() };
      expect(await world.refused('identity/startFace', input, me)).toBe('PARTNER_UNAVAILABLE');
      expect(await held()).toEqual([]);
      const started = await world.ok<Started>('identity/startFace', input, me);
      await onThePage(started, { outcome: 'pass' });
      await world.control('POST', '/faults', { path: '/#GetDetectInfoEnhanced', kind });
      expect(await finish(started)).toBe('PARTNER_UNAVAILABLE');
      expect(await finish(started)).toBe('OK');
    },
  );
});
