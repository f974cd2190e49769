import { type Holder, holder, resting } from '../cards/support';
import { withdraw } from '../support/consent';
import { createWorld, type World } from '../support/world';
import { here, point, slowCall, somebody, switchOn } from './support';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const DAY = 86_400_000;
const placesOf = async (me: Holder) =>
  (await world.ok<{ places: { takenAt: string }[] }>('location/history', {}, me)).places;
const days = (me: Holder) => resting(world, me.subjectId, 'location-history');
const go = (me: Holder, step: number) =>
  world.ok(
    'location/update',
    point(world, { latitude: here.latitude + step * 0.02, longitude: here.longitude }),
    me,
  );

async function walker(): Promise<Holder> {
  const me = await somebody(world, 'location-history');
  await switchOn(world, me, { keepHistory: true });
  for (const step of [1, 2, 3]) {
    world.wait(600_000);
    await go(me, step);
  }
  return me;
}

describe('history (L2)', () => {
  it('is not kept without its own consent, whatever is asked', async () => {
    const me = await somebody(world);
    const asked = { version: 0, keepHistory: true };
    expect(await world.refused('location/settings', asked, me)).toBe('CONSENT_REQUIRED');
    await switchOn(world, me);
    await go(me, 1);
    expect(await days(me)).toEqual([]);
    expect(await world.refused('location/history', {}, me)).toBe('CONSENT_REQUIRED');
  });

  it('is not kept with the consent alone, before the person asks for it', async () => {
    const me = await somebody(world, 'location-history');
    await switchOn(world, me);
    await go(me, 1);
    expect(await placesOf(me)).toEqual([]);
  });

  it('shows squares for 30 days and not a moment longer, with no sweep', async () => {
    const me = await holder(world, 'walker', 'location', 'location-history');
    await switchOn(world, me, { keepHistory: true });
    for (const step of [1, 2, 3]) {
      world.wait(600_000);
      await go(me, step);
    }
    const times = (await placesOf(me)).map(({ takenAt }) => takenAt);
    expect(times).toEqual([...times].sort().reverse());
    world.wait(29 * DAY);
    expect((await placesOf(me)).length).toBe(3);
    const [item] = await days(me);
    const ends = Number((item?.expiresAtSeconds as { N: string } | undefined)?.N) * 1000;
    expect(ends).toBeLessThanOrEqual(Date.parse(times.at(-1) ?? '') + 30 * DAY);
    world.wait(ends - world.deps.clock.now());
    expect(await placesOf({ ...me, ...(await world.signIn('walker')) })).toEqual([]);
  });

  const ends: [string, (me: Holder) => Promise<unknown>][] = [
    ['a stop', (me) => world.ok('location/stop', {}, me)],
    ['a withdrawal of location', (me) => withdraw(world, me, 'location')],
    ['letting go of it', (me) => switchOn(world, me, { keepHistory: false })],
    [
      'a withdrawal of history',
      async (me) => {
        await withdraw(world, me, 'location-history');
        await world.work();
      },
    ],
    [
      'a stop after the place was forgotten by itself',
      async (me) => {
        world.wait(DAY);
        expect((await days(me)).length).toBe(1);
        await world.ok('location/stop', {}, me);
      },
    ],
  ];
  it.each(ends)('is gone with %s', async (_, end) => {
    const me = await walker();
    expect((await days(me)).length).toBe(1);
    await end(me);
    expect(await days(me)).toEqual([]);
  });

  it.each(ends.slice(0, 4))('takes nothing from an update that was under way at %s', async (_, end) => {
    const me = await walker();
    world.wait(600_000);
    await slowCall(world, 'location/update', point(world, { latitude: 23.2, longitude: 113.4 }), me, () =>
      end(me),
    );
    expect(await days(me)).toEqual([]);
  });

  it('two updates at the same moment lose neither day nor place', async () => {
    const me = await walker();
    world.wait(600_000);
    const reply = await slowCall(
      world,
      'location/update',
      point(world, { latitude: 23.2, longitude: 113.4 }),
      me,
      () => go(me, 4),
    );
    expect(reply.ok).toBe(true);
    expect((await placesOf(me)).length).toBe(5);
  });
});
