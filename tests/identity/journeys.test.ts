import { resultKinds } from '../../lib/table/real-name/real-name';
import { grant } from '../support/consent';
import { onceKey } from '../support/world';
import { createIdentityWorld, type IdentityWorld, numberOf } from './support';

let world: IdentityWorld;
beforeEach(async () => {
  world = await createIdentityWorld();
});
afterEach(() => world.stop());

const key = () => ({ idempotencyKey: onceKey() });

describe('each way asks only what it needs (N1)', () => {
  it('name and number', async () => {
    const me = await world.person('me', 'real-name');
    const { name, idNumber } = await world.citizen({ name: '欧阳娜娜' });
    expect(await world.ok('identity/verify', { name, idNumber, ...key() }, me)).toEqual({
      verified: true,
      way: 'id',
      verifiedAt: '2026-12-01T02:00:00.000Z',
      maskedName: '***娜',
      minor: false,
    });
    const status = await world.ok<{ results: object[] }>('identity/status', {}, me);
    expect(status).toMatchObject({ verified: true, results: [{ way: 'id', maskedName: '***娜' }] });
    expect(await world.asked()).toEqual(['/#IdCardVerification 0']);
  });

  it('name, number and phone, typed as people type', async () => {
    const me = await world.person('me', 'real-name');
    const { name, idNumber, phone } = await world.citizen({ idNumber: '11010519491231002X', name: '阿·买' });
    const typed = {
      name: ` ${name.replace('·', '•')} `,
      idNumber: idNumber
        .toLowerCase()
        .replace(/(.{6})/, '$1 ')
        .replace('1', '１'),
      phone: `+86 ${phone.slice(0, 3)}-${phone.slice(3, 7)}-${phone.slice(7)}`,
    };
    expect(await world.ok('identity/verify', { ...typed, ...key() }, me)).toMatchObject({ way: 'phone' });
    expect(await world.asked()).toEqual(['/#PhoneVerification 0']);
  });

  it('name, number, phone and bank card, under a consent of its own', async () => {
    const me = await world.person('me', 'real-name');
    const citizen = await world.citizen();
    const reply = await world.call('identity/verify', { ...citizen, ...key() }, me);
    expect(reply).toMatchObject({
      error: { code: 'CONSENT_REQUIRED', details: { purpose: 'real-name-bank' } },
    });
    await grant(world, me, 'real-name-bank');
    expect(await world.ok('identity/verify', { ...citizen, ...key() }, me)).toMatchObject({ way: 'bank' });
    expect(await world.asked()).toEqual(['/#BankCard4EVerification 0']);
  });

  it('face, on the partner’s page', async () => {
    const me = await world.person('me', 'real-name', 'real-name-face');
    const { name, idNumber } = await world.citizen();
    const start = { name, idNumber, ...key() };
    const { sessionId, url } = await world.ok<{ sessionId: string; url: string }>(
      'identity/startFace',
      start,
      me,
    );
    expect(await world.ok('identity/startFace', start, me)).toMatchObject({ sessionId, url });
    expect(await world.refused('identity/finishFace', { sessionId }, me)).toBe('NOT_NOW');
    await world.control('POST', new URL(url).pathname.replace('/sandbox', ''), { outcome: 'pass' });
    const done = await world.ok('identity/finishFace', { sessionId }, me);
    expect(done).toMatchObject({ verified: true, way: 'face' });
    expect(await world.ok('identity/finishFace', { sessionId }, me)).toEqual(done);
    expect((await world.asked()).filter((line) => line.includes('DetectAuth'))).toHaveLength(1);
  });

  it('国家网络身份认证, with neither name nor number', async () => {
    const me = await world.person('me', 'real-name-network');
    const { token } = await world.control('POST', '/network-proofs', { ageBand: 'ADULT' });
    const input = { token, ...key() };
    const done = await world.ok('identity/verifyByNetworkId', input, me);
    expect(done).toEqual({
      verified: true,
      way: 'network',
      verifiedAt: '2026-12-01T02:00:00.000Z',
      minor: false,
    });
    expect(await world.ok('identity/verifyByNetworkId', input, me)).toEqual(done);
    expect(await world.ok('identity/status', {}, me)).toMatchObject({ verified: true });
  });

  it('shows what each way asks and which consents it needs, face beside others (N2)', async () => {
    const { ways } = await world.ok<{ ways: { way: string; asks: string[]; consents: string[] }[] }>(
      'identity/ways',
    );
    expect(ways.map(({ way }) => way)).toEqual(['id', 'phone', 'bank', 'face', 'network']);
    expect(ways[0]).toMatchObject({ asks: ['name', 'idNumber'], consents: ['real-name'] });
    expect(ways[2]).toMatchObject({ consents: ['real-name', 'real-name-bank'] });
    expect(ways[4]).toMatchObject({ asks: ['networkProof'], consents: ['real-name-network'] });
  });
});

