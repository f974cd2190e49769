import { PARTS_ERASED_PER_DAY } from '../../functions/rights/erase-part';
import { RESTRICTIONS_PER_DAY } from '../../functions/rights/restrict/restrict';
import { DAY_MS } from '../../lib/clock';
import { keys } from '../../lib/table/keys';
import { cardGiver, exchange, holder, linkTo } from '../cards/support';
import { personOf, place, release } from '../hold/support';
import { agreeingPartners } from '../identity/agreeing-partners';
import { verifyBy } from '../judge/journey';
import { findable, here, namesNear } from '../location/support';
import { actsOf } from '../login/support';
import { seenEntryOf, withdraw } from '../support/consent';
import { countedMore } from '../support/counted-more';
import { beginEnd } from '../support/end';
import { putInto } from '../support/life';
import { ticketOf } from '../support/ticket';
import { createWorld, onceKey, type World } from '../support/world';
import { closeBy } from './support';

let world: World;
beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
});

describe('restricting what is done with one’s data (R7)', () => {
  it('leaves nothing of it to others, in a link, a folder or nearby, until it is lifted', async () => {
    const [mine, friend] = [await cardGiver(world, 'restricts'), await cardGiver(world, 'friend')];
    await exchange(world, mine, friend);
    const { token } = await linkTo(world, mine);
    const [near, watcher] = [await findable(world, here, '近'), await findable(world, here, '看')];
    const seen = async () => ({
      link: await world.refused('cards/open', { token }, friend.caller),
      folder: JSON.stringify(await world.ok('cards/folder', {}, friend.caller)).includes('林'),
      nearby: await namesNear(world, watcher),
    });
    const open = { link: 'OK', folder: true, nearby: ['近'] };
    expect(await seen()).toEqual(open);
    for (const one of [mine.caller, near]) await world.ok('rights/restrict', {}, one);
    world.wait(60_000);
    expect(await seen()).toEqual({ link: 'NOT_FOUND', folder: false, nearby: [] });
    for (const one of [mine.caller, near]) await world.ok('rights/liftRestriction', {}, one);
    world.wait(60_000);
    expect(await seen()).toEqual(open);
  });

  it('leaves the person to see and to end, says so to who signs in, and is entered once', async () => {
    const me = await world.cardHolder('restricts-self');
    const create = () => world.refused('cards/create', { name: '新', idempotencyKey: onceKey() }, me);
    const first = await world.ok<{ since: string }>('rights/restrict', {}, me);
    world.wait(60_000);
    expect(await world.ok('rights/restrict', {}, me)).toEqual(first);
    expect(await create()).toBe('NOT_NOW');
    for (const path of ['consent/history', 'rights/explain', 'rights/ownTickets'])
      expect([path, await world.refused(path, {}, me)]).toEqual([path, 'OK']);
    expect(await world.signIn('restricts-self')).toMatchObject({ restricted: true });
    for (const _ of [1, 2])
      expect(await world.ok('rights/liftRestriction', {}, me)).toEqual({ restricted: false });
    expect(await create()).toBe('OK');
    expect(await world.signIn('restricts-self')).not.toHaveProperty('restricted');
    expect((await actsOf(world, me)).filter((act) => act.startsWith('restriction'))).toEqual([
      'restriction.began',
      'restriction.lifted',
    ]);
  });

  it('fills no ledger without end, nor does erasing a part; lifting and withdrawing go through all the same (A7)', async () => {
    const me = await holder(world, 'fills');
    const restrict = () => world.refused('rights/restrict', {}, me);
    const erase = async () => {
      const seenEntry = await seenEntryOf(world, me, 'cards');
      return world.refused(
        'rights/erasePart',
        { purpose: 'cards', seenEntry, idempotencyKey: onceKey() },
        me,
      );
    };
    expect([await erase(), await restrict()]).toEqual(['OK', 'OK']);
    await world.ok('rights/liftRestriction', {}, me);
    for (const limit of [PARTS_ERASED_PER_DAY, RESTRICTIONS_PER_DAY])
      await countedMore(world, limit, me.subjectId, limit.max - 2);
    expect([await erase(), await restrict()]).toEqual(['OK', 'OK']);
    await countedMore(world, RESTRICTIONS_PER_DAY, me.subjectId, 1);
    expect(await restrict()).toBe('OK'); // a repeat
    expect([await erase(), await world.refused('rights/liftRestriction', {}, me)]).toEqual([
      'TOO_MANY_ATTEMPTS',
      'OK',
    ]);
    expect(await restrict()).toBe('TOO_MANY_ATTEMPTS');
    await withdraw(world, me, 'cards');
  });

  it('takes no closing back, and no hold: what is only stored already stays so', async () => {
    const me = await world.cardHolder('closes-first');
    await closeBy(world, me, 'closes-first');
    expect(await world.refused('rights/restrict', {}, me)).toBe('NOT_NOW');
    expect(await world.refused('rights/liftRestriction', {}, me)).toBe('NOT_NOW');
    expect(await world.ok('rights/closing', {}, me)).toMatchObject({ closing: true });
    const { subjectId } = (await cardGiver(world, 'held-first')).caller;
    const held = await world.signIn('held-first');
    await putInto(world.deps.table, subjectId, 'held');
    expect(await world.refused('rights/restrict', {}, held)).toBe('NOT_NOW');
  });
});

