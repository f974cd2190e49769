import fc from 'fast-check';
import { toGcj02 } from '../../functions/location/gcj02';
import {
  BITS,
  bitsOf,
  cellAt,
  centreOf,
  coarsened,
  cover,
  metresBetween,
  slackMetres,
} from '../../functions/location/grid';
import { NEARBY_SQUARES_PER_DAY } from '../../functions/location/speed';
import { resting } from '../cards/support';
import { grant, withdraw } from '../support/consent';
import { createWorld, type World } from '../support/world';
import vectors from './coordinates.json';
import { findable, here, point, somebody, switchOn } from './support';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const places = fc.record({
  latitude: fc.double({ min: -60, max: 60, noNaN: true }),
  longitude: fc.double({ min: -180, max: 179.999, noNaN: true }),
});

describe('coordinate systems (L4)', () => {
  it.each(vectors.wgs84ToGcj02)('$from in WGS-84 is $to in GCJ-02', ({ from, to }) => {
    const [longitude = 0, latitude = 0] = from;
    const converted = toGcj02({ latitude, longitude });
    expect(converted.longitude).toBeCloseTo(to[0] ?? 0, 6);
    expect(converted.latitude).toBeCloseTo(to[1] ?? 0, 6);
  });

  it.each(vectors.outside)('%s, %s (%s) is where it is: maps there are in WGS-84', (longitude, latitude) => {
    expect(toGcj02({ longitude, latitude } as never)).toEqual({ longitude, latitude });
  });

  it.each(vectors.inside)(
    '%s, %s (%s), by the border or by the sea, is moved as maps are',
    (longitude, latitude) => {
      const place = { longitude, latitude } as { longitude: number; latitude: number };
      expect(metresBetween(place, toGcj02(place))).toBeGreaterThan(50);
    },
  );

  it('the same numbers in two systems are two places, and one place in two systems is one square', async () => {
    const squareOf = async (place: { latitude: number; longitude: number }, system: string) => {
      const me = await somebody(world);
      await switchOn(world, me, { precision: '100m' });
      const answer = await world.ok<{ place: object }>(
        'location/update',
        point(world, place, { system }),
        me,
      );
      return answer.place;
    };
    const raw = { latitude: 23.129112, longitude: 113.264385 };
    expect(await squareOf(raw, 'wgs84')).not.toEqual(await squareOf(raw, 'gcj02'));
    const both = await Promise.all([squareOf(raw, 'wgs84'), squareOf(toGcj02(raw), 'gcj02')]);
    expect(both[0]).toMatchObject({ ...both[1], system: 'gcj02' });
  });
});

describe('squares', () => {
  it('hold the places in them, and lie in one square of each coarser level', () => {
    fc.assert(
      fc.property(places, fc.constantFrom(25, 26, 29, 35), fc.constantFrom(24, 25), (place, fine, coarse) => {
        const cell = cellAt(place, fine);
        expect(metresBetween(place, centreOf(cell))).toBeLessThanOrEqual(slackMetres(cell) * 1.01 + 1);
        expect(cellAt(centreOf(cell), fine)).toBe(cell);
        expect(bitsOf(coarsened(cell, coarse))).toBe(Math.min(fine, coarse));
        if (fine > coarse) expect(coarsened(cell, coarse)).toBe(cellAt(place, coarse));
      }),
    );
  });

  it('covers a circle that crosses the date line from both sides', () => {
    const cells = cover({ latitude: 10, longitude: 179.9999 }, 1000, BITS['1km']);
    expect(cells).toContain(cellAt({ latitude: 10, longitude: -179.9995 }, BITS['1km']));
  });
});

