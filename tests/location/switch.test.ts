import { type Holder, resting } from '../cards/support';
import { agreedToSomethingElse } from '../consent/support';
import { holdsFor } from '../proof/sample';
import { grant, withdraw } from '../support/consent';
import { type Caller, createWorld, onceKey, type World } from '../support/world';
import { findable, here, point, settings, slowCall, somebody, switchOn } from './support';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const HOUR = 3_600_000;
/** Everything that is kept of a place: the sealed square and the entry of the index. */
async function kept(me: Holder) {
  const [item] = await resting(world, me.subjectId, 'location');
  return { square: item?.sealed !== undefined, entry: item?.nearCell !== undefined };
}
const nothing = { square: false, entry: false };

/** What a person must find after any acts: the reckoning of the promise, without a table. */
type Model = { granted: boolean; on: boolean; place: boolean };
const acts = {
  grant: { path: 'consent', next: (m: Model) => ({ ...m, granted: true }) },
  withdraw: { path: 'consent', next: () => ({ granted: false, on: false, place: false }) },
  on: { path: 'location/settings', next: (m: Model) => (m.granted ? { ...m, on: true } : m) },
  update: { path: 'location/update', next: (m: Model) => (m.on ? { ...m, place: true } : m) },
  stop: { path: 'location/stop', next: (m: Model) => ({ ...m, on: false, place: false }) },
  expire: { path: '', next: (m: Model) => ({ ...m, on: false, place: false }) },
};
type Act = keyof typeof acts;
const names = Object.keys(acts) as Act[];

async function perform(act: Act, me: Caller, model: Model): Promise<void> {
  const { path } = acts[act];
  if (act === 'expire') return world.wait(24 * HOUR);
  if (path === 'consent') {
    if (model.granted !== (act === 'grant'))
      await (act === 'grant' ? grant : withdraw)(world, me, 'location');
    return;
  }
  if (act === 'on') {
    if (model.granted) return switchOn(world, me);
    expect(await world.refused(path, settings(), me)).toBe('CONSENT_REQUIRED');
    return;
  }
  const code = await world.refused(path, act === 'stop' ? {} : point(world), me);
  if (act === 'stop') expect(code).toBe('OK');
  else if (!model.granted) expect(code).toBe('CONSENT_REQUIRED');
  else expect(code).toBe(model.on ? 'OK' : 'LOCATION_OFF');
}

const sequences = (length: number): Act[][] =>
  length === 0 ? [[]] : sequences(length - 1).flatMap((before) => names.map((act) => [...before, act]));

/** Sequences of three acts after each of two beginnings, 432 lives in all, each step compared with the reckoning. */
describe('every order of granting, switching on, updating, stopping, withdrawing and expiring (L1, L2)', () => {
  it.each([
    ['from nothing', [] as Act[]],
    ['from a place that is kept', ['grant', 'on', 'update'] as Act[]],
  ])('%s: a place is kept exactly while it is granted, on and not expired', async (_, beginning) => {
    const every = sequences(3);
    expect(every).toHaveLength(216);
    await holdsFor(every, 8, async (sequence) => {
      const me = await world.signIn(`life-${onceKey()}`);
      let model: Model = { granted: false, on: false, place: false };
      for (const act of [...beginning, ...sequence]) {
        await perform(act, me, model);
        model = acts[act].next(model);
        const reply = await world.call('location/current', {}, me);
        const says = reply.ok ? (reply.data as { on: boolean; place?: object }) : undefined;
        const told = { granted: reply.ok, on: says?.on ?? false, place: says?.place !== undefined };
        if (JSON.stringify(told) !== JSON.stringify(model))
          throw new Error(
            `after ${[...beginning, ...sequence]} at ${act}: ${JSON.stringify({ told, model })}`,
          );
      }
    });
  });

  it('and after each stop and each withdrawal no square and no index entry is left, before any erasure ran', async () => {
    const me = await findable(world, here, '林晓');
    expect(await kept(me)).toEqual({ square: true, entry: true });
    await world.ok('location/stop', {}, me);
    expect(await kept(me)).toEqual(nothing);
    await switchOn(world, me);
    await world.ok('location/update', point(world), me);
    expect(await kept(me)).toEqual({ square: true, entry: true });
    await withdraw(world, me, 'location');
    expect(await kept(me)).toEqual(nothing);
    await world.work();
    expect(await resting(world, me.subjectId, 'location')).toEqual([]);
  });
});