describe('the disclosure register after each way (N5)', () => {
  const register = async (me: Parameters<IdentityWorld['ledger']>[0]) =>
    (await world.ledger(me))
      .filter(({ act }) => act.startsWith('disclosure') || act.startsWith('real-name'))
      .map(({ act, recipient, purpose, kinds, way, result }) => [
        act,
        recipient,
        purpose,
        kinds,
        way,
        result,
      ]);

  it('says who got what, for what, and what came of it', async () => {
    const me = await world.person('me', 'real-name', 'real-name-bank');
    await world.ok('identity/verify', { ...(await world.citizen()), ...key() }, me);
    const common = ['tencent-faceid', 'real-name-bank'];
    expect(await register(me)).toEqual([
      ['disclosure.made', ...common, ['identity-input'], 'bank', undefined],
      ['disclosure.answered', ...common, undefined, 'bank', 'VERIFIED'],
      ['real-name.verified', undefined, 'real-name', resultKinds('bank'), 'bank', undefined],
    ]);
  });

  it('names the face check, and the network identity, with the token as all that was handed over', async () => {
    const me = await world.person('me', 'real-name', 'real-name-face', 'real-name-network');
    const { token } = await world.control('POST', '/network-proofs', {});
    await world.ok('identity/verifyByNetworkId', { token, ...key() }, me);
    const { name, idNumber } = await world.citizen();
    const { sessionId, url } = await world.ok<{ sessionId: string; url: string }>(
      'identity/startFace',
      { name, idNumber, ...key() },
      me,
    );
    await world.control('POST', new URL(url).pathname.replace('/sandbox', ''), { outcome: 'pass' });
    await world.ok('identity/finishFace', { sessionId }, me);
    expect(await register(me)).toEqual([
      ['disclosure.made', 'network-identity', 'real-name-network', ['login-code'], 'network', undefined],
      ['disclosure.answered', 'network-identity', 'real-name-network', undefined, 'network', 'VERIFIED'],
      ['real-name.verified', undefined, 'real-name-network', resultKinds('network'), 'network', undefined],
      ['disclosure.made', 'tencent-faceid', 'real-name-face', ['identity-input'], 'face', undefined],
      ['disclosure.answered', 'tencent-faceid', 'real-name-face', undefined, 'face', 'STARTED'],
      ['disclosure.made', 'tencent-faceid', 'real-name-face', ['login-code'], 'face', undefined],
      ['disclosure.answered', 'tencent-faceid', 'real-name-face', undefined, 'face', 'VERIFIED'],
      ['real-name.verified', undefined, 'real-name', resultKinds('face'), 'face', undefined],
    ]);
  });

  it('says the same of a mismatch and of a number nobody has, and so does the answer', async () => {
    const me = await world.person('me', 'real-name');
    const known = await world.citizen();
    const other = await world.person('other', 'real-name');
    const first = await world.call(
      'identity/verify',
      { name: '别名', idNumber: known.idNumber, ...key() },
      me,
    );
    const nobody = { name: '无此人', idNumber: numberOf('19700101') };
    const second = await world.call('identity/verify', { ...nobody, ...key() }, other);
    const said = (reply: typeof first) => (reply.ok ? 'OK' : { ...reply.error, requestId: '' });
    expect(said(first)).toMatchObject({ code: 'NOT_VERIFIED' });
    expect(said(first)).toEqual(said(second));
    expect((await register(me)).at(-1)?.at(-1)).toBe('NOT_VERIFIED');
    expect((await register(other)).at(-1)?.at(-1)).toBe('NOT_VERIFIED');
    expect(await world.asked()).toEqual(['/#IdCardVerification -1', '/#IdCardVerification -5']);
  });
});
