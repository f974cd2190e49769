import { DAY_MS } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import { kinds } from '../../lib/policy/kinds';
import { purposes } from '../../lib/policy/purposes';
import { attributeNames, type ServiceId, serviceIds, services } from '../../lib/policy/services';
import { keys } from '../../lib/table/keys';
import { grant, withdraw } from '../support/consent';
import { type Caller, createWorld, onceKey, type World } from '../support/world';
import { contact } from './budget-rows';

let world: World;
let me: Caller;
beforeAll(async () => {
  world = await createWorld();
});
/** Somebody new for each test. */
let openid: string;
beforeEach(async () => {
  openid = `me-${onceKey()}`;
  me = await world.signIn(openid);
});

const erase = () => world.ok('retention/runProcess', world.queued.at(-1), { trigger: 'queue' });
const subjectOf = ({ token }: Caller) => parseToken(token)?.subjectId ?? '';
/** Sort keys of what rests on a purpose of this person. */
const resting = async (purpose: string) =>
  (await world.scan(keys.person(subjectOf(me)).pk))
    .map(({ sk }) => JSON.stringify(sk))
    .filter((sk) => sk.includes(`DATA#${purpose}#`));

describe('a nickname', () => {
  const update = (version: number, nickname?: string, by = me) =>
    world.call('profile/update', { version, ...(nickname && { nickname }) }, by);

  it('needs consent, is versioned, removed by leaving it out, and dies with the consent', async () => {
    expect(await world.refused('profile/get', {}, me)).toBe('CONSENT_REQUIRED');
    await grant(world, me, 'profile');
    expect(await world.ok('profile/get', {}, me)).toEqual({ version: 0 });
    expect(await update(0, '晓')).toMatchObject({ ok: true, data: { version: 1, nickname: '晓' } });
    expect(await update(0, '别的')).toMatchObject({
      error: { code: 'VERSION_CONFLICT', details: { version: 1 } },
    });
    expect(await update(1)).toMatchObject({ ok: true, data: { version: 2 } });
    expect(await world.ok('profile/get', {}, me)).not.toHaveProperty('nickname');
    await withdraw(world, me, 'profile');
    expect(await update(2, '晓')).toMatchObject({ error: { code: 'CONSENT_REQUIRED' } });
    await erase();
    expect(await resting('profile')).toEqual([]);
  });

  it('repeated answers as the first time; of two edits at once one is refused', async () => {
    await grant(world, me, 'profile');
    const first = await update(0, '晓');
    expect(await update(0, '晓')).toEqual(first);
    const both = await Promise.all([update(1, '甲'), update(1, '乙'), update(1, '丙')]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  });

  it('written anew after a withdrawal survives the erasure of the old one, whichever comes first', async () => {
    await grant(world, me, 'profile');
    await update(0, '旧');
    await withdraw(world, me, 'profile');
    await grant(world, me, 'profile');
    expect(await world.ok('profile/get', {}, me)).toEqual({ version: 0 });
    expect(await update(0, '新')).toMatchObject({ ok: true });
    await erase();
    expect(await world.ok('profile/get', {}, me)).toMatchObject({ nickname: '新' });
  });

  it('of another person is nobody’s business', async () => {
    await grant(world, me, 'profile');
    await update(0, '晓');
    const you = await world.signIn(`you-${onceKey()}`);
    await grant(world, you, 'profile');
    expect(await world.ok('profile/get', {}, you)).toEqual({ version: 0 });
  });
});

const suffix = (service: ServiceId) => {
  const name = service.slice('service-'.length);
  return `${name[0]?.toUpperCase()}${name.slice(1)}Attributes`;
};
const sample = {
  sex: 'female',
  birthDate: '1990-02-28',
  birthPlace: '广东梅州',
  householdPlace: '广州市越秀区',
  ethnicity: '汉族',
};
const asked = (service: ServiceId) =>
  Object.fromEntries(services[service].asks.map((name) => [name, sample[name]]));

describe('an optional service (O1)', () => {
  it('asks exactly what the policy says it asks', () => {
    for (const service of serviceIds) {
      const names = services[service].asks.map((name) => attributeNames[name]).join('、');
      const kind = kinds[services[service].kind];
      expect(kind.name.split('：')[1]).toBe(names);
      expect(kind.purpose).toBe(service);
      expect(purposes[service].basis).toBe('CONSENT');
    }
  });

  it.each(serviceIds)('%s keeps what it asks while it is on, and nothing when it is off', async (service) => {
    const [get, set] = [`profile/get${suffix(service)}`, `profile/set${suffix(service)}`];
    const input = { version: 0, attributes: asked(service) };
    expect(await world.refused(set, input, me)).toBe('CONSENT_REQUIRED');
    await grant(world, me, service);
    expect(await world.ok(get, {}, me)).toEqual({ version: 0, attributes: {} });
    expect(await world.ok(set, input, me)).toEqual({ version: 1, attributes: asked(service) });
    expect(await world.ok(set, input, me)).toEqual({ version: 1, attributes: asked(service) });
    expect(await world.ok(get, {}, me)).toEqual({ version: 1, attributes: asked(service) });
    const listed = await world.ok<{ services: { service: string; granted: boolean; stored: string[] }[] }>(
      'profile/services',
      {},
      me,
    );
    for (const one of listed.services) {
      expect(one).toMatchObject(
        one.service === service
          ? { granted: true, stored: services[service].asks }
          : { granted: false, stored: [] },
      );
    }
    await withdraw(world, me, service);
    expect(await world.refused(get, {}, me)).toBe('CONSENT_REQUIRED');
    const after = await world.ok<typeof listed>('profile/services', {}, me);
    expect(after.services.flatMap(({ stored }) => stored)).toEqual([]);
    await erase();
    expect(await resting(service)).toEqual([]);
  });

  it.each(serviceIds)('%s refuses what it does not ask, by its name', async (service) => {
    await grant(world, me, service);
    const strange = (Object.keys(sample) as (keyof typeof sample)[]).filter(
      (name) => !(services[service].asks as readonly string[]).includes(name),
    );
    for (const name of [...strange, 'income'] as const) {
      const attributes = {
        ...asked(service),
        [name]: name === 'income' ? '1' : sample[name as keyof typeof sample],
      };
      const reply = await world.call(`profile/set${suffix(service)}`, { version: 0, attributes }, me);
      expect(reply).toMatchObject({
        error: {
          code: 'INVALID_INPUT',
          details: { fields: [{ field: `attributes.${name}`, problem: '没有这个字段' }] },
        },
      });
    }
    expect(await resting(service)).toEqual([]);
  });

  it('consented is that one only: another service stays closed, and one switched off does not touch the others', async () => {
    await grant(world, me, 'service-fund');
    await grant(world, me, 'service-social');
    await world.ok('profile/setFundAttributes', { version: 0, attributes: asked('service-fund') }, me);
    await world.ok('profile/setSocialAttributes', { version: 0, attributes: asked('service-social') }, me);
    expect(await world.refused('profile/getTaxAttributes', {}, me)).toBe('CONSENT_REQUIRED');
    await withdraw(world, me, 'service-fund');
    await world.work();
    expect(await world.ok('profile/getSocialAttributes', {}, me)).toMatchObject({
      attributes: asked('service-social'),
    });
  });

  it('takes only real dates of birth, and only names that exist', async () => {
    await grant(world, me, 'service-household');
    const set = (attributes: object) =>
      world.refused('profile/setHouseholdAttributes', { version: 0, attributes }, me);
    for (const birthDate of ['1990-02-29', '1899-12-31', '2026-12-02', '1990-2-8', '19900208', '']) {
      expect(await set({ birthDate })).toBe('INVALID_INPUT');
    }
    expect(await set({ ethnicity: '火星族' })).toBe('INVALID_INPUT');
    expect(await set({ sex: 'F' })).toBe('INVALID_INPUT');
    expect(await set({ birthDate: '2026-12-01' })).toBe('OK');
  });

  it('loses no edit: of two at once one is refused, and what is left out is forgotten', async () => {
    await grant(world, me, 'service-social');
    const set = (version: number, attributes: object) =>
      world.refused('profile/setSocialAttributes', { version, attributes }, me);
    const first = await Promise.all([set(0, { sex: 'male' }), set(0, { sex: 'female' })]);
    expect(first.sort()).toEqual(['OK', 'VERSION_CONFLICT']);
    const next = await Promise.all([set(1, { householdPlace: '广州' }), set(1, { householdPlace: '深圳' })]);
    expect(next.sort()).toEqual(['OK', 'VERSION_CONFLICT']);
    const { attributes } = await world.ok<{ attributes: object }>('profile/getSocialAttributes', {}, me);
    expect(Object.keys(attributes)).toEqual(['householdPlace']);
  });

  it('told anew after it was switched off and on survives the erasure of what it was told before', async () => {
    await grant(world, me, 'service-tax');
    await world.ok('profile/setTaxAttributes', { version: 0, attributes: { householdPlace: '旧地' } }, me);
    await withdraw(world, me, 'service-tax');
    await grant(world, me, 'service-tax');
    expect(await world.ok('profile/getTaxAttributes', {}, me)).toEqual({ version: 0, attributes: {} });
    await world.ok('profile/setTaxAttributes', { version: 0, attributes: { householdPlace: '新地' } }, me);
    await erase();
    expect(await world.ok('profile/getTaxAttributes', {}, me)).toMatchObject({
      attributes: { householdPlace: '新地' },
    });
  });
});

type Delivery = { deliveryId: string; state: string; name?: string; forgottenAt: string };

describe('a delivery (O2)', () => {
  const make = (idempotencyKey = onceKey(), change = {}) =>
    world.ok<Delivery>('profile/createDelivery', { ...contact, ...change, idempotencyKey }, me);
  const get = (deliveryId: string) => world.ok<Delivery>('profile/getDelivery', { deliveryId }, me);
  const support = { token: 'staff:alice:support' };
  const about = (deliveryId: string, who = me) => ({ deliveryId, subjectId: subjectOf(who) });
  beforeEach(() => grant(world, me, 'delivery'));

  it('is made, shown to its person and to the staff who brings it, completed, and then gone but for a marker', async () => {
    const { deliveryId, forgottenAt } = await make();
    expect(await get(deliveryId)).toMatchObject({ ...contact, state: 'open' });
    expect(await world.ok('profile/staffGetDelivery', about(deliveryId), support)).toMatchObject(contact);
    expect(await world.ok('profile/completeDelivery', about(deliveryId), support)).toMatchObject({
      state: 'delivered',
    });
    const over = await get(deliveryId);
    expect(Object.keys(over).sort()).toEqual(['createdAt', 'deliveryId', 'endedAt', 'forgottenAt', 'state']);
    expect(over.forgottenAt).toBe(forgottenAt);
    const [stored] = (await world.scan()).filter(({ sk }) => JSON.stringify(sk).includes(deliveryId));
    expect(stored).not.toHaveProperty('sealed');
    expect(await world.ok('profile/completeDelivery', about(deliveryId), support)).toMatchObject({
      state: 'delivered',
    });
    expect(await world.ok('profile/cancelDelivery', { deliveryId }, me)).toMatchObject({
      state: 'delivered',
    });
    const { entries } = await world.ok<{ entries: { act: string; way?: string; reason?: string }[] }>(
      'consent/history',
      {},
      me,
    );
    expect(
      entries.filter(({ act }) => act === 'staff.accessed').map(({ way, reason }) => [way, reason]),
    ).toEqual([
      ['profile/staffGetDelivery', 'delivery'],
      ['profile/completeDelivery', 'delivery'],
      ['profile/completeDelivery', 'delivery'],
    ]);
  });

  it('can be cancelled by its person, once and for all', async () => {
    const { deliveryId } = await make();
    expect(await world.ok('profile/cancelDelivery', { deliveryId }, me)).toMatchObject({
      state: 'cancelled',
    });
    expect(await world.ok('profile/cancelDelivery', { deliveryId }, me)).toMatchObject({
      state: 'cancelled',
    });
    expect(await get(deliveryId)).not.toHaveProperty('phone');
    const shown = await world.ok<object>('profile/staffGetDelivery', about(deliveryId), support);
    expect(shown).not.toHaveProperty('address');
  });

  it('is forgotten after 30 days at the latest, from that very second', async () => {
    const open = await make();
    const over = await make();
    await world.ok('profile/cancelDelivery', { deliveryId: over.deliveryId }, me);
    world.wait(30 * DAY_MS - 1000);
    me = await world.signIn(openid);
    expect(await get(open.deliveryId)).toMatchObject(contact);
    world.wait(1000);
    me = await world.signIn(openid);
    for (const { deliveryId } of [open, over]) {
      expect(await world.refused('profile/getDelivery', { deliveryId }, me)).toBe('NOT_FOUND');
      expect(await world.refused('profile/cancelDelivery', { deliveryId }, me)).toBe('NOT_FOUND');
      expect(await world.refused('profile/completeDelivery', about(deliveryId), support)).toBe('NOT_FOUND');
    }
    expect(await world.ok('profile/listDeliveries', {}, me)).toEqual({ deliveries: [] });
  });

  it('repeated is the same delivery, also when it is over; the key cannot be used for another', async () => {
    const key = onceKey();
    const first = await make(key);
    expect(await make(key)).toEqual(first);
    const input = { ...contact, address: '别处', idempotencyKey: key };
    expect(await world.refused('profile/createDelivery', input, me)).toBe('IDEMPOTENCY_CONFLICT');
    await world.ok('profile/cancelDelivery', { deliveryId: first.deliveryId }, me);
    expect(await make(key)).toMatchObject({ deliveryId: first.deliveryId, state: 'cancelled' });
    const many = await Promise.all([1, 2, 3].map(() => make('k'.repeat(20))));
    expect(new Set(many.map(({ deliveryId }) => deliveryId)).size).toBe(1);
  });

  it('of somebody else looks like none, to persons and to staff who name the wrong one', async () => {
    const { deliveryId } = await make();
    const you = await world.signIn(`you-${onceKey()}`);
    await grant(world, you, 'delivery');
    expect(await world.refused('profile/getDelivery', { deliveryId }, you)).toBe('NOT_FOUND');
    expect(await world.refused('profile/cancelDelivery', { deliveryId }, you)).toBe('NOT_FOUND');
    expect(await world.refused('profile/completeDelivery', about(deliveryId, you), support)).toBe(
      'NOT_FOUND',
    );
    expect(await world.refused('profile/completeDelivery', about(deliveryId), me)).toBe('SIGN_IN_REQUIRED');
    expect(
      await world.refused('profile/completeDelivery', about(deliveryId), { token: 'staff:bob:auditor' }),
    ).toBe('CALLER_NOT_ALLOWED');
    expect(await get(deliveryId)).toMatchObject({ state: 'open' });
  });

  it('is gone for staff and person at once when the consent is withdrawn, and erased', async () => {
    const { deliveryId } = await make();
    await withdraw(world, me, 'delivery');
    expect(await world.refused('profile/getDelivery', { deliveryId }, me)).toBe('CONSENT_REQUIRED');
    expect(await world.refused('profile/staffGetDelivery', about(deliveryId), support)).toBe('NOT_FOUND');
    expect(await world.refused('profile/completeDelivery', about(deliveryId), support)).toBe('NOT_FOUND');
    await erase();
    expect(await resting('delivery')).toEqual([]);
    await grant(world, me, 'delivery');
    expect(await world.refused('profile/getDelivery', { deliveryId }, me)).toBe('NOT_FOUND');
  });

  it('completed and cancelled at the same moment ends once', async () => {
    const { deliveryId } = await make();
    const both = await Promise.all([
      world.ok<Delivery>('profile/completeDelivery', about(deliveryId), support),
      world.ok<Delivery>('profile/cancelDelivery', { deliveryId }, me),
    ]);
    expect(both[0].state).toBe(both[1].state);
  });

  it('is listed page by page, 20 a day at most', async () => {
    for (let index = 0; index < 5; index += 1) await make();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await world.ok<{ deliveries: Delivery[]; cursor?: string }>(
        'profile/listDeliveries',
        { limit: 2, ...(cursor && { cursor }) },
        me,
      );
      seen.push(...page.deliveries.map(({ deliveryId }) => deliveryId));
      cursor = page.cursor;
    } while (cursor);
    expect(new Set(seen).size).toBe(5);
    for (let index = 5; index < 20; index += 1) await make();
    expect(await world.refused('profile/createDelivery', { ...contact, idempotencyKey: onceKey() }, me)).toBe(
      'TOO_MANY_ATTEMPTS',
    );
  });
});

