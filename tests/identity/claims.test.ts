import { issueProof } from '../../lib/gate/proof';
import { amount } from '../proof/sample';
import { grant, withdraw } from '../support/consent';
import { proverOf } from '../support/prover';
import { onceKey } from '../support/world';
import { createIdentityWorld, type IdentityWorld } from './support';

let world: IdentityWorld;
beforeEach(async () => {
  world = await createIdentityWorld();
});
afterEach(() => world.stop());

const key = () => ({ idempotencyKey: onceKey() });
const verified = async (caller: object) =>
  (await world.ok<{ verified: boolean }>('identity/status', {}, caller)).verified;
const items = async (entity: string) =>
  (await world.scan()).filter((item) => JSON.stringify(item.entity) === `{"S":"${entity}"}`);
const pointers = async () =>
  (await world.scan()).filter(({ pk }) => JSON.stringify(pk).includes('ID#id-number#'));

const AT_ONCE = amount(10, 5);
const CLAIMANTS = amount(50, AT_ONCE + 2);
const claimants = (purpose: string) =>
  Promise.all(Array.from({ length: CLAIMANTS }, (_, index) => world.person(`claimant-${index}`, purpose)));

describe('one number, one account (N3)', () => {
  it('of many accounts that claim one number, some at a time, exactly one wins, and the others lose cleanly', async () => {
    const { name, idNumber } = await world.citizen();
    const callers = await claimants('real-name');
    // The ceiling of a number would stop some of them earlier; here it is the claim that is to decide.
    const replies: string[] = [];
    for (let from = 0; from < CLAIMANTS; from += AT_ONCE) {
      const some = callers.slice(from, from + AT_ONCE);
      replies.push(...(await Promise.all(some.map((me) => world.verifyBy(me, { name, idNumber })))));
      world.wait(24 * 3_600_000);
    }
    expect(replies.filter((code) => code === 'OK')).toHaveLength(1);
    expect(replies.filter((code) => code === 'IDENTITY_TAKEN')).toHaveLength(CLAIMANTS - 1);
    expect(await items('real-name')).toHaveLength(1);
    expect(await pointers()).toHaveLength(1);
    const winner = callers[replies.indexOf('OK')];
    expect(await verified(winner ?? {})).toBe(true);
    const { sensitive } = await world.ok<{ sensitive: { kind: string; persons: number }[] }>(
      'identity/gauges',
      {},
      { token: 'staff:olga:officer' },
    );
    // Of each who was refused it is noted for thirty days which number it was: an appeal could name no other.
    expect(sensitive.find(({ kind }) => kind === 'id-digest')?.persons).toBe(CLAIMANTS);
  });

  it('and all at the very same moment: one wins, whatever the limit says to the others', async () => {
    const { name, idNumber } = await world.citizen();
    const callers = await claimants('real-name');
    const replies = await Promise.all(callers.map((me) => world.verifyBy(me, { name, idNumber })));
    expect(replies.filter((code) => code === 'OK')).toHaveLength(1);
    for (const code of replies) expect(['OK', 'IDENTITY_TAKEN', 'TOO_MANY_ATTEMPTS', 'BUSY']).toContain(code);
    expect(await items('real-name')).toHaveLength(1);
    expect(await pointers()).toHaveLength(1);
  });

  it('of many that prove one network identity at the very same moment one wins, the others are told it is taken', async () => {
    const callers = await claimants('real-name-network');
    const replies = await Promise.all(
      callers.map(async (me) => {
        const { token } = await world.control('POST', '/network-proofs', { networkId: 'N-wanted' });
        return world.refused('identity/verifyByNetworkId', { token, ...key() }, me);
      }),
    );
    expect(replies.filter((code) => code === 'OK')).toHaveLength(1);
    expect(replies.filter((code) => code === 'IDENTITY_TAKEN')).toHaveLength(CLAIMANTS - 1);
    expect(await items('network-name')).toHaveLength(1);
  });

  it('nobody learns that a number is registered without being its person', async () => {
    const { name, idNumber } = await world.citizen();
    await world.verifyBy(await world.person('first', 'real-name'), { name, idNumber });
    const prober = await world.person('prober', 'real-name');
    expect(await world.verifyBy(prober, { name: '路人', idNumber })).toBe('NOT_VERIFIED');
    expect(await world.verifyBy(prober, { name, idNumber })).toBe('IDENTITY_TAKEN');
  });

  it('a released number can be claimed again, by another or by the same', async () => {
    const { name, idNumber } = await world.citizen();
    const [first, second] = [
      await world.person('first', 'real-name'),
      await world.person('second', 'real-name'),
    ];
    expect(await world.verifyBy(first, { name, idNumber })).toBe('OK');
    await withdraw(world, first, 'real-name');
    await world.work();
    expect(await world.verifyBy(second, { name, idNumber })).toBe('OK');
    await grant(world, first, 'real-name');
    expect(await world.verifyBy(first, { name, idNumber })).toBe('IDENTITY_TAKEN');
    await withdraw(world, second, 'real-name');
    await world.work();
    expect(await world.verifyBy(first, { name, idNumber })).toBe('OK');
    expect(await pointers()).toHaveLength(1);
  });

  it('verifying anew while the old erasure is still to come: it takes nothing that is new', async () => {
    const citizen = await world.citizen();
    const other = await world.citizen();
    const me = await world.person('me', 'real-name', 'real-name-bank');
    await world.ok('identity/verify', { ...citizen, ...key() }, me);
    await withdraw(world, me, 'real-name');
    expect(await verified(me)).toBe(false);
    await grant(world, me, 'real-name');
    expect(await world.verifyBy(me, other)).toBe('OK');
    await world.work();
    expect(await verified(me)).toBe(true);
    expect(await pointers()).toHaveLength(1);
    expect(await items('bank-result')).toHaveLength(0);
    // The number of before is free again.
    const someone = await world.person('someone', 'real-name');
    expect(await world.verifyBy(someone, citizen)).toBe('OK');
  });

  it('the same network identity is one account', async () => {
    const [first, second] = [
      await world.person('first', 'real-name-network'),
      await world.person('second', 'real-name-network'),
    ];
    const prove = async (caller: object) => {
      const { token } = await world.control('POST', '/network-proofs', { networkId: 'N-one' });
      return world.refused('identity/verifyByNetworkId', { token, ...key() }, caller);
    };
    expect([await prove(first), await prove(second)]).toEqual(['OK', 'IDENTITY_TAKEN']);
    await withdraw(world, first, 'real-name-network');
    await world.work();
    expect(await prove(second)).toBe('OK');
  });
});

