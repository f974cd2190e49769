import { parseToken } from '../../lib/crypto/token';
import { COOLING_OFF_MS } from '../../lib/policy/closing';
import { consentPurposeIds } from '../../lib/policy/purposes';
import { endedByRevocation, revokedScopes } from '../../lib/policy/revoked-scopes';
import { keys } from '../../lib/table/keys';
import { accountNumber, actsOf, phoneHolder, tap, wechatCode } from '../login/support';
import { grant, withdraw } from '../support/consent';
import { type Caller, createWorld, onceKey, type World } from '../support/world';
import { deliver, push, pushed } from './push';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const officer = { token: 'staff:one:officer' };
type Duty = {
  subjectId: string;
  sort: string;
  id: string;
  kind: string;
  level: string;
  closingSince?: string;
};
const duties = async (me: Caller) => {
  const { waiting } = await world.ok<{ waiting: Duty[] }>('rights/ticketQueue', {}, officer);
  const mine = waiting.filter(({ subjectId }) => subjectId === parseToken(me.token)?.subjectId);
  return mine.filter(({ sort }) => sort === 'duty');
};
const told = (openid: string, Event: string, RevokeInfo?: string) => ({
  ...{ Event, FromUserName: 'o-of-the-platform', OpenID: openid, AppID: 'wxtest' },
  ...(RevokeInfo && { RevokeInfo }),
});
const lifeOf = async (me: Caller) => {
  const [item] = await world.deps.table.getMany([keys.person(parseToken(me.token)?.subjectId ?? '')]);
  return item?.lifeState;
};
const granted = async (me: Caller) => {
  const { consents } = await world.ok<{ consents: { purpose: string; granted: boolean }[] }>(
    'consent/status',
    {},
    me,
  );
  return consents.filter((one) => one.granted).map(({ purpose }) => purpose);
};
let numbers = 13_900_000_000;
async function somebody(): Promise<{ me: Caller; openid: string }> {
  const openid = `told-${onceKey()}`;
  numbers += 1;
  const me = await phoneHolder(world, openid, `${numbers}`);
  await grant(world, me, 'cards');
  return { me, openid };
}

describe('a permission taken back at WeChat (R9, K3)', () => {
  it('ends the consents that it covered as a withdrawal does, and no others; then nothing waits', async () => {
    const { me, openid } = await somebody();
    const event = pushed(world, told(openid, 'user_authorization_revoke', '8'));
    for (const _ of [1, 2]) expect(await deliver(world, event)).toMatchObject({ ok: true });
    expect(await duties(me)).toHaveLength(1);
    await world.work();
    expect(await granted(me)).toEqual(['cards']);
    expect(await duties(me)).toEqual([]);
    expect(await world.refused('login/getPhone', {}, me)).toBe('CONSENT_REQUIRED');
    const acts = await actsOf(world, me);
    expect(acts.slice(-2)).toEqual(['consent.withdrawn', 'erasure.done']);
  });

  it('ends a consent that was given in the very second that WeChat names, since either may have come first', async () => {
    world.wait(1300 - (world.deps.clock.now() % 1000));
    const { me, openid } = await somebody();
    const CreateTime = Math.floor(world.deps.clock.now() / 1000);
    await push(world, { ...told(openid, 'user_authorization_revoke', '8'), CreateTime });
    await world.work();
    expect(await granted(me)).toEqual(['cards']);
  });

  it('leaves what was agreed to after it, and comes to the staff where WeChat does not say what is meant', async () => {
    const { me, openid } = await somebody();
    const event = told(openid, 'user_authorization_revoke', '8,14');
    const at = Math.floor(world.deps.clock.now() / 1000) - 60;
    await push(world, { ...event, CreateTime: at });
    await world.work();
    expect(await granted(me)).toEqual(['phone', 'cards'].sort());
    const [duty] = await duties(me);
    expect(duty).toMatchObject({ kind: 'user_authorization_revoke', level: 'in-time' });
    const input = { subjectId: duty?.subjectId, dutyId: duty?.id };
    const settled = await world.ok('retention/settleDuty', input, officer);
    expect(await world.ok('retention/settleDuty', input, officer)).toEqual(settled);
    expect(await duties(me)).toEqual([]);
    expect((await actsOf(world, me)).filter((act) => act === 'duty.settled')).toHaveLength(1);
  });

  it('names no purpose that is not there, and without a number means everything that WeChat gave', () => {
    for (const { ends } of Object.values(revokedScopes))
      if (ends !== 'by-hand') for (const id of ends) expect(consentPurposeIds).toContain(id);
    expect(endedByRevocation('1,7')).toEqual({ ends: [], byHand: false });
    expect(endedByRevocation('99')).toEqual({ ends: [], byHand: true });
    expect(endedByRevocation(undefined).ends).toEqual(
      expect.arrayContaining(['phone', 'profile', 'email', 'delivery', 'location', 'location-history']),
    );
    expect(endedByRevocation(undefined).byHand).toBe(true);
  });
});