describe('nonsense is refused, by field and without its value (L1)', () => {
  const minutes = (count: number) => new Date(world.deps.clock.now() + count * 60_000).toISOString();
  const cases: [string, () => object, string][] = [
    ['no position at all', () => ({ latitude: 0, longitude: 0 }), 'point'],
    ['a latitude beyond the pole', () => ({ latitude: 90.5 }), 'point.latitude'],
    ['a longitude beyond the date line', () => ({ longitude: -180.5 }), 'point.longitude'],
    ['a latitude that is no number', () => ({ latitude: '23.1064' }), 'point.latitude'],
    ['an unknown system', () => ({ system: 'bd09' }), 'point.system'],
    ['no system', () => ({ system: undefined }), 'point.system'],
    ['an accuracy of a whole province', () => ({ accuracyMetres: 10_001 }), 'point.accuracyMetres'],
    ['a negative accuracy', () => ({ accuracyMetres: -1 }), 'point.accuracyMetres'],
    ['a time in the future', () => ({ takenAt: minutes(1.1) }), 'point.takenAt'],
    ['a time long past', () => ({ takenAt: minutes(-15.1) }), 'point.takenAt'],
    ['a time before the switch was turned on', () => ({ takenAt: minutes(-0.1) }), 'point.takenAt'],
    ['a field that is not asked', () => ({ altitude: 12345 }), 'point.altitude'],
  ];
  it.each(cases)('%s', async (_, change, field) => {
    const me = await somebody(world);
    await switchOn(world, me);
    const reply = await world.call('location/update', point(world, here, change()), me);
    expect(reply).toMatchObject({
      ok: false,
      error: { code: 'INVALID_INPUT', details: { fields: [{ field }] } },
    });
    for (const value of Object.values(change()))
      if (value !== undefined && value !== 0 && value !== -1)
        expect(JSON.stringify([reply, world.lines])).not.toContain(String(value));
    expect(await world.ok('location/current', {}, me)).not.toHaveProperty('place');
  });

  it('a leap faster than a plane, and a point older than the last one', async () => {
    const me = await somebody(world);
    await switchOn(world, me);
    await world.ok('location/update', point(world), me);
    const beijing = { latitude: 39.9, longitude: 116.4 };
    world.wait(3_600_000);
    expect(await world.refused('location/update', point(world, beijing), me)).toBe('INVALID_INPUT');
    world.wait(3_600_000);
    expect(await world.refused('location/update', point(world, beijing), me)).toBe('OK');
    const older = { takenAt: new Date(world.deps.clock.now() - 1000).toISOString() };
    expect(await world.refused('location/update', point(world, beijing, older), me)).toBe('INVALID_INPUT');
  });

  it('a leap across the switch, from the region that is left until the day ends and says no more than that', async () => {
    const me = await somebody(world);
    const beijing = { latitude: 39.9, longitude: 116.4 };
    const leaps = () => world.refused('location/update', point(world, beijing), me);
    const restart = async () => {
      await world.ok('location/stop', {}, me);
      world.wait(1000);
      await switchOn(world, me);
    };
    await switchOn(world, me);
    await world.ok('location/update', point(world), me);
    await restart();
    const [item] = await resting(world, me.subjectId, 'location');
    for (const gone of ['sealed', 'nearCell', 'origins', 'hour']) expect(item).not.toHaveProperty(gone);
    expect(await leaps()).toBe('INVALID_INPUT');
    await restart();
    expect(await leaps()).toBe('INVALID_INPUT');
    const nextDoor = { latitude: here.latitude + 0.1, longitude: here.longitude };
    expect(await world.refused('location/update', point(world, nextDoor), me)).toBe('OK');
    await restart();
    world.wait(2 * 3_600_000);
    expect(await leaps()).toBe('OK');
  });

  it('more squares in a day than somebody looks around from, whatever is switched meanwhile', async () => {
    const me = await findable(world, here, '我');
    const restart = async () => {
      await world.ok('location/stop', {}, me);
      await switchOn(world, me);
    };
    const found: string[] = [];
    for (let square = 1; square <= NEARBY_SQUARES_PER_DAY; square += 1) {
      world.wait(61_000);
      if (square === 5) await restart();
      const there = { latitude: here.latitude + square * 0.012, longitude: here.longitude };
      expect(await world.refused('location/update', point(world, there), me)).toBe('OK');
      if (square > NEARBY_SQUARES_PER_DAY - 2) found.push(await world.refused('location/nearby', {}, me));
    }
    expect(found).toEqual(['OK', 'TOO_MANY_ATTEMPTS']);
    world.wait(61_000);
    await restart();
    await world.ok('location/update', point(world, here), me);
    expect(await world.refused('location/nearby', {}, me)).toBe('TOO_MANY_ATTEMPTS');
    const [item] = await resting(world, me.subjectId, 'location');
    expect(item).not.toHaveProperty('nearCell');
  });

  it('nobody looks around within an hour of a consent given anew, so that it is no way round either', async () => {
    const me = await findable(world, here, '我');
    await withdraw(world, me, 'location');
    await grant(world, me, 'location');
    await switchOn(world, me);
    await world.ok('location/update', point(world), me);
    expect(await world.refused('location/nearby', {}, me)).toBe('NOT_NOW');
    world.wait(3_600_000);
    expect(await world.refused('location/nearby', {}, me)).toBe('OK');
  });

  it('an inaccurate point is kept no finer than it is', async () => {
    const me = await somebody(world);
    await switchOn(world, me, { precision: '100m' });
    const answer = await world.ok('location/update', point(world, here, { accuracyMetres: 1500 }), me);
    expect(answer).toMatchObject({ place: { precision: '1km' } });
  });
});

it('no coordinate of a point is in a raw item, a log line or an answer; only the middle of its square (L2, S5)', async () => {
  const me = await somebody(world, 'location-history');
  await switchOn(world, me, { precision: '100m', keepHistory: true });
  const exact = { latitude: 23.123456, longitude: 113.234567 };
  const answer = await world.ok<{ place: typeof exact }>('location/update', point(world, exact), me);
  const everything = JSON.stringify([await world.scan(), world.lines, answer], (_, value) =>
    value instanceof Uint8Array ? Buffer.from(value).toString('latin1') : value,
  );
  for (const mark of ['123456', '234567', '23.1234', '113.2345', String(answer.place.latitude)])
    expect(everything.replaceAll(JSON.stringify(answer), '')).not.toContain(mark);
  expect(metresBetween(exact, answer.place)).toBeGreaterThan(0);
});