describe('a check sent twice', () => {
  it('is charged once, whether it succeeded or not', async () => {
    const me = await world.person('me', 'real-name');
    const { name, idNumber } = await world.citizen();
    const wrong = { name: '别名', idNumber, ...key() };
    for (let time = 0; time < 3; time += 1)
      expect(await world.refused('identity/verify', wrong, me)).toBe('NOT_VERIFIED');
    const right = { name, idNumber, ...key() };
    const first = await world.ok('identity/verify', right, me);
    expect(await world.ok('identity/verify', right, me)).toEqual(first);
    expect(await world.asked()).toEqual(['/#IdCardVerification -1', '/#IdCardVerification 0']);
    expect((await world.ledger(me)).filter(({ act }) => act === 'disclosure.made')).toHaveLength(2);
  });

  it('ten times at once is charged once', async () => {
    const me = await world.person('me', 'real-name');
    const input = { ...(await world.citizen()), bankCard: undefined, ...key() };
    const replies = await Promise.all(
      Array.from({ length: 10 }, () => world.refused('identity/verify', input, me)),
    );
    expect(replies.filter((code) => code === 'OK').length).toBeGreaterThanOrEqual(1);
    for (const code of replies) expect(['OK', 'BUSY', 'NOT_NOW']).toContain(code);
    expect(await world.asked()).toEqual(['/#PhoneVerification 0']);
    expect(await world.refused('identity/verify', input, me)).toBe('OK');
  });

  it('with another content under the same key is refused', async () => {
    const me = await world.person('me', 'real-name');
    const { name, idNumber } = await world.citizen();
    const used = key();
    await world.call('identity/verify', { name: '别名', idNumber, ...used }, me);
    expect(await world.refused('identity/verify', { name, idNumber, ...used }, me)).toBe(
      'IDEMPOTENCY_CONFLICT',
    );
  });

  it('one check of a person is under way at a time', async () => {
    const me = await world.person('me', 'real-name');
    const citizen = await world.citizen();
    await world.control('POST', '/faults', { path: '/#IdCardVerification', kind: 'slow', milliseconds: 500 });
    const both = [world.verifyBy(me, citizen), world.verifyBy(me, citizen)];
    expect((await Promise.all(both)).sort()).toEqual(['BUSY', 'OK']);
  });
});

