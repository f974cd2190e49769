import { giveBoundPhone } from '../support/bound-phone';
import { grant, withdraw } from '../support/consent';
import { evidence, makeGuardian } from '../support/guardian';
import { type Caller, onceKey } from '../support/world';
import { type Citizen, createIdentityWorld, type IdentityWorld, newCitizen, subjectIdOf } from './support';

let world: IdentityWorld;
let child: Caller;
beforeEach(async () => {
  world = await createIdentityWorld();
  child = await world.person('child', 'real-name', 'real-name-face', 'real-name-network');
});
afterEach(() => world.stop());

const bornOn = (birth: string, phone?: string) =>
  world.citizen({ ...newCitizen(birth), ...(phone && { phone }) });
const verify = (by: Caller, citizen: Citizen) => world.verifyBy(by, citizen);
const askGuardian = async (by = child) =>
  (await world.ok<{ code: string }>('identity/askGuardian', {}, by)).code;
const adult = async (name: string) =>
  makeGuardian(world, await world.signIn(name), (await world.citizen()) as Citizen);
const answer = async (code: string, decision = 'consent', change: object = {}) => {
  const { textHash } = await world.ok<{ textHash: string }>('identity/guardianNotice');
  return { code, decision, textHash, evidence, ...change };
};
const respond = async (by: Caller, code: string, decision?: string) =>
  world.refused('identity/guardianRespond', await answer(code, decision), by);
const status = (by: Caller) => world.ok<Record<string, unknown>>('identity/status', {}, by);
const acts = async (by: Caller) => (await world.ledger(by)).map(({ act, actor }) => `${act} ${actor}`);
const sensitive = async (kind: string) => {
  const { sensitive: all } = await world.ok<{ sensitive: { kind: string; persons: number }[] }>(
    'identity/gauges',
    {},
    { token: 'staff:a:auditor' },
  );
  return all.find((one) => one.kind === kind)?.persons;
};

describe('birthdays, in Shanghai (N4)', () => {
  // The clock stands at 10:00 on 2026-12-01 in Beijing.
  it.each([
    ['20121202', 'the day before the 14th birthday', 'GUARDIAN_REQUIRED', undefined],
    ['20121201', 'the 14th birthday itself', 'GUARDIAN_REQUIRED', undefined],
    ['20121130', 'the day after the 14th birthday', 'OK', 'under-18'],
    ['20081201', 'the 18th birthday itself', 'OK', 'under-18'],
    ['20081130', 'the day after the 18th birthday', 'OK', undefined],
  ])('born %s: %s', async (birth, _, code, mark) => {
    expect(await verify(child, await bornOn(birth))).toBe(code);
    expect((await status(child)).minor).toBe(mark);
    expect(await sensitive('age-band')).toBe(mark ? 1 : 0);
  });

  it('a child of yesterday is none after midnight in Shanghai, and still is one second before', async () => {
    const citizen = await bornOn('20121201');
    world.wait((13 * 60 + 59) * 60_000 + 59_000);
    expect(await verify(child, citizen)).toBe('GUARDIAN_REQUIRED');
    world.wait(1000);
    expect(await verify(child, citizen)).toBe('OK');
    expect((await status(child)).minor).toBe('under-18');
  });
});

