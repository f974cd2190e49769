import { parseToken } from '../../lib/crypto/token';
import { grant, withdraw } from '../support/consent';
import { type Caller, createWorld, type World } from '../support/world';
import { actsOf, entryCode, linker, proofFor } from './support';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

const enter = (who: string) => ({ entry: 'wechat-pay', code: entryCode(who) });
const withProof = async (me: Caller, openid: string) => ({
  ...me,
  proof: await proofFor(world, me, openid, 'login/linkAccount', 'wechat-pay'),
});

describe('linking another entry (A4)', () => {
  it('needs its own consent and a proof of self, is registered, listed, and leads to the same account', async () => {
    const me = await world.signIn('me');
    expect(await world.refused('login/linkAccount', enter('payer'), me)).toBe('CONSENT_REQUIRED');
    await grant(world, me, 'account-link');
    expect(await world.refused('login/linkAccount', enter('payer'), me)).toBe('PROOF_REQUIRED');
    const linked = await world.ok('login/linkAccount', enter('payer'), await withProof(me, 'me'));
    expect(linked).toMatchObject({ entry: 'wechat-pay', name: '微信支付城市服务' });
    expect(await world.ok('login/listLinks', {}, me)).toEqual({ links: [linked] });
    const arrived = await world.ok<Caller>('login/signInByEntry', enter('payer'));
    expect(arrived.newAccount).toBe(false);
    expect(parseToken(arrived.token)?.subjectId).toBe(parseToken(me.token)?.subjectId);
    expect((await actsOf(world, me)).slice(-3)).toEqual([
      'disclosure.made',
      'disclosure.answered',
      'identity.linked',
    ]);
  });

  it('never opens an account for whoever comes from an entry that is not linked (A1)', async () => {
    expect(await world.refused('login/signInByEntry', enter('payer'))).toBe('LINK_REQUIRED');
    expect((await world.scan()).filter((item) => JSON.stringify(item.sk).includes('PERSON'))).toEqual([]);
  });

  it('is undone at once: no way in, and whoever came that way is signed out', async () => {
    const me = await linker(world, 'me', 'payer');
    const arrived = await world.ok<Caller>('login/signInByEntry', enter('payer'));
    expect(await world.refused('login/listSessions', {}, arrived)).toBe('OK');
    await world.ok('login/unlinkAccount', { entry: 'wechat-pay' }, me);
    expect(await world.refused('login/listSessions', {}, arrived)).toBe('SIGN_IN_REQUIRED');
    expect(await world.refused('login/signInByEntry', enter('payer'))).toBe('LINK_REQUIRED');
    expect(await world.refused('login/listSessions', {}, me)).toBe('OK');
    expect(await world.ok('login/unlinkAccount', { entry: 'wechat-pay' }, me)).toEqual({ unlinked: true });
    const left = (await world.scan()).filter((item) =>
      /ID#link|DATA#account-link/.test(JSON.stringify(item)),
    );
    expect(left).toEqual([]);
  });

  it('ends with the consent, on the next call and before anything is erased (K3)', async () => {
    const me = await linker(world, 'me', 'payer');
    const arrived = await world.ok<Caller>('login/signInByEntry', enter('payer'));
    await withdraw(world, me, 'account-link');
    expect(await world.refused('login/listSessions', {}, arrived)).toBe('SIGN_IN_REQUIRED');
    expect(await world.refused('login/signInByEntry', enter('payer'))).toBe('LINK_REQUIRED');
    await world.ok('retention/runProcess', world.queued[0], { trigger: 'queue' });
    const left = (await world.scan()).filter((item) =>
      /ID#link|DATA#account-link/.test(JSON.stringify(item)),
    );
    expect(left).toEqual([]);
  });

  it('does not come back with a new consent, and is listed when it is made anew (A4)', async () => {
    const me = await linker(world, 'me', 'payer');
    await withdraw(world, me, 'account-link');
    await grant(world, me, 'account-link');
    expect(await world.refused('login/signInByEntry', enter('payer'))).toBe('LINK_REQUIRED');
    expect(await world.ok('login/listLinks', {}, me)).toEqual({ links: [] });
    await world.ok('login/linkAccount', enter('payer'), await withProof(me, 'me'));
    expect((await world.ok<{ links: unknown[] }>('login/listLinks', {}, me)).links).toHaveLength(1);
  });

  it('lets go of an earlier identity when another takes its place under a new consent at once (A4, R3)', async () => {
    const me = await linker(world, 'me', 'first');
    await withdraw(world, me, 'account-link');
    await grant(world, me, 'account-link');
    await world.ok('login/linkAccount', enter('second'), await withProof(me, 'me'));
    const pointers = (await world.scan()).filter((item) => JSON.stringify(item).includes('ID#link'));
    await world.work();
    // The link that leads there, and its pointer.
    expect(pointers).toHaveLength(2);
    expect(await world.refused('login/signInByEntry', enter('first'))).toBe('LINK_REQUIRED');
    expect(await world.refused('login/signInByEntry', enter('second'))).toBe('OK');
    const other = await linker(world, 'other', 'first');
    const arrived = await world.ok<Caller>('login/signInByEntry', enter('first'));
    expect(parseToken(arrived.token)?.subjectId).toBe(parseToken(other.token)?.subjectId);
  });

  it('keeps the way of an identity that is linked again under a new consent at once (A4)', async () => {
    const me = await linker(world, 'me', 'payer');
    await withdraw(world, me, 'account-link');
    await grant(world, me, 'account-link');
    await world.ok('login/linkAccount', enter('payer'), await withProof(me, 'me'));
    await world.work();
    expect(await world.refused('login/signInByEntry', enter('payer'))).toBe('OK');
  });

  it('leaves an identity where it is linked already, also when two accounts ask at once', async () => {
    const both = await Promise.all(
      ['one', 'two'].map(async (openid) => {
        const me = await world.signIn(openid);
        await grant(world, me, 'account-link');
        return withProof(me, openid);
      }),
    );
    const codes = await Promise.all(both.map((by) => world.refused('login/linkAccount', enter('payer'), by)));
    expect(codes.sort()).toEqual(['IDENTITY_TAKEN', 'OK']);
  });

  it('is safe to repeat, and not replaced by another identity without being undone', async () => {
    const me = await linker(world, 'me', 'payer');
    const before = await world.ok('login/listLinks', {}, me);
    await world.ok('login/linkAccount', enter('payer'), await withProof(me, 'me'));
    expect(await world.ok('login/listLinks', {}, me)).toEqual(before);
    expect(await world.refused('login/linkAccount', enter('else'), await withProof(me, 'me'))).toBe(
      'NOT_NOW',
    );
    expect(await world.refused('login/signInByEntry', enter('else'))).toBe('LINK_REQUIRED');
  });

  it('takes no code of another mini-program, and no code twice', async () => {
    await linker(world, 'me', 'payer');
    const wrong = { entry: 'wechat-pay', code: 'code-of-payer~1' };
    expect(await world.refused('login/signInByEntry', wrong)).toBe('LOGIN_CODE_INVALID');
    const once = enter('payer');
    await world.ok('login/signInByEntry', once);
    expect(await world.refused('login/signInByEntry', once)).toBe('LOGIN_CODE_INVALID');
  });

  it('lets nobody in who undoes the link at the same moment as they sign in', async () => {
    const me = await linker(world, 'me', 'payer');
    const [arrival] = await Promise.all([
      world.call('login/signInByEntry', enter('payer')),
      world.ok('login/unlinkAccount', { entry: 'wechat-pay' }, me),
    ]);
    if (arrival.ok)
      expect(await world.refused('login/listSessions', {}, arrival.data as Caller)).toBe('SIGN_IN_REQUIRED');
    else expect(['LINK_REQUIRED', 'BUSY']).toContain(arrival.error.code);
  });
});