describe('a WeChat account that was given up (R9, R4)', () => {
  it('closes the account by itself, once: taken back, the same event does not close it again', async () => {
    const { me, openid } = await somebody();
    const event = pushed(world, told(openid, 'user_authorization_cancellation'));
    await deliver(world, event);
    await world.work();
    expect(await lifeOf(me)).toBe('closing');
    const [duty] = await duties(me);
    expect(duty?.closingSince).toBeDefined();
    await world.ok('rights/cancelClosing', {}, me);
    await deliver(world, event);
    await world.work();
    expect(await lifeOf(me)).toBe('active');
    // It is for the staff to say that this was meant.
    const input = { subjectId: duty?.subjectId, dutyId: duty?.id };
    await world.ok('retention/settleDuty', input, officer);
    expect(await duties(me)).toEqual([]);
  });

  it('of a WeChat that came in by a phone, or of one of two, ends that WeChat and leaves the account to the other (A1, A5)', async () => {
    const { me, openid } = await somebody();
    const other = `came-${onceKey()}`;
    const codes = { code: wechatCode(other), phoneCode: tap(`${numbers}`, other) };
    const device = await world.ok<Caller>('login/signInByPhone', codes);
    await push(world, told(other, 'user_authorization_cancellation'));
    await world.work();
    expect([await lifeOf(me), await world.refused('login/ways', {}, device)]).toEqual([
      'active',
      'SIGN_IN_REQUIRED',
    ]);
    expect(await duties(me)).toEqual([]);
    expect((await actsOf(world, me)).at(-1)).toBe('identity.unlinked');
    // Told anew, it is about nobody of ours; about the one that stands by itself, it is about the account.
    for (const [about, life] of [
      [other, 'active'],
      [openid, 'closing'],
    ] as const) {
      world.wait(1000);
      await push(world, told(about, 'user_authorization_cancellation'));
      await world.work();
      expect(await lifeOf(me)).toBe(life);
    }
  });

  it('of one whose phone has let it go since is about nobody (A5)', async () => {
    const { me } = await somebody();
    const other = `came-${onceKey()}`;
    const codes = { code: wechatCode(other), phoneCode: tap(`${numbers}`, other) };
    await world.ok('login/signInByPhone', codes);
    await withdraw(world, me, 'phone');
    for (const event of ['user_authorization_cancellation', 'user_authorization_revoke']) {
      await push(world, told(other, event));
      await world.work();
    }
    expect(await lifeOf(me)).toBe('active');
    expect(await granted(me)).toContain('cards');
    expect(await duties(me)).toEqual([]);
  });

  it('stays on record when the account has ended by it, and nobody is asked about it any more (S2)', async () => {
    const { me, openid } = await somebody();
    await push(world, told(openid, 'user_authorization_cancellation'));
    await world.work();
    world.wait(COOLING_OFF_MS);
    await world.ok('retention/sweep', {}, { trigger: 'schedule' });
    await world.work();
    expect(await lifeOf(me)).toBe('erased');
    const raw = await world.scan(keys.person(parseToken(me.token)?.subjectId ?? '').pk);
    expect(raw.filter(({ sk }) => JSON.stringify(sk).includes('AUTHORISATION#'))).toMatchObject([
      { event: { S: 'user_authorization_cancellation' }, settledAt: expect.anything() },
    ]);
    expect(await duties(me)).toEqual([]);
  });

  it('is seen as late when its days are over, and by nobody but support and officers', async () => {
    const { me, openid } = await somebody();
    await push(world, told(openid, 'user_info_modified'));
    await world.work();
    expect(await lifeOf(me)).toBe('active');
    expect(await duties(me)).toMatchObject([{ kind: 'user_info_modified', level: 'in-time' }]);
    world.wait(COOLING_OFF_MS * 4);
    expect(await duties(me)).toMatchObject([{ level: 'late' }]);
    for (const role of ['responder', 'auditor'])
      expect(await world.refused('rights/ticketQueue', {}, { token: `staff:one:${role}` })).toBe(
        'CALLER_NOT_ALLOWED',
      );
    const subjectId = await accountNumber(world, await world.signIn(openid));
    const nobody = { subjectId, dutyId: 'A'.repeat(22) };
    expect(await world.refused('retention/settleDuty', nobody, officer)).toBe('NOT_FOUND');
  });
});
