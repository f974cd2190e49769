import { verify } from '../../functions/identity/verify';
import { offeredWays } from '../../functions/identity/ways';
import type { Deps } from '../../lib/deps';
import { authenticate } from '../../lib/gate/authenticate';
import { authorised } from '../../lib/table/permission';
import { askOf } from '../../lib/table/person/life';
import { attemptKey } from '../../lib/table/real-name/real-name-attempt';
import { grant, withdraw } from '../support/consent';
import { partnerIn, withPartner } from '../support/partners';
import { type Caller, createWorld, onceKey } from '../support/world';
import { type Citizen, createIdentityWorld, type IdentityWorld } from './support';

let world: IdentityWorld;
let me: Caller;
let citizen: Citizen;
beforeEach(async () => {
  world = await createIdentityWorld();
  me = await world.person('me', 'real-name', 'real-name-bank');
  citizen = await world.citizen();
});
afterEach(() => world.stop());

const key = () => ({ idempotencyKey: onceKey() });
const verified = async () => (await world.ok<{ verified: boolean }>('identity/status', {}, me)).verified;
const fault = (kind: string, more: object = {}) =>
  world.control('POST', '/faults', { path: '/#PhoneVerification', kind, ...more });
const results = async () =>
  (await world.ledger(me))
    .filter(({ act }) => act.startsWith('disclosure'))
    .map(({ act, result }) => result ?? act);
const keptItems = async () =>
  (await world.scan()).filter(({ entity, pk }) =>
    /"real-name"|"bank-result"|ID#id-number/.test(JSON.stringify([entity, pk])),
  );

/** The gate's work for a call that the test makes itself, on an instance of its own choice. */
async function callVerify(deps: Deps, input: { name: string; idNumber: string; idempotencyKey: string }) {
  await deps.policy.refresh();
  const caller = await authenticate(deps, me.token, (id) => attemptKey(id, 'real-name'));
  // As the gate hands it over.
  const authority = {
    ...{ subjectId: caller.person.subjectId, person: caller.person, sessionId: caller.sessionId },
    reachVersions: () => deps.policy.inForce().reachVersions,
    ask: askOf('self', { purpose: 'real-name' }),
  };
  const table = authorised({ ...deps.table, by: `session:${caller.sessionId}` }, authority);
  return verify({ ...deps, table }, { caller, input, requestId: 'r', address: undefined, client: undefined });
}

describe('a partner in trouble: a clear error, nothing half written, a safe repeat', () => {
  const input = () => ({ ...citizen, bankCard: undefined, ...key() });

  it.each(['down', 'reset', 'lying'])('%s', async (kind) => {
    await fault(kind);
    const sent = input();
    expect(await world.refused('identity/verify', sent, me)).toBe('PARTNER_UNAVAILABLE');
    expect(await keptItems()).toEqual([]);
    expect(await results()).toEqual(['disclosure.made', 'UNAVAILABLE']);
    expect(await world.refused('identity/verify', sent, me)).toBe('OK');
    expect(await verified()).toBe(true);
  });

  it('slow: given up after three seconds', async () => {
    // Four seconds would bring an answer, so who gives up after three is the only one to get none.
    await fault('slow', { milliseconds: 4_000 });
    expect(await world.refused('identity/verify', input(), me)).toBe('PARTNER_UNAVAILABLE');
    expect(await keptItems()).toEqual([]);
  });

  it('busy once: asked again within the same call', async () => {
    await fault('busy');
    expect(await world.refused('identity/verify', input(), me)).toBe('OK');
    expect(await world.asked()).toEqual(['/#PhoneVerification -11', '/#PhoneVerification 0']);
    expect(await results()).toEqual(['disclosure.made', 'VERIFIED']);
  });

  it('busy for long: asked twice and no more', async () => {
    await fault('busy', { calls: 9 });
    expect(await world.refused('identity/verify', input(), me)).toBe('PARTNER_UNAVAILABLE');
    expect(await world.asked()).toHaveLength(2);
  });

  it('throttling: told to try later, not asked again at once', async () => {
    await fault('throttled', { calls: 9 });
    expect(await world.refused('identity/verify', input(), me)).toBe('TOO_MANY_ATTEMPTS');
    expect(await world.asked()).toEqual(['/#PhoneVerification -12']);
    expect(await results()).toEqual(['disclosure.made', 'LATER']);
  });

  it('a lost card looks like any mismatch, because its state is nobody else’s business', async () => {
    const lost = await world.citizen({ cardState: 'lost' });
    const reply = await world.call('identity/verify', { ...lost, ...key() }, me);
    const other = await world.call('identity/verify', { ...citizen, name: '别名', ...key() }, me);
    const said = (one: typeof reply) => (one.ok ? 'OK' : { ...one.error, requestId: '' });
    expect(said(reply)).toEqual(said(other));
    expect(await world.asked()).toEqual(['/#BankCard4EVerification -13', '/#BankCard4EVerification -6']);
    expect(JSON.stringify(await world.ledger(me))).not.toMatch(/CARD_STATE|MISMATCH|NO_RECORD/);
  });
});