describe('a result in force', () => {
  it('is not replaced without a fresh proof of self (A6)', async () => {
    const me = await world.person('me', 'real-name');
    const [one, two] = [await world.citizen(), await world.citizen()];
    expect(await world.verifyBy(me, one)).toBe('OK');
    expect(await world.verifyBy(me, two)).toBe('NOT_NOW');
    const input = { name: two.name, idNumber: two.idNumber, ...key() };
    expect(await world.refused('identity/reverify', input, me)).toBe('PROOF_REQUIRED');
    const proofFor = (act: string) => issueProof(world.deps, proverOf(me), act);
    const elsewhere = await proofFor('identity/verify|real-name');
    expect(await world.refused('identity/reverify', input, { ...me, proof: elsewhere })).toBe(
      'PROOF_REQUIRED',
    );
    const proof = await proofFor('identity/reverify|real-name');
    expect(await world.ok('identity/reverify', input, { ...me, proof })).toMatchObject({ way: 'id' });
    expect(await pointers()).toHaveLength(1);
    expect(await world.verifyBy(await world.person('other', 'real-name'), one)).toBe('OK');
  });

  it('needs no proof of self to be taken back, and there is nothing to re-verify without one', async () => {
    const me = await world.person('me', 'real-name');
    const proof = await issueProof(world.deps, proverOf(me), 'identity/reverify|real-name');
    const { name, idNumber } = await world.citizen();
    expect(await world.refused('identity/reverify', { name, idNumber, ...key() }, { ...me, proof })).toBe(
      'NOT_NOW',
    );
  });
});

describe('limits (A7)', () => {
  it('ten checks a day by one person, counted only when something is sent', async () => {
    const me = await world.person('me', 'real-name');
    for (let index = 0; index < 20; index += 1)
      expect(await world.verifyBy(me, { name: '张三', idNumber: '11010519491231002' })).toBe('INVALID_INPUT');
    for (let index = 0; index < 10; index += 1)
      expect(await world.verifyBy(me, { ...(await world.citizen()), name: '别名' })).toBe('NOT_VERIFIED');
    expect(await world.verifyBy(me, await world.citizen())).toBe('TOO_MANY_ATTEMPTS');
    expect(await world.asked()).toHaveLength(10);
    expect((await world.ledger(me)).filter(({ act }) => act === 'disclosure.made')).toHaveLength(10);
    world.wait(24 * 3_600_000);
    expect(await world.verifyBy(me, await world.citizen())).toBe('OK');
  });

  it('five checks a day by one person of one number, in words of the limit of a person; its own person passes', async () => {
    const { name, idNumber } = await world.citizen();
    const prober = await world.person('prober', 'real-name');
    for (let index = 0; index < 5; index += 1)
      expect(await world.verifyBy(prober, { name: '别名', idNumber })).toBe('NOT_VERIFIED');
    const reply = await world.call('identity/verify', { name, idNumber, ...key() }, prober);
    expect(reply).toMatchObject({
      error: { code: 'TOO_MANY_ATTEMPTS', details: { limit: 'CHECKS_PER_PERSON', max: 10 } },
    });
    expect(await world.asked()).toHaveLength(5);
    expect(await world.verifyBy(await world.person('fresh', 'real-name'), { name, idNumber })).toBe('OK');
  });
});
