import fc from 'fast-check';
import { DAY_MS } from '../../lib/clock';
import { randomId } from '../../lib/crypto/random';
import { blurred, COUNT_STEP } from '../../lib/table/sharing/blur';
import { grant, withdraw } from '../support/consent';
import { createWorld, type World } from '../support/world';
import { cardGiver, type Giver, holder, linkTo, resting } from './support';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

type Views = { links: { shareId: string; total: number; days: object[] }[]; days: { views: number }[] };
type Named = { viewers: { shareId: string; nickname: string }[] };
let people = 0;
const giver = () => {
  people += 1;
  return cardGiver(world, `viewed-${people}`);
};
const viewer = async (...purposes: string[]) => {
  people += 1;
  return holder(world, `viewer-${people}`, ...purposes);
};
const named = async ({ caller }: Giver) => (await world.ok<Named>('cards/viewers', {}, caller)).viewers;

describe('counts (C6)', () => {
  it('are told for days that are over, by day and by link, and roughly', async () => {
    const own = await createWorld();
    const me = await cardGiver(own, 'me');
    const [many, few] = [await linkTo(own, me), await linkTo(own, me)];
    const you = await holder(own, 'you');
    for (let n = 0; n < 23; n += 1) await own.ok('cards/open', { token: many.token }, you);
    for (let n = 0; n < 4; n += 1) await own.ok('cards/open', { token: few.token }, you);
    const today = await own.ok<Views>('cards/views', {}, me.caller);
    expect(today.links.map(({ total }) => total)).toEqual([0, 0]);
    expect(today.days).toEqual([]);
    own.wait(DAY_MS);
    const { links, days } = await own.ok<Views>('cards/views', {}, me.caller);
    const total = links.find(({ shareId }) => shareId === many.shareId)?.total ?? 0;
    expect([15, 20]).toContain(total);
    expect(links.find(({ shareId }) => shareId === few.shareId)).toMatchObject({ total: 0, days: [] });
    expect(days.map(({ views }) => views)).toEqual([total]);
    expect(await own.ok<Views>('cards/views', {}, me.caller)).toEqual({ links, days });
  });

  it('the owner’s own looks are none, and nothing but numbers is kept of the others', async () => {
    const me = await giver();
    const you = await viewer();
    const { token } = await linkTo(world, me);
    await world.ok('cards/open', { token }, me.caller);
    await world.ok('cards/open', { token }, you);
    const views = (await resting(world, me.caller.subjectId)).filter(
      ({ entity }) => (entity as { S: string }).S === 'card-views',
    );
    expect(JSON.stringify(views).match(/"N":"1"/g)).toHaveLength(1);
    expect(JSON.stringify(await resting(world, me.caller.subjectId))).not.toContain(you.subjectId);
  });

  it('land on several shards, each made with the link', async () => {
    const me = await giver();
    const you = await viewer();
    const { token } = await linkTo(world, me);
    for (let n = 0; n < 40; n += 1) await world.ok('cards/open', { token }, you);
    const hit = (await resting(world, me.caller.subjectId)).filter(
      ({ entity, days }) =>
        (entity as { S: string }).S === 'card-views' && Object.keys((days as { M: object }).M).length > 0,
    );
    expect(hit.length).toBeGreaterThan(1);
  });
});

describe('blurring (C6)', () => {
  const { ring, random } = { ring: () => world.deps.ring, random: () => world.deps.random };

  it('is by five at the least, so that nobody can be told from the count', () => {
    expect(COUNT_STEP).toBeGreaterThanOrEqual(5);
  });

  it('a few are nobody, the same is always the same, more is never less, and the error is bounded', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.integer({ min: 0, max: 5000 }), async (what, count) => {
        const [told, again, next] = [
          await blurred(ring(), what, count),
          await blurred(ring(), what, count),
          await blurred(ring(), what, count + 1),
        ];
        expect(again).toBe(told);
        expect(next).toBeGreaterThanOrEqual(told);
        expect(told % COUNT_STEP).toBe(0);
        if (count < COUNT_STEP) expect(told).toBe(0);
        expect(count - told).toBeGreaterThanOrEqual(0);
        expect(count - told).toBeLessThan(2 * COUNT_STEP);
      }),
    );
  });

  it('where a count moves differs from count to count, so that the move says nothing about the number', async () => {
    const moves = new Set<number>();
    for (let n = 0; n < 60; n += 1) {
      const what = randomId(random());
      for (let count = 0; count < 10; count += 1) {
        const moved = (await blurred(ring(), what, count + 1)) - (await blurred(ring(), what, count));
        if (moved > 0) moves.add(count % COUNT_STEP);
      }
    }
    expect(moves.size).toBe(COUNT_STEP);
  });
});

describe('names (C6)', () => {
  it('a viewer is named only if they agreed, by the nickname they have now', async () => {
    const me = await giver();
    const [open, silent] = [await viewer('viewer-name', 'profile'), await viewer('profile')];
    const { token, shareId } = await linkTo(world, me);
    for (const [one, nickname] of [
      [open, '小陈'],
      [silent, '小王'],
    ] as const) {
      await world.ok('profile/update', { version: 0, nickname }, one);
      await world.ok('cards/open', { token }, one);
    }
    expect(await named(me)).toMatchObject([{ shareId, nickname: '小陈' }]);
    await world.ok('profile/update', { version: 1, nickname: '老陈' }, open);
    expect(await named(me)).toMatchObject([{ nickname: '老陈' }]);
    await world.ok('cards/open', { token }, open);
    expect(await named(me)).toHaveLength(1);
  });

  it('a withdrawal takes the name back at once, and the record with it (K3)', async () => {
    const me = await giver();
    const you = await viewer('viewer-name', 'profile');
    await world.ok('profile/update', { version: 0, nickname: '小陈' }, you);
    const { token } = await linkTo(world, me);
    await world.ok('cards/open', { token }, you);
    await withdraw(world, you, 'viewer-name');
    expect(await named(me)).toEqual([]);
    await grant(world, you, 'viewer-name');
    expect(await named(me)).toEqual([]);
    await world.work();
    expect(await resting(world, you.subjectId, 'viewer-name')).toEqual([]);
    expect(JSON.stringify(await resting(world, me.caller.subjectId))).not.toContain(you.subjectId);
  });

  it('the owner’s withdrawal takes the viewer’s record of them as well (K3)', async () => {
    const me = await giver();
    const you = await viewer('viewer-name');
    await world.ok('cards/open', { token: (await linkTo(world, me)).token }, you);
    const records = () => resting(world, you.subjectId, 'viewer-name');
    expect(JSON.stringify(await records())).toContain(me.caller.subjectId);
    await withdraw(world, me.caller, 'cards');
    await world.work();
    expect(await records()).toEqual([]);
  });

  it('a withdrawal between the look and its count leaves the count and no name (K3)', async () => {
    const me = await giver();
    const you = await viewer('viewer-name', 'profile');
    const { token } = await linkTo(world, me);
    const { getMany } = world.deps.table;
    world.deps.table.getMany = async (keys) => {
      const found = await getMany(keys);
      if (keys.length > 5) {
        world.deps.table.getMany = getMany;
        await withdraw(world, you, 'viewer-name');
      }
      return found;
    };
    expect(await world.refused('cards/open', { token }, you)).toBe('OK');
    world.deps.table.getMany = getMany;
    expect(JSON.stringify(await resting(world, me.caller.subjectId))).not.toContain(you.subjectId);
    expect(await resting(world, you.subjectId, 'viewer-name')).toEqual([]);
  });
});