describe('under 14 a guardian consents first, and only then (N4)', () => {
  it('nothing is sent, counted or kept of a child before', async () => {
    const citizen = await bornOn('20150601');
    const before = JSON.stringify(await world.scan());
    expect(await verify(child, citizen)).toBe('GUARDIAN_REQUIRED');
    const { name, idNumber } = citizen;
    const face = { name, idNumber, idempotencyKey: onceKey() };
    expect(await world.refused('identity/startFace', face, child)).toBe('GUARDIAN_REQUIRED');
    expect(JSON.stringify(await world.scan())).toBe(before);
    expect(await world.asked()).toEqual([]);
  });

  it("goes through after it, stands in both ledgers; the child's names who acted, the guardian's names no child", async () => {
    const citizen = await bornOn('20150601');
    const parent = await adult('parent');
    const code = await askGuardian();
    expect(code).toMatch(/^[2-9A-HJ-NP-Z]{8}$/);
    const reply = await world.ok('identity/guardianRespond', await answer(` ${code.toLowerCase()} `), parent);
    expect(reply).toEqual({ state: 'consented', wardId: expect.any(String) });
    expect(await status(child)).toMatchObject({ guardian: 'consented' });
    expect(await verify(child, citizen)).toBe('OK');
    expect(await status(child)).toMatchObject({ verified: true, minor: 'under-14' });
    expect(await acts(child)).toEqual(
      expect.arrayContaining([
        'guardian.asked self',
        'guardian.consented guardian',
        'real-name.verified self',
      ]),
    );
    expect((await acts(parent)).at(-1)).toBe('guardian.consented self');
    const consented = (await world.ledger(child)).find(({ act }) => act === 'guardian.consented');
    expect(consented).toMatchObject({ actor: 'guardian', guardian: subjectIdOf(parent) });
    expect(JSON.stringify([await status(child), reply])).not.toContain(subjectIdOf(parent));
    expect(JSON.stringify([await world.ledger(parent), reply])).not.toContain(subjectIdOf(child));
  });

  it('does not go through after a refusal, and the child may ask again', async () => {
    const citizen = await bornOn('20150601');
    const parent = await adult('parent');
    expect(await respond(parent, await askGuardian(), 'refuse')).toBe('OK');
    expect(await verify(child, citizen)).toBe('GUARDIAN_REQUIRED');
    expect(await acts(child)).toContain('guardian.refused guardian');
    expect(await respond(parent, await askGuardian())).toBe('OK');
    expect(await verify(child, citizen)).toBe('OK');
  });

  it('an answer sent twice is one answer', async () => {
    const parent = await adult('parent');
    const input = await answer(await askGuardian());
    const both = await Promise.all([1, 2].map(() => world.call('identity/guardianRespond', input, parent)));
    for (const reply of both) expect(reply).toMatchObject({ ok: true, data: { state: 'consented' } });
    expect((await acts(child)).filter((act) => act.startsWith('guardian.consented'))).toHaveLength(1);
    expect((await acts(parent)).filter((act) => act.startsWith('guardian.consented'))).toHaveLength(1);
  });

  it('by somebody who is not a verified adult counts nothing, and tells nothing of codes', async () => {
    const code = await askGuardian();
    const nobody = await world.person('nobody', 'real-name');
    const teenager = await world.person('teenager', 'real-name');
    await verify(teenager, await bornOn('20100101'));
    const former = await adult('former');
    await withdraw(world, former, 'real-name');
    const network = await world.person('network', 'real-name-network');
    const { token } = await world.control('POST', '/network-proofs', {});
    await world.ok('identity/verifyByNetworkId', { token, idempotencyKey: onceKey() }, network);
    for (const by of [nobody, teenager, former, network, child]) {
      expect(await respond(by, code)).toBe('CALLER_NOT_ALLOWED');
      expect(await respond(by, 'ABCDEFGH')).toBe('CALLER_NOT_ALLOWED');
    }
    expect(await status(child)).toMatchObject({ guardian: 'asked' });
  });

  it('a verified adult by network identity may answer when the platform attests the age', async () => {
    const parent = await world.person('parent', 'real-name-network');
    const { token } = await world.control('POST', '/network-proofs', { ageBand: 'ADULT' });
    await world.ok('identity/verifyByNetworkId', { token, idempotencyKey: onceKey() }, parent);
    await giveBoundPhone(world, parent);
    expect(await respond(parent, await askGuardian())).toBe('OK');
  });

  it('codes are for one child, one answer and one day; a new one makes the old one useless; nobody answers for themselves', async () => {
    const parent = await adult('parent');
    const old = await askGuardian();
    const code = await askGuardian();
    expect(await respond(parent, old)).toBe('NOT_FOUND');
    expect(await respond(parent, await askGuardian(parent))).toBe('NOT_FOUND');
    world.wait(24 * 3_600_000);
    expect(await respond(parent, code)).toBe('NOT_FOUND');
    const fresh = await askGuardian();
    expect(await respond(parent, fresh)).toBe('OK');
    expect(await respond(await adult('stranger'), fresh)).toBe('NOT_FOUND');
    expect(await world.refused('identity/askGuardian', {}, child)).toBe('NOT_NOW');
  });

  it('cannot be guessed: ten codes an hour', async () => {
    const parent = await adult('parent');
    for (let index = 0; index < 10; index += 1) expect(await respond(parent, 'ABCDEFGH')).toBe('NOT_FOUND');
    expect(await respond(parent, await askGuardian())).toBe('TOO_MANY_ATTEMPTS');
  });

  it('is bound to the notice that was shown, which says what the law lists', async () => {
    const parent = await adult('parent');
    const code = await askGuardian();
    const stale = await answer(code, 'consent', { textHash: '0'.repeat(64) });
    expect(await world.refused('identity/guardianRespond', stale, parent)).toBe('POLICY_CHANGED');
    const ticked = await answer(code, 'consent', { evidence: { ...evidence, defaultState: 'checked' } });
    expect(await world.refused('identity/guardianRespond', ticked, parent)).toBe('INVALID_INPUT');
    const { text } = await world.ok<{ text: string }>('identity/guardianNotice');
    for (const item of [
      '目的',
      '方式和范围',
      '存放地点',
      '保存期限',
      '保护措施',
      '拒绝的后果',
      '投诉',
      '更正、删除',
      '拒绝”',
    ])
      expect(text).toContain(item);
  });

  it('taken back by the guardian ends the result at once, with claim and head-counts, in both ledgers', async () => {
    const citizen = await bornOn('20150601');
    const parent = await adult('parent');
    await respond(parent, await askGuardian());
    await verify(child, citizen);
    const { wards } = await world.ok<{ wards: { wardId: string }[] }>('identity/wards', {}, parent);
    const { wardId } = wards[0] ?? {};
    const stranger = await adult('stranger');
    expect(await world.refused('identity/guardianWithdraw', { wardId }, stranger)).toBe('NOT_FOUND');
    expect(await sensitive('id-digest')).toBe(3);
    await world.ok('identity/guardianWithdraw', { wardId }, parent);
    expect(await status(child)).toMatchObject({ verified: false, guardian: 'withdrawn' });
    expect(await sensitive('id-digest')).toBe(2);
    expect(await verify(child, citizen)).toBe('GUARDIAN_REQUIRED');
    expect((await acts(child)).slice(-2)).toEqual([
      'consent.withdrawn guardian',
      'guardian.withdrawn guardian',
    ]);
    expect((await acts(parent)).at(-1)).toBe('guardian.withdrawn self');
    expect(await world.ok('identity/wards', {}, parent)).toEqual({ wards: [] });
    expect(await world.refused('identity/guardianWithdraw', { wardId }, parent)).toBe('NOT_FOUND');
    expect(await verify(await adultFor(), await world.citizen())).toBe('OK');
  });

  const adultFor = () => world.person('yet another', 'real-name');

  it('holds for the network identity too, when the platform says the person is a child', async () => {
    const prove = async () => {
      const { token } = await world.control('POST', '/network-proofs', { ageBand: 'UNDER_14' });
      return world.refused('identity/verifyByNetworkId', { token, idempotencyKey: onceKey() }, child);
    };
    expect(await prove()).toBe('GUARDIAN_REQUIRED');
    expect(await status(child)).toEqual({ verified: false, results: [] });
    await respond(await adult('parent'), await askGuardian());
    expect(await prove()).toBe('OK');
    expect(await status(child)).toMatchObject({ verified: true, minor: 'under-14' });
  });
});

describe('the mark of a minor', () => {
  it('stays when real names are withdrawn, is counted once, and goes when an adult is verified more surely', async () => {
    await verify(child, await bornOn('20100101'));
    await withdraw(world, child, 'real-name');
    await world.work();
    expect(await status(child)).toMatchObject({ verified: false, minor: 'under-18' });
    await grant(world, child, 'real-name');
    await verify(child, await bornOn('20100102'));
    expect(await sensitive('age-band')).toBe(1);
    await withdraw(world, child, 'real-name');
    await grant(world, child, 'real-name');
    expect(await verify(child, await bornOn('20000101'))).toBe('NOT_NOW');
    expect((await status(child)).minor).toBe('under-18');
    const { phone } = newCitizen();
    expect(await world.verifyBy(child, await bornOn('20000101', phone), { phone })).toBe('OK');
    expect((await status(child)).minor).toBeUndefined();
    expect(await sensitive('age-band')).toBe(0);
  });
});
