import { cardGiver, exchange, linkTo } from '../cards/support';
import { findable, here, namesNear } from '../location/support';
import { actsOf } from '../login/support';
import { putInto } from '../support/life';
import { createWorld, onceKey, type World } from '../support/world';
import { closeBy } from './support';

let world: World;
beforeAll(async () => {
  world = await createWorld();
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