describe('correcting what is wrong (R2)', () => {
  const support = { token: 'staff:one:support' };
  type Waits = { subjectId: string; sort: string; id: string; correction?: number };
  const told = async (who: string) => {
    const { waiting } = await world.ok<{ waiting: Waits[] }>('rights/ticketQueue', {}, support);
    return waiting.filter(({ subjectId, sort }) => subjectId === who && sort === 'recipient');
  };
  const verified = async (name: string) => {
    const me = await holder(world, name, 'real-name', 'real-name-bank');
    await verifyBy(world, me, 'bank');
    return me;
  };

  it('by the person has those told who were given that kind, reminded twice, until they confirm', async () => {
    const me = await verified('corrects');
    const say = (kind: string, idempotencyKey = onceKey()) =>
      world.ok('rights/tellCorrection', { kind, idempotencyKey }, me);
    await say('card-note');
    await world.work();
    expect(await told(me.subjectId)).toEqual([]);
    const key = onceKey();
    const first = await say('identity-input', key);
    await world.work();
    const asked = { id: 'tencent-faceid', kinds: ['identity-input'] };
    expect(await told(me.subjectId)).toEqual([expect.objectContaining({ ...asked, reminders: 0 })]);
    for (const [days, expected] of [
      [6, { reminders: 1 }],
      [5, { reminders: 2 }],
      [5, { reminders: 2, level: 'late' }],
    ] as const) {
      world.wait(days * DAY_MS);
      // A repeat begins nothing anew, for as long as anybody is asked.
      expect(await say('identity-input', key)).toEqual(first);
      await world.ok('retention/sweep', {}, { trigger: 'schedule' });
      await world.work();
      expect(await told(me.subjectId)).toEqual([expect.objectContaining({ ...asked, ...expected })]);
    }
    const [one] = await told(me.subjectId);
    const said = { subjectId: me.subjectId, recipient: 'tencent-faceid', document: 'T-1' };
    // What the end of an account would ask for is another duty.
    expect(await world.refused('retention/confirmRecipient', said, support)).toBe('NOT_FOUND');
    await world.ok('retention/confirmRecipient', { ...said, correction: one?.correction }, support);
    expect(await told(me.subjectId)).toEqual([]);
  });

  it('by the staff, with a paper and a ticket, ends a wrong result and rights an age; then the end of the account has it deleted', async () => {
    const me = await verified('wrongly');
    const { subjectId } = me;
    const about = { subjectId, ticket: await ticketOf(world, subjectId), document: 'D-7' };
    const correct = (what: object, by = support) =>
      world.refused('rights/correctFor', { ...about, ...what, idempotencyKey: onceKey() }, by);
    const status = () => world.ok('identity/status', {}, me);
    expect(await status()).toMatchObject({ verified: true });
    expect(await correct({ what: 'age-mark' })).toBe('INVALID_INPUT');
    expect(await correct({ what: 'real-name' }, { token: 'staff:other:support' })).toBe('CALLER_NOT_ALLOWED');
    expect(await correct({ what: 'real-name' })).toBe('OK');
    expect(await correct({ what: 'age-mark', band: 'under-18' })).toBe('OK');
    expect(await status()).toMatchObject({ verified: false, minor: 'under-18' });
    await world.work();
    expect(await told(subjectId)).toEqual([
      expect.objectContaining({ id: 'tencent-faceid', correction: expect.any(Number) }),
    ]);
    const { entries } = await world.ok<{ entries: object[] }>('consent/history', {}, me);
    expect(entries).toContainEqual(expect.objectContaining({ act: 'correction.made' }));
    await beginEnd(world, subjectId);
    await world.work();
    expect((await told(subjectId)).map(({ id, correction }) => [id, correction])).toEqual([
      ['tencent-faceid', undefined],
    ]);
  });
});