describe('preferences (O3)', () => {
  const set = (version: number, change = {}) =>
    world.call(
      'profile/setPreferences',
      { version, language: 'zh-CN', personalisation: false, surveyInvitations: false, ...change },
      me,
    );

  it('are off until the person switches them on, and can be switched off again at any time', async () => {
    const off = { language: 'zh-CN', personalisation: false, surveyInvitations: false };
    expect(await world.ok('profile/getPreferences', {}, me)).toEqual({ version: 0, ...off });
    expect(await set(0, { personalisation: true })).toMatchObject({
      ok: true,
      data: { version: 1, personalisation: true },
    });
    expect(await set(0, { personalisation: true })).toMatchObject({ ok: true, data: { version: 1 } });
    expect(await set(0)).toMatchObject({ error: { code: 'VERSION_CONFLICT' } });
    expect(await set(1)).toMatchObject({ ok: true, data: { version: 2, ...off } });
  });

  it('are complete and known: no other language, nothing left out, nothing added', async () => {
    expect(await set(0, { language: 'en' })).toMatchObject({ error: { code: 'INVALID_INPUT' } });
    expect(await set(0, { personalisation: undefined })).toMatchObject({ error: { code: 'INVALID_INPUT' } });
    expect(await set(0, { advertising: true })).toMatchObject({ error: { code: 'INVALID_INPUT' } });
  });

  it('of two changes at once one is refused', async () => {
    const both = await Promise.all([set(0, { personalisation: true }), set(0, { surveyInvitations: true })]);
    expect(both.filter(({ ok }) => ok)).toHaveLength(1);
  });
});