it('a place can be withdrawn and stopped though the purpose reaches further than what was agreed to (K3, L2)', async () => {
  for (const end of [
    (me: Holder) => withdraw(world, me, 'location'),
    (me: Holder) => world.ok('location/stop', {}, me),
  ]) {
    const me = await findable(world, here, '林晓');
    await agreedToSomethingElse(world, me, 'location');
    expect(await world.refused('location/update', point(world), me)).toBe('CONSENT_REQUIRED');
    await end(me);
    expect(await kept(me)).toEqual(nothing);
  }
});

describe('an update that was under way (L1, K3)', () => {
  const meanwhile: [string, (me: Holder) => Promise<unknown>][] = [
    ['a stop', (me) => world.ok('location/stop', {}, me)],
    ['a withdrawal', (me) => withdraw(world, me, 'location')],
    [
      'a withdrawal and its erasure',
      async (me) => {
        await withdraw(world, me, 'location');
        await world.work();
      },
    ],
    [
      'a stop and another start',
      async (me) => {
        await world.ok('location/stop', {}, me);
        world.wait(1000);
        await switchOn(world, me);
      },
    ],
    [
      'a withdrawal, a new consent and another start',
      async (me) => {
        await withdraw(world, me, 'location');
        await grant(world, me, 'location');
        world.wait(1000);
        await switchOn(world, me);
      },
    ],
  ];
  it.each(meanwhile)('is refused and leaves nothing when %s comes between', async (_, act) => {
    for (const withPlace of [false, true]) {
      const me = await somebody(world);
      await switchOn(world, me);
      if (withPlace) await world.ok('location/update', point(world), me);
      world.wait(60_000);
      const moved = { latitude: 23.2, longitude: 113.4 };
      const reply = await slowCall(world, 'location/update', point(world, moved), me, () => act(me));
      expect(reply.ok).toBe(false);
      const { place } = await world
        .ok<{ place?: { latitude: number } }>('location/current', {}, me)
        .catch(() => ({ place: undefined }));
      expect(place).toBeUndefined();
      await world.ok('location/stop', {}, me);
      expect(await kept(me)).toEqual(nothing);
    }
  });

  it('is seen by nobody when it took longer than the day', async () => {
    const me = await somebody(world);
    await switchOn(world, me);
    await slowCall(world, 'location/update', point(world), me, async () => world.wait(24 * HOUR));
    expect(await world.ok('location/current', {}, me)).toEqual({ on: false, version: 0 });
  });

  it('is not lost when settings change meanwhile, and takes the new precision', async () => {
    const me = await somebody(world);
    await switchOn(world, me, { precision: '100m' });
    const reply = await slowCall(world, 'location/update', point(world), me, () =>
      switchOn(world, me, { precision: 'district' }),
    );
    expect(reply).toMatchObject({ ok: true, data: { place: { precision: 'district' } } });
  });
});

describe('the switch (L1)', () => {
  it('is not turned on by a late repeat after a stop', async () => {
    const me = await somebody(world);
    await world.ok('location/settings', settings(), me);
    await world.ok('location/stop', {}, me);
    expect(await world.refused('location/settings', settings(), me)).toBe('VERSION_CONFLICT');
    expect(await world.refused('location/update', point(world), me)).toBe('LOCATION_OFF');
  });

  it('is not turned on by a request that was under way at a withdrawal', async () => {
    const me = await somebody(world);
    const reply = await slowCall(world, 'location/settings', settings(), me, () =>
      withdraw(world, me, 'location'),
    );
    expect(reply).toMatchObject({ ok: false, error: { code: 'CONSENT_REQUIRED' } });
    expect(await kept(me)).toEqual(nothing);
  });

  it('a repeat of the same settings answers as the first time', async () => {
    const me = await somebody(world);
    const first = await world.ok('location/settings', settings(), me);
    expect(await world.ok('location/settings', settings(), me)).toEqual(first);
  });

  it('starts coarse and not findable', async () => {
    const me = await somebody(world);
    const state = await world.ok('location/settings', { version: 0 }, me);
    expect(state).toMatchObject({ precision: 'district', findable: 'nobody', keepHistory: false });
    await world.ok('location/update', point(world), me);
    expect(await kept(me)).toEqual({ square: true, entry: false });
  });

  it('stops even when the consent no longer stands, and for somebody who never switched on', async () => {
    const me = await somebody(world);
    await withdraw(world, me, 'location');
    expect(await world.ok('location/stop', {}, me)).toEqual({ on: false });
    const other = await somebody(world);
    expect(await world.ok('location/stop', {}, other)).toEqual({ on: false });
  });

  it('looks at no value before consent and switch: nonsense is refused for being off, not for being nonsense', async () => {
    const nonsense = { point: { system: 'mars', latitude: '标记纬度' } };
    const stranger = await world.signIn('never asked');
    expect(await world.refused('location/update', nonsense, stranger)).toBe('CONSENT_REQUIRED');
    const me = await somebody(world);
    expect(await world.refused('location/update', nonsense, me)).toBe('LOCATION_OFF');
    await switchOn(world, me);
    expect(await world.refused('location/update', nonsense, me)).toBe('INVALID_INPUT');
  });
});

