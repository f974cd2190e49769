import { unmarshall } from '@aws-sdk/util-dynamodb';
import { DAY_MS } from '../../lib/clock';
import { keys } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import { readWechatAccount, wechatAccountKey } from '../../lib/table/person/wechat-account';
import { guardianKey, putGuardian, putWard, wardIdOf } from '../../lib/table/real-name/minor';
import { cardGiver, exchange, type Giver, type Holder, holder, linkTo } from '../cards/support';
import { everything, place, release } from '../hold/support';
import { point, slowCall, switchOn } from '../location/support';
import { proofFor } from '../login/support';
import { grant } from '../support/consent';
import { beginEnd } from '../support/end';
import { type Caller, createWorld, onceKey, type World } from '../support/world';

let world: World;
let people = 0;
beforeAll(async () => {
  world = await createWorld();
});

type Two = { stays: Giver; leaves: Giver; join(): Promise<void> };

/** Two accounts of one person, and what settles them. */
async function two(): Promise<Two> {
  people += 1;
  const [one, other] = [`stays-${people}`, `leaves-${people}`];
  const [stays, leaves] = [await cardGiver(world, one), await cardGiver(world, other)];
  const [here, there] = [stays.caller.subjectId, leaves.caller.subjectId];
  return {
    stays,
    leaves,
    async join() {
      const otherProof = await proofFor(world, leaves.caller, other, 'login/joinAccounts', here);
      const proof = await proofFor(world, stays.caller, one, 'login/joinAccounts', there);
      await world.ok('login/joinAccounts', { keep: 'this', otherProof }, { ...stays.caller, proof });
    },
  };
}
const blockHolder = async (by: Holder, whom: Giver, mine: Giver) => {
  const { byB } = await exchange(world, whom, mine);
  return world.ok<{ blockId: string }>('cards/block', { by: 'contact', id: byB }, by);
};
/** A guardian has consented for a child, as the two ledgers would have it. */
async function answeredFor(child: Holder, parent: Holder): Promise<void> {
  people += 1;
  const codeDigest = `code-digest-${people}`.padEnd(43, 'x');
  const [askedAt, decidedAt, consentedAt] = ['2026-12-01', '2026-12-01', '2026-12-01'];
  const guardian = {
    state: 'consented',
    codeDigest,
    askedAt,
    decidedAt,
    guardianId: parent.subjectId,
  } as const;
  const note = { wardId: wardIdOf(codeDigest), childId: child.subjectId, consentedAt };
  await world.deps.table.write(
    ...putGuardian(child.subjectId, guardian, undefined),
    putWard(parent.subjectId, note),
  );
}
const opens = (link: { token: string }, by: Caller) => world.refused('cards/open', { token: link.token }, by);
const about = async (subjectId: string) =>
  (await world.scan())
    .map((item) => unmarshall(item as never))
    .filter((item) => JSON.stringify(item).includes(subjectId));

