import { type Answer, consentAct } from '../support/consent';
import { createWorld, onceKey, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const card = { name: '林晓', phones: [{ number: '13800138000' }], organisation: '数据局' };

describe('a first day', () => {
  it('signs in without a password, is asked, makes a card, reads it, withdraws, and the service obeys (A1, C1, K1, K3)', async () => {
    const { ok, refused } = world;
    const me = await world.signIn('lin');
    expect(me).toMatchObject({ newAccount: true, asks: ['cards'] });
    expect(await refused('cards/create', { ...card, idempotencyKey: onceKey() }, me)).toBe(
      'CONSENT_REQUIRED',
    );

    const granted = await ok<Answer>('consent/grant', await consentAct(ok), me);
    const made = await ok<{ cardId: string }>('cards/create', { ...card, idempotencyKey: onceKey() }, me);
    expect(await ok('cards/get', { cardId: made.cardId }, me)).toMatchObject(card);

    await ok('consent/withdraw', await consentAct(ok, { seenEntry: granted.seenEntry }), me);
    expect(await refused('cards/get', { cardId: made.cardId }, me)).toBe('CONSENT_REQUIRED');
    expect(await refused('cards/list', {}, me)).toBe('CONSENT_REQUIRED');
    expect(await ok('login/listSessions', {}, me)).toMatchObject({ sessions: [{ current: true }] });

    expect(world.queued).toHaveLength(1);
    expect(await ok('retention/runProcess', world.queued[0], { trigger: 'queue' })).toEqual({
      outcome: 'done',
      count: 1,
    });
    const history = await ok<{ entries: { act: string }[]; intact: boolean }>('consent/history', {}, me);
    expect(history.intact).toBe(true);
    expect(history.entries.map(({ act }) => act)).toEqual([
      'account.opened',
      'consent.granted',
      'consent.withdrawn',
      'erasure.done',
    ]);
  });
});
