import { DAY_MS } from '../../lib/clock';
import { cardGiver, exchange, holder, linkTo } from '../cards/support';
import { agreeingPartners } from '../identity/agreeing-partners';
import { verifyBy } from '../judge/journey';
import { findable, here, namesNear } from '../location/support';
import { actsOf } from '../login/support';
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