describe('two accounts of one person are settled (A1)', () => {
  it('and who had blocked the one given up is kept from the one that stays, and can lift it (L3, C4)', async () => {
    const { stays, leaves, join } = await two();
    const blocker = await cardGiver(world, `blocker-${people}`);
    await blockHolder(blocker.caller, leaves, blocker);
    const link = await linkTo(world, blocker);
    expect(await opens(link, stays.caller)).toBe('OK');
    await join();
    await world.work();
    expect(await opens(link, stays.caller)).toBe('NOT_FOUND');
    const { blocked } = await world.ok<{ blocked: { blockId: string }[] }>(
      'cards/blocked',
      {},
      blocker.caller,
    );
    expect(blocked).toHaveLength(1);
    await world.ok('cards/unblock', { blockId: blocked[0]?.blockId }, blocker.caller);
    expect(await opens(link, stays.caller)).toBe('OK');
  });

  it('and whom the one given up had blocked is kept from the one that stays (C4)', async () => {
    const { stays, leaves, join } = await two();
    const unwanted = await cardGiver(world, `unwanted-${people}`);
    await blockHolder(leaves.caller, unwanted, leaves);
    const link = await linkTo(world, stays);
    expect(await opens(link, unwanted.caller)).toBe('OK');
    await join();
    await world.work();
    expect(await opens(link, unwanted.caller)).toBe('NOT_FOUND');
    expect(await world.ok('cards/blocked', {}, stays.caller)).toMatchObject({ blocked: [{}] });
  });

  it('while a place is on its way to the one given up: it is not stored (L1)', async () => {
    const { leaves, join } = await two();
    await grant(world, leaves.caller, 'location');
    await switchOn(world, leaves.caller);
    await world.ok('location/update', point(world), leaves.caller);
    world.wait(600_000);
    const elsewhere = point(world, { latitude: 23.1264, longitude: 113.3245 });
    const late = await slowCall(world, 'location/update', elsewhere, leaves.caller, join);
    expect(late.ok).toBe(false);
    const place = (await about(leaves.caller.subjectId)).filter(({ sk }) => sk === 'DATA#location#point');
    expect(place.map(({ entity, sealed }) => ({ entity, sealed }))).toEqual([{ entity: 'ended-location' }]);
  });

  it('and nobody’s contact names the one given up, nor does anything but its ledger and its own item', async () => {
    const { leaves, join } = await two();
    const friend = await cardGiver(world, `friend-${people}`);
    await exchange(world, leaves, friend);
    await world
      .ok('profile/setPreferences', { version: 0, language: 'zh-CN' }, leaves.caller)
      .catch(() => {});
    await join();
    await world.work();
    const left = await about(leaves.caller.subjectId);
    expect(new Set(left.map(({ entity }) => entity))).toEqual(new Set(['ledger-entry', 'person']));
    const { contacts } = await world.ok<{ contacts: { recalled: boolean }[] }>(
      'cards/folder',
      {},
      friend.caller,
    );
    expect(contacts).toMatchObject([{ recalled: true }]);
  });

  it('and what was asked in the one given up is answered in the one that stays, by whose it was (R5, R6)', async () => {
    const { stays, leaves, join } = await two();
    const ask = async (by: Caller, words: string) => {
      const question = { kind: 'question', words, idempotencyKey: onceKey() };
      return (await world.ok<{ ticket: { ticketId: string } }>('rights/askTicket', question, by)).ticket
        .ticketId;
    };
    const [here, waits, done] = [
      await ask(stays.caller, '我的名片谁看过？'),
      await ask(leaves.caller, '我的号码给了谁？'),
      await ask(leaves.caller, '怎样导出？'),
    ];
    const staff = { token: 'staff:desk-of-two:support' };
    const of = (subjectId: string, ticketId: string) => ({ subjectId, ticketId });
    for (const ticketId of [waits, done])
      await world.ok('rights/takeTicket', of(leaves.caller.subjectId, ticketId), staff);
    const said = { answer: '没有给过别人。' };
    await world.ok('rights/answerTicket', { ...of(leaves.caller.subjectId, done), ...said }, staff);
    await join();
    await world.work();
    await world.ok('rights/answerTicket', { ...of(stays.caller.subjectId, waits), ...said }, staff);
    const { tickets } = await world.ok<{ tickets: { ticketId: string; state: string }[] }>(
      'rights/ownTickets',
      {},
      stays.caller,
    );
    expect(Object.fromEntries(tickets.map(({ ticketId, state }) => [ticketId, state]))).toEqual({
      [here]: 'open',
      [waits]: 'answered',
      [done]: 'answered',
    });
    const shown = await world.ok<{ ticket: unknown }>('rights/ownTicket', { ticketId: waits }, stays.caller);
    expect(shown).toMatchObject({ words: [{ text: '我的号码给了谁？' }], answer: said.answer });
    expect(await about(leaves.caller.subjectId)).not.toContainEqual(
      expect.objectContaining({ entity: 'ticket' }),
    );
  });

  it('and what was reported from the one given up is decided, and heard of in the one that stays (policy clause 4)', async () => {
    const { stays, leaves, join } = await two();
    const reported = await cardGiver(world, `reported-${people}`);
    const { token } = await linkTo(world, reported);
    const said = { token, category: '骚扰诈骗', words: '冒充银行客服' };
    const { reportId } = await world.ok<{ reportId: string }>('cards/reportCard', said, leaves.caller);
    await join();
    await world.work();
    const own = async () =>
      (await world.ok<{ reports: object[] }>('cards/ownReports', {}, stays.caller)).reports;
    expect(await own()).toMatchObject([{ reportId, state: 'waiting' }]);
    const staff = { token: 'staff:decides-of-two:support' };
    const target = { subjectId: reported.caller.subjectId, cardId: reported.cardId, reportId };
    const opened = await world.ok<{ reports: object[] }>('cards/openReported', target, staff);
    expect(opened.reports).toMatchObject([{ words: [said.words] }]);
    const decision = { decision: 'take-down', category: said.category };
    await world.ok('cards/decideReported', { ...target, ...decision }, staff);
    expect(await own()).toMatchObject([{ reportId, state: 'decided' }]);
    expect(JSON.stringify(await everything(world, reported.caller.subjectId))).not.toContain(
      leaves.caller.subjectId,
    );
    await beginEnd(world, reported.caller.subjectId);
    await world.work();
    expect(JSON.stringify(await everything(world, stays.caller.subjectId))).not.toContain(
      reported.caller.subjectId,
    );
    expect(await own()).toMatchObject([{ reportId, state: 'decided' }]);
  });

  it('and the guardian of a child can still take back what they said, from the account that stays (N4)', async () => {
    const { stays, leaves, join } = await two();
    const child = await holder(world, `child-${people}`);
    await answeredFor(child, leaves.caller);
    await join();
    await world.work();
    const { wards } = await world.ok<{ wards: { wardId: string }[] }>('identity/wards', {}, stays.caller);
    expect(wards).toHaveLength(1);
    await world.ok('identity/guardianWithdraw', { wardId: wards[0]?.wardId }, stays.caller);
    const [guardian] = await world.deps.table.getMany([guardianKey(child.subjectId)]);
    expect(guardian).toMatchObject({ state: 'withdrawn', guardianId: stays.caller.subjectId });
    expect(await world.ok('identity/wards', {}, stays.caller)).toEqual({ wards: [] });
  });

  it('and the guardian of the one given up keeps no note of it (N4)', async () => {
    const { leaves, join } = await two();
    const parent = await holder(world, `parent-${people}`);
    await answeredFor(leaves.caller, parent);
    expect(await world.ok('identity/wards', {}, parent)).toMatchObject({ wards: [{}] });
    await join();
    await world.work();
    expect(await world.ok('identity/wards', {}, parent)).toEqual({ wards: [] });
  });

  it('while holds keep a child’s record, the note of it and a block: all of it acts for the one that stays (S3)', async () => {
    const { stays, leaves, join } = await two();
    const [child, other] = [
      await holder(world, `kept-${people}`),
      await cardGiver(world, `kept-off-${people}`),
    ];
    await answeredFor(child, leaves.caller);
    await blockHolder(leaves.caller, other, leaves);
    const link = await linkTo(world, stays);
    const onChild = await place(world, child.subjectId, { kinds: ['guardian'] });
    const onLeft = await place(world, leaves.caller.subjectId, { kinds: ['guardian', 'block'] });
    await join();
    await world.work();
    const joins = (await everything(world, stays.caller.subjectId)).filter(({ kind }) => kind === 'join');
    expect(joins).toEqual([]);
    expect(await opens(link, other.caller)).toBe('NOT_FOUND');
    await release(world, onLeft);
    await release(world, onChild);
    expect(new Set((await about(leaves.caller.subjectId)).map(({ entity }) => entity))).toEqual(
      new Set(['ledger-entry', 'person', 'hold']),
    );
    expect(await opens(link, other.caller)).toBe('NOT_FOUND');
    const { wards } = await world.ok<{ wards: { wardId: string }[] }>('identity/wards', {}, stays.caller);
    await world.ok('identity/guardianWithdraw', { wardId: wards[0]?.wardId }, stays.caller);
  });

  it.each(['given up', 'that stays'])(
    'while a hold keeps the openid of the one %s: it moves with the release (S3)',
    async (which) => {
      const { stays, leaves, join } = await two();
      const [here, there] = [stays.caller.subjectId, leaves.caller.subjectId];
      const openidsOf = async (subjectId: string) => {
        const [self, item] = await world.deps.table.getMany([
          keys.person(subjectId),
          wechatAccountKey(subjectId),
        ]);
        const sealer = self && (await openPerson(world.deps, readPerson(self)));
        const account = sealer && readWechatAccount(item, sealer);
        return account && [account.openid, ...Object.values(account.others ?? {})];
      };
      const [mine = [], other = []] = [await openidsOf(here), await openidsOf(there)];
      expect(other).toHaveLength(1);
      const holdId = await place(world, which === 'given up' ? there : here, { kinds: ['wechat-openid'] });
      await join();
      await world.work();
      await release(world, holdId);
      world.wait(DAY_MS);
      await world.ok('retention/sweep', {}, { trigger: 'schedule' });
      await world.work();
      expect(await openidsOf(here)).toEqual([...mine, ...other]);
      expect((await everything(world, there)).map(({ entity }) => entity)).not.toContain('wechat-account');
      const joins = (await everything(world, here)).filter(({ kind }) => kind === 'join');
      expect(joins).toEqual([]);
    },
  );

  it('one after the other: an account that still takes another one over cannot be given up', async () => {
    const { stays, join } = await two();
    await join();
    people += 1;
    const third = await holder(world, `third-${people}`);
    const mine = stays.caller.subjectId;
    const otherProof = await proofFor(
      world,
      stays.caller,
      `stays-${people - 1}`,
      'login/joinAccounts',
      third.subjectId,
    );
    const proofOf = () => proofFor(world, third, `third-${people}`, 'login/joinAccounts', mine);
    const input = { keep: 'this', otherProof };
    expect(await world.refused('login/joinAccounts', input, { ...third, proof: await proofOf() })).toBe(
      'NOT_NOW',
    );
    await world.work();
  });
});