describe('dying on the way', () => {
  const dying = (at: number): Deps => {
    const instance = world.instance();
    let writes = 0;
    const write: Deps['table']['write'] = async (...args) => {
      writes += 1;
      if (writes === at) throw new Error('power cut');
      return instance.table.write(...args);
    };
    return { ...instance, table: { ...instance.table, write } };
  };
  const input = () => ({ name: citizen.name, idNumber: citizen.idNumber, ...key() });

  it('before the register: nothing is sent', async () => {
    await expect(callVerify(dying(1), input())).rejects.toThrow('power cut');
    expect(await world.asked()).toEqual([]);
    expect(await results()).toEqual([]);
  });

  it('between the answer and its note: the repeat waits until nothing can be under way, then asks anew', async () => {
    const sent = input();
    await expect(callVerify(dying(2), sent)).rejects.toThrow('power cut');
    expect(await world.refused('identity/verify', sent, me)).toBe('BUSY');
    expect(await world.asked()).toHaveLength(1);
    world.wait(30_000);
    expect(await world.refused('identity/verify', sent, me)).toBe('OK');
    expect(await world.asked()).toHaveLength(2);
  });

  it('between the note and the keeping: the repeat keeps it and charges nothing', async () => {
    const sent = input();
    await expect(callVerify(dying(3), sent)).rejects.toThrow('power cut');
    expect(await verified()).toBe(false);
    expect(await keptItems()).toEqual([]);
    expect(await world.refused('identity/verify', sent, me)).toBe('OK');
    expect(await world.asked()).toEqual(['/#IdCardVerification 0']);
    expect(await verified()).toBe(true);
  });
});

describe('consent taken back at each point (K3)', () => {
  const points = ['before anything is sent', 'while the partner answers', 'just before the result is kept'];
  it.each(points.map((name, index) => [name, index] as const))('%s: nothing is kept', async (_, point) => {
    const base = world.instance();
    const takeBack = () => withdraw(world, me, 'real-name');
    let appends = 0;
    const table: Deps['table'] = {
      ...base.table,
      async write(...writes) {
        appends += 1;
        if ((point === 0 && appends === 1) || (point === 2 && appends === 3)) await takeBack();
        return base.table.write(...writes);
      },
    };
    const asked = partnerIn(base, 'tencent-faceid');
    const faceId: typeof asked = {
      ...asked,
      checkIdCard: async (given) => {
        if (point === 1) await takeBack();
        return asked.checkIdCard(given);
      },
    };
    const input = { name: citizen.name, idNumber: citizen.idNumber, ...key() };
    await expect(
      callVerify({ ...withPartner(base, 'tencent-faceid', faceId), table }, input),
    ).rejects.toMatchObject({
      code: 'CONSENT_REQUIRED',
    });
    expect(await world.asked()).toHaveLength(point === 0 ? 0 : 1);
    await world.work();
    expect(await keptItems()).toEqual([]);
    expect(await verified()).toBe(false);
    // What was sent stands in the register, with its answer.
    expect(await results()).toEqual(point === 0 ? [] : ['disclosure.made', 'VERIFIED']);
    const resting = (await world.scan()).filter(({ sk }) => JSON.stringify(sk).includes('DATA#real-name'));
    expect(resting).toEqual([]);
  });

  it('of the bank way ends what the bank way proved, and leaves the rest', async () => {
    await world.ok('identity/verify', { ...citizen, ...key() }, me);
    expect(await verified()).toBe(true);
    await withdraw(world, me, 'real-name-bank');
    expect(await verified()).toBe(false); // from the next call on, before anything is erased
    await world.work();
    expect(await keptItems()).toEqual([]);
    expect(await world.verifyBy(me, citizen)).toBe('OK');
  });

  it('costs nothing but the mark: cards go on', async () => {
    await grant(world, me, 'cards');
    await world.ok('cards/create', { name: '林晓', ...key() }, me);
    await world.ok('identity/verify', { ...citizen, ...key() }, me);
    await withdraw(world, me, 'real-name');
    await world.work();
    expect(await world.ok<{ cards: object[] }>('cards/list', {}, me)).toMatchObject({
      cards: [{ name: '林晓' }],
    });
    expect(await world.ok('identity/status', {}, me)).toEqual({ verified: false, results: [] });
  });

  it('before: refused by the gate, and nothing is read of the number', async () => {
    const other = await world.signIn('other');
    expect(await world.verifyBy(other, citizen)).toBe('CONSENT_REQUIRED');
    expect(await world.asked()).toEqual([]);
  });
});

describe('an operator without partners', () => {
  it('offers no way, and says so', async () => {
    const bare = await createWorld();
    expect(await bare.ok('identity/ways')).toEqual({ ways: [] });
    const someone = await bare.signIn('someone');
    await grant(bare, someone, 'real-name');
    const input = { name: citizen.name, idNumber: citizen.idNumber, ...key() };
    expect(await bare.refused('identity/verify', input, someone)).toBe('NOT_FOUND');
  });

  it('never offers face alone, whichever partners there are (N2)', () => {
    const sets = [true, false].flatMap((one) => [true, false].map((two) => [one, two] as const));
    const offered = sets.map(([one, two]) =>
      offeredWays({ offers: { faceId: one, face: one, channels: [], networkIdentity: two } }),
    );
    expect(offered.map((ways) => ways.length)).toEqual([5, 4, 1, 0]);
    for (const ways of offered) expect(ways).not.toEqual(['face']);
  });
});