describe('acting for somebody who has died (R7)', () => {
  const papers = { certificateHash: 'ab'.repeat(32), kinshipHash: 'cd'.repeat(32) };
  /** Somebody with a link that others can open, and what a member of the staff is told who has their ticket in hand. */
  const somebody = async (name: string) => {
    const giver = await cardGiver(world, name);
    const { subjectId } = giver.caller;
    const { token } = await linkTo(world, giver);
    const reader = await holder(world, `reads-${name}`);
    const link = () => world.refused('cards/open', { token }, reader);
    const staff = async (who: string, path: string, input: object = {}) => {
      const ticket = await ticketOf(world, subjectId, who.split(':')[0]);
      return world.refused(`rights/${path}`, { subjectId, ticket, ...input }, { token: `staff:${who}` });
    };
    return { me: giver.caller, staff, link };
  };
  const signedIn = (me: { token: string }) => world.refused('consent/status', {}, me);

  it('takes two of the staff with the same papers; then nobody signs in or sees, and a mistake is put right', async () => {
    const { me, staff, link } = await somebody('dies');
    await world.ok('rights/restrict', {}, me);
    expect(await staff('two:officer', 'confirmDeath', papers)).toBe('NOT_NOW');
    for (const _ of [1, 2]) expect(await staff('one:support', 'reportDeath', papers)).toBe('OK');
    // A report alone changes nothing, nobody confirms their own, and other papers are none.
    expect(await signedIn(me)).toBe('OK');
    expect(await staff('one:officer', 'confirmDeath', papers)).toBe('CALLER_NOT_ALLOWED');
    const others = { ...papers, kinshipHash: 'ef'.repeat(32) };
    expect(await staff('two:officer', 'confirmDeath', others)).toBe('NOT_NOW');
    expect(await staff('two:officer', 'endDeceased')).toBe('NOT_NOW');
    for (const _ of [1, 2]) expect(await staff('two:officer', 'confirmDeath', papers)).toBe('OK');
    expect(await signedIn(me)).toBe('SIGN_IN_REQUIRED');
    expect(await link()).toBe('NOT_FOUND');
    for (const _ of [1, 2]) expect(await staff('two:officer', 'rightDeath')).toBe('OK');
    // As it was: restricted. By the old report nobody is confirmed again.
    expect(await link()).toBe('NOT_FOUND');
    await world.ok('rights/liftRestriction', {}, me);
    expect(await link()).toBe('OK');
    expect(await staff('two:officer', 'confirmDeath', papers)).toBe('NOT_NOW');
    expect((await actsOf(world, me)).filter((act) => act.startsWith('death'))).toEqual([
      'death.reported',
      'death.confirmed',
      'death.righted',
    ]);
  });

  it('is entered also of somebody who is held by law: put right, they are held as long as the hold lasts (S3)', async () => {
    const { me, staff, link } = await somebody('dies-held');
    const holdId = await place(world, me.subjectId);
    const lifeState = async () => (await personOf(world, me.subjectId))?.lifeState;
    const die = async () => {
      expect(await staff('one:support', 'reportDeath', papers)).toBe('OK');
      expect(await staff('two:officer', 'confirmDeath', papers)).toBe('OK');
      expect(await lifeState()).toBe('deceased');
    };
    await die();
    expect(await staff('two:officer', 'rightDeath')).toBe('OK');
    expect(await lifeState()).toBe('held');
    await die();
    await release(world, holdId);
    expect(await lifeState()).toBe('deceased');
    expect(await staff('two:officer', 'rightDeath')).toBe('OK');
    expect(await lifeState()).toBe('active');
    expect(await link()).toBe('OK');
  });

  it('obeys what the person has said: kept, nobody ends it; else relatives have it ended, and that is not put right', async () => {
    for (const wish of ['keep', 'unsaid']) {
      const { me, staff } = await somebody(`said-${wish}`);
      await world.ok('rights/directive', { wish }, me);
      expect(await world.ok('rights/directive', {}, me)).toEqual({ wish });
      await staff('one:support', 'reportDeath', papers);
      await staff('two:officer', 'confirmDeath', papers);
      const isKept = wish === 'keep';
      for (const _ of [1, 2])
        expect(await staff('two:officer', 'endDeceased')).toBe(isKept ? 'NOT_NOW' : 'OK');
      expect(await staff('two:officer', 'rightDeath')).toBe(isKept ? 'OK' : 'NOT_NOW');
      await world.work();
      expect(await signedIn(me)).toBe(isKept ? 'OK' : 'SIGN_IN_REQUIRED');
      const [self] = await world.deps.table.getMany([keys.person(me.subjectId)]);
      expect(self).toMatchObject({ lifeState: isKept ? 'active' : 'erased' });
    }
  });
});
