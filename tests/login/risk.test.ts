import { retentionMs } from '../../lib/policy/retention';
import { grant } from '../support/consent';
import { type Caller, createWorld, onceKey, type World } from '../support/world';
import { accountNumber, tap } from './support';

const DAY_MS = 86_400_000;
const officer = { token: 'staff:ling:officer' };

const nextWorld = () =>
  createWorld({
    rankOf: (openid) => {
      asked.push(openid);
      return rank;
    },
  });
let world: World;
let rank: number | undefined;
let asked: string[];
beforeEach(async () => {
  rank = 4;
  asked = [];
  world = await nextWorld();
});

const bind = (me: Caller, number = '13800138000', openid = 'me') =>
  world.call('login/bindPhone', { code: tap(number, openid) }, me);
async function person(): Promise<Caller> {
  const me = await world.signIn('me');
  await grant(world, me, 'phone');
  return me;
}
async function appeal(me: Caller) {
  const input = { about: 'risk-refused', words: '刚换了手机，是我本人。', idempotencyKey: onceKey() };
  return world.ok<{ appealId: string }>('identity/appeal', input, me);
}
async function decide(me: Caller, appealId: string, decision: string) {
  const subjectId = await accountNumber(world, me);
  const input = { subjectId, appealId, decision, reason: '核对无误。' };
  return world.ok('identity/decideAppeal', input, officer);
}

describe('the risk rule (A7)', () => {
  it('refuses from its threshold on, says why and who can look at it, and writes nothing of the act', async () => {
    const me = await person();
    const reply = await bind(me);
    expect(reply).toMatchObject({
      ok: false,
      error: { code: 'RISK_REFUSED', details: { instead: 'identity/appeal' } },
    });
    expect(JSON.stringify(reply)).toContain('人工复核');
    expect(await world.refused('login/getPhone', {}, me)).toBe('NOT_FOUND');
    rank = 3;
    expect(await bind(me)).toMatchObject({ error: { code: 'RISK_REFUSED' } });
    rank = 2;
    expect(await bind(me)).toMatchObject({ ok: true });
  });

  it('registers who was asked, of which kinds and with which answer, before the answer (D1, N5)', async () => {
    const me = await person();
    await bind(me);
    const { entries } = await world.ok<{ entries: object[] }>('consent/history', {}, me);
    expect(entries.slice(-2)).toMatchObject([
      { act: 'disclosure.made', recipient: 'wechat-risk', kinds: ['wechat-openid', 'network-address'] },
      { act: 'disclosure.answered', recipient: 'wechat-risk', result: 'RANK_4' },
    ]);
    expect(JSON.stringify(entries) + world.lines.join('')).not.toContain('203.0.113');
  });

  it('never costs signing in, nor anything that is not marked as risky', async () => {
    const me = await person();
    for (const operation of ['login/listSessions', 'consent/status', 'login/account'])
      expect(await world.refused(operation, {}, me)).toBe('OK');
    await world.signIn('me');
    expect(asked).toEqual([]);
  });

  it('lets people through when WeChat cannot say', async () => {
    rank = undefined;
    expect(await bind(await person())).toMatchObject({ ok: true });
  });

  it('is put right by a human, for a while: the person is asked no more, then is again', async () => {
    const me = await person();
    await bind(me);
    const { appealId } = await appeal(me);
    expect(await world.ok('rights/ticketQueue', {}, officer)).toMatchObject({ waiting: [{ id: appealId }] });
    await decide(me, appealId, 'overturned');
    asked.length = 0;
    expect(await bind(me)).toMatchObject({ ok: true });
    expect(asked).toEqual([]);
    const own = await world.ok('identity/ownAppeals', {}, me);
    expect(own).toMatchObject({ appeals: [{ decision: 'overturned', reason: '核对无误。' }] });
    world.wait(retentionMs('risk-pass-life'));
    const later = await world.signIn('me');
    await world.ok('login/unbindPhone', {}, later);
    expect(await bind(later)).toMatchObject({ error: { code: 'RISK_REFUSED' } });
  });

  it('stands when the human says so', async () => {
    const me = await person();
    await decide(me, (await appeal(me)).appealId, 'stands');
    expect(await bind(me)).toMatchObject({ error: { code: 'RISK_REFUSED' } });
  });

  it('is not put right by an appeal about something else', async () => {
    const me = await person();
    const input = { about: 'other', words: '别的事。', idempotencyKey: onceKey() };
    const { appealId } = await world.ok<{ appealId: string }>('identity/appeal', input, me);
    await decide(me, appealId, 'overturned');
    expect(await bind(me)).toMatchObject({ error: { code: 'RISK_REFUSED' } });
  });
});

describe('attempts are limited (A7)', () => {
  it('per person: ten phone codes a day, and other people are not touched', async () => {
    rank = 0;
    const me = await person();
    for (let tries = 0; tries < 10; tries += 1)
      await world.refused('login/bindPhone', { code: 'not-a-code' }, me);
    expect(await bind(me)).toMatchObject({ error: { code: 'TOO_MANY_ATTEMPTS' } });
    const other = await world.signIn('other');
    await grant(world, other, 'phone');
    expect(await bind(other, '13900139000', 'other')).toMatchObject({ ok: true });
    world.wait(DAY_MS);
    expect(await bind(me)).toMatchObject({ ok: true });
  });

  it('per address: refused sign-in codes, and other addresses are not touched', async () => {
    const wrong = () => world.refused('login/signIn', { code: 'wrong' });
    await wrong();
    const [counter] = (await world.scan()).filter(({ pk }) => JSON.stringify(pk).includes('TRY#'));
    const { pk, sk } = counter as Record<'pk' | 'sk', { S: string }>;
    // As if 289 others had come from there already.
    await world.deps.table.update({
      Key: { pk: pk.S, sk: sk.S },
      UpdateExpression: 'ADD #count :others',
      ExpressionAttributeNames: { '#count': 'count' },
      ExpressionAttributeValues: { ':others': 289 },
    });
    const codes = await Promise.all(Array.from({ length: 11 }, wrong));
    expect(codes.filter((code) => code === 'TOO_MANY_ATTEMPTS')).toHaveLength(1);
    expect(await world.refused('login/signIn', { code: `code-of-me~${onceKey()}` })).toBe(
      'TOO_MANY_ATTEMPTS',
    );
    const elsewhere = { address: '198.51.100.9' };
    expect(await world.refused('login/signIn', { code: `code-of-me~${onceKey()}` }, elsewhere)).toBe('OK');
  });
});
