import { provableActs } from '../../lib/gate/proof';
import { grant, withdraw } from '../support/consent';
import { type Caller, createWorld, functions, onceKey, type World } from '../support/world';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

const phoneCode = (number: string, openid: string) => ({ code: `${number}-for-${openid}~${onceKey()}` });
const wechatCode = (openid: string) => `code-of-${openid}~${onceKey()}`;
const agree = (me: Caller) => grant(world, me, 'phone');
const acts = async (me: Caller) =>
  (await world.ok<{ entries: { act: string }[] }>('consent/history', {}, me)).entries.map(({ act }) => act);

async function holder(openid: string): Promise<Caller> {
  const me = await world.signIn(openid);
  await agree(me);
  return me;
}

const proofFor = async (me: Caller, openid: string, operation = 'login/changePhone', target = 'phone') =>
  (
    await world.ok<{ proof: string }>(
      'login/proveSelf',
      { operation, target, by: 'wechat', code: wechatCode(openid) },
      me,
    )
  ).proof;

describe('binding a phone (A3)', () => {
  it('asks first, registers who was asked, keeps the number sealed and shows it masked (N5, D1)', async () => {
    const me = await world.signIn('me');
    expect(await world.refused('login/bindPhone', phoneCode('13800138000', 'me'), me)).toBe(
      'CONSENT_REQUIRED',
    );
    await agree(me);
    const bound = await world.ok('login/bindPhone', phoneCode('13800138000', 'me'), me);
    expect(bound).toMatchObject({ phone: '138****8000' });
    expect(await world.ok('login/getPhone', {}, me)).toEqual(bound);
    expect(await acts(me)).toEqual([
      'account.opened',
      'consent.granted',
      'disclosure.made', // WeChat's risk rank
      'disclosure.answered',
      'disclosure.made', // the number behind the code
      'disclosure.answered',
      'phone.bound',
    ]);
    const stored = JSON.stringify(await world.scan(), (_, value) =>
      value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
    );
    expect(stored + world.lines.join('')).not.toContain('13800138000');
  });

  it("refuses another person's code, and a code twice", async () => {
    const me = await holder('me');
    expect(await world.refused('login/bindPhone', phoneCode('13800138000', 'other'), me)).toBe(
      'LOGIN_CODE_INVALID',
    );
    const code = phoneCode('13800138000', 'me');
    await world.ok('login/bindPhone', code, me);
    await world.ok('login/unbindPhone', {}, me);
    expect(await world.refused('login/bindPhone', code, me)).toBe('LOGIN_CODE_INVALID');
  });

  it('never merges two accounts: a number that another account has stays there, also when both ask at once (A1)', async () => {
    const [one, two] = [await holder('one'), await holder('two')];
    const both = await Promise.all([
      world.refused('login/bindPhone', phoneCode('13800138000', 'one'), one),
      world.refused('login/bindPhone', phoneCode('13800138000', 'two'), two),
    ]);
    expect(both.sort()).toEqual(['IDENTITY_TAKEN', 'OK']);
    const pointers = (await world.scan()).filter((item) => JSON.stringify(item.pk).includes('ID#phone#'));
    expect(pointers).toHaveLength(1);
  });

  it('ends with the consent: number and pointer are erased, and the number is free again (K3)', async () => {
    const me = await holder('me');
    await world.ok('login/bindPhone', phoneCode('13800138000', 'me'), me);
    await withdraw(world, me, 'phone');
    expect(await world.refused('login/getPhone', {}, me)).toBe('CONSENT_REQUIRED');
    expect(await world.ok('retention/runProcess', world.queued[0], { trigger: 'queue' })).toEqual({
      outcome: 'done',
      count: 1,
    });
    expect((await world.scan()).filter((item) => /ID#phone#|DATA#phone#/.test(JSON.stringify(item)))).toEqual(
      [],
    );
    const other = await holder('other');
    expect(await world.refused('login/bindPhone', phoneCode('13800138000', 'other'), other)).toBe('OK');
  });

  it('is unbound at once, as often as asked, and leaves nothing', async () => {
    const me = await holder('me');
    await world.ok('login/bindPhone', phoneCode('13800138000', 'me'), me);
    for (let time = 0; time < 2; time += 1)
      expect(await world.ok('login/unbindPhone', {}, me)).toEqual({ unbound: true });
    expect(await world.refused('login/getPhone', {}, me)).toBe('NOT_FOUND');
    expect((await world.scan()).filter((item) => /ID#phone#|DATA#phone#/.test(JSON.stringify(item)))).toEqual(
      [],
    );
  });
});

describe('changing the phone needs a proof of self (A6)', () => {
  it('given by a fresh code of one’s own, and used once', async () => {
    const me = await holder('me');
    await world.ok('login/bindPhone', phoneCode('13800138000', 'me'), me);
    expect(await world.refused('login/bindPhone', phoneCode('13900139000', 'me'), me)).toBe('NOT_NOW');
    expect(await world.refused('login/changePhone', phoneCode('13900139000', 'me'), me)).toBe(
      'PROOF_REQUIRED',
    );
    const proof = await proofFor(me, 'me');
    const changed = await world.ok('login/changePhone', phoneCode('13900139000', 'me'), { ...me, proof });
    expect(changed).toMatchObject({ phone: '139****9000' });
    expect(await world.refused('login/changePhone', phoneCode('13700137000', 'me'), { ...me, proof })).toBe(
      'PROOF_REQUIRED',
    );
    const pointers = (await world.scan()).filter((item) => JSON.stringify(item.pk).includes('ID#phone#'));
    expect(pointers).toHaveLength(1);
  });

  it('which one made for another act, in another session or by another person does not give (A6)', async () => {
    const [me, other] = [await holder('me'), await holder('other')];
    await world.ok('login/bindPhone', phoneCode('13800138000', 'me'), me);
    const elsewhere = await proofFor(me, 'me', 'identity/reverify', 'real-name');
    expect(
      await world.refused('login/changePhone', phoneCode('13900139000', 'me'), { ...me, proof: elsewhere }),
    ).toBe('PROOF_REQUIRED');
    // Of the same target as well: it is the act that counts.
    const same = await proofFor(me, 'me', 'identity/reverify', 'phone');
    expect(
      await world.refused('login/changePhone', phoneCode('13900139000', 'me'), { ...me, proof: same }),
    ).toBe('PROOF_REQUIRED');
    const onAnother = await proofFor(await holder('me'), 'me');
    expect(
      await world.refused('login/changePhone', phoneCode('13900139000', 'me'), { ...me, proof: onAnother }),
    ).toBe('PROOF_REQUIRED');
    const theirs = await proofFor(other, 'other');
    expect(
      await world.refused('login/changePhone', phoneCode('13900139000', 'me'), { ...me, proof: theirs }),
    ).toBe('PROOF_REQUIRED');
    const stolen = {
      operation: 'login/changePhone',
      target: 'phone',
      by: 'wechat',
      code: wechatCode('other'),
    };
    expect(await world.refused('login/proveSelf', stolen, me)).toBe('LOGIN_CODE_INVALID');
  });

  it('or by a fresh code of the bound phone, and of no other', async () => {
    const me = await holder('me');
    const ask = (number: string) => ({
      operation: 'login/changePhone',
      target: 'phone',
      by: 'phone',
      ...phoneCode(number, 'me'),
    });
    expect(await world.refused('login/proveSelf', ask('13800138000'), me)).toBe('NOT_NOW');
    await world.ok('login/bindPhone', phoneCode('13800138000', 'me'), me);
    expect(await world.refused('login/proveSelf', ask('13900139000'), me)).toBe('LOGIN_CODE_INVALID');
    expect(await world.refused('login/proveSelf', ask('13800138000'), me)).toBe('OK');
  });

  it('cannot be guessed at without end (A7)', async () => {
    const me = await world.signIn('me');
    const guess = { operation: 'login/changePhone', target: 'phone', by: 'wechat', code: 'guess' };
    for (let time = 0; time < 10; time += 1)
      expect(await world.refused('login/proveSelf', guess, me)).toBe('LOGIN_CODE_INVALID');
    expect(await world.refused('login/proveSelf', guess, me)).toBe('TOO_MANY_ATTEMPTS');
  });

  it('and the acts that need one are exactly those that can be named', () => {
    const needing = Object.entries(functions).flatMap(([name, operations]) =>
      Object.entries(operations).flatMap(([operation, { proof }]) => (proof ? [`${name}/${operation}`] : [])),
    );
    expect(needing.sort()).toEqual([...provableActs].sort());
  });
});