describe('the end of a place (L2)', () => {
  const untilKeyEnds = () => 24 * HOUR - (world.deps.clock.now() % HOUR);
  it.each([
    ['24 hours after its hour began', {}, untilKeyEnds],
    ['at the time the person set', { until: 2 * HOUR }, () => 2 * HOUR],
  ])('comes %s, to the second, with no sweep', async (_, { until }: { until?: number }, lifeOf) => {
    const life = lifeOf();
    const me = await somebody(world);
    const untilInstant = until && new Date(world.deps.clock.now() + until).toISOString();
    await switchOn(world, me, untilInstant ? { until: untilInstant } : {});
    await world.ok('location/update', point(world), me);
    const places = () => world.ok<{ on: boolean; place?: object }>('location/current', {}, me);
    world.wait(life - 1000);
    expect((await places()).place).toBeDefined();
    world.wait(1000);
    expect(await places()).toEqual({ on: false, version: 0 });
    expect(await world.refused('location/update', point(world), me)).toBe('LOCATION_OFF');
    const [item] = await resting(world, me.subjectId, 'location');
    expect(Number((item?.expiresAtSeconds as { N: string } | undefined)?.N) * 1000).toBeLessThanOrEqual(
      world.deps.clock.now(),
    );
  });

  it('a stop takes what has expired and was not swept yet as well', async () => {
    const me = await findable(world, here, '林晓');
    world.wait(24 * HOUR);
    expect(await world.ok('location/current', {}, me)).toEqual({ on: false, version: 0 });
    expect(await kept(me)).toEqual({ square: true, entry: true });
    expect(await world.ok('location/stop', {}, me)).toEqual({ on: false });
    expect(await kept(me)).toEqual(nothing);
  });

  it('a coarser precision coarsens what is stored, and the finer square is nowhere any more', async () => {
    const me = await somebody(world);
    await switchOn(world, me, { precision: '100m' });
    await world.ok('location/update', point(world), me);
    await switchOn(world, me, { precision: 'district' });
    const { place } = await world.ok<{ place: { precision: string } }>('location/current', {}, me);
    expect(place.precision).toBe('district');
    await switchOn(world, me, { precision: '100m' });
    expect((await world.ok<{ place: object }>('location/current', {}, me)).place).toEqual(place);
  });

  it('somebody who has not moved writes nothing until the next hour', async () => {
    const me = await somebody(world);
    await switchOn(world, me);
    await world.ok('location/update', point(world), me);
    world.wait(60_000);
    const near = { latitude: here.latitude + 0.0001, longitude: here.longitude };
    const { trips, writeUnits } = await world.costOf(async () =>
      expect(await world.ok('location/update', point(world, near), me)).toMatchObject({ stored: false }),
    );
    expect(trips).toBeGreaterThan(0);
    expect(writeUnits).toBe(0);
  });

  it('a place costs one unit, and on the index two more only where somebody is found and has moved', async () => {
    const me = await somebody(world);
    await switchOn(world, me, { findable: 'nobody' });
    await world.ok('location/update', point(world), me);
    const moved = point(world, { latitude: 23.11, longitude: 113.35 }, {});
    const cost = await world.costOf(() => world.call('location/update', moved, me));
    expect(cost).toMatchObject({ trips: 2, writeUnits: 1 });
  });
});
