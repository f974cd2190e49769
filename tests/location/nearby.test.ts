import fc from 'fast-check';
import { fewestSquares } from '../../functions/location/fewest-squares';
import { BITS, bitsOf, cellAt, centreOf, coarsened, metresBetween } from '../../functions/location/grid';
import { NEAR_BITS } from '../../functions/location/near-keys';
import { cellsAround, MAX_SQUARES, reachMetres } from '../../functions/location/nearby';
import { markMinor } from '../../lib/table/real-name/minor';
import { putBlock } from '../../lib/table/sharing/block';
import type { Holder } from '../cards/support';
import { amount } from '../proof/sample';
import { withdraw } from '../support/consent';
import { createWorld, type World } from '../support/world';
import { type Citizen, dueTo, listNear, lots, mustAppear, peopleInside, settle } from './city';
import { findable, type Nearby, namesNear, point, switchOn, here as tower } from './support';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

/** Each test is at a place of its own, far from those of the others. */
let here = tower;
let close = tower;
beforeEach(() => {
  here = { latitude: tower.latitude, longitude: here.longitude + 1 };
  close = { latitude: here.latitude + 0.001, longitude: here.longitude + 0.001 };
});

const HOUR = 3_600_000;

describe('who appears (L3)', () => {
  it('two who both want to be found see each other, with what each opened to everyone and no more', async () => {
    const me = await findable(world, here, '我');
    const you = await findable(world, close, '你');
    const { people, cursor } = await world.ok<Nearby>('location/nearby', {}, me);
    const within = expect.stringMatching(/^[123]km$/);
    expect(people).toEqual([{ within, card: { name: '你' }, handle: expect.any(String) }]);
    expect(cursor).toBeUndefined();
    expect(await namesNear(world, you)).toEqual(['我']);
  });

  const gone: [string, (you: Holder, me: Holder) => Promise<unknown>][] = [
    ['has stopped', (you) => world.ok('location/stop', {}, you)],
    ['has withdrawn', (you) => withdraw(world, you, 'location')],
    ['does not want to be found', (you) => switchOn(world, you, { findable: 'nobody' })],
    ['has closed the card', (you) => withdraw(world, you, 'card-public')],
    [
      'has gone away',
      (you) => world.ok('location/update', point(world, { ...here, latitude: here.latitude + 0.1 }), you),
    ],
    [
      'is blocked',
      (you, me) =>
        world.deps.table.write(...putBlock(me.subjectId, { blockedId: you.subjectId, blockedAt: '' })),
    ],
    [
      'has blocked',
      (you, me) =>
        world.deps.table.write(...putBlock(you.subjectId, { blockedId: me.subjectId, blockedAt: '' })),
    ],
    [
      'is a minor',
      async (you) => {
        const [write] = markMinor(you.subjectId, undefined, { band: 'under-18' }, '2026-12-01T00:00:00.000Z');
        if (write) await world.deps.table.write(write);
      },
    ],
  ];
  it.each(gone)('nobody who %s, and neither sees the other', async (what, act) => {
    const me = await findable(world, here, '我');
    const you = await findable(world, close, '你');
    expect(await namesNear(world, me)).toEqual(['你']);
    world.wait(180_000);
    await act(you, me);
    expect(await namesNear(world, me)).toEqual([]);
    const theirs = await world.call('location/nearby', {}, you);
    if (theirs.ok && what !== 'has closed the card') expect((theirs.data as Nearby).people).toEqual([]);
  });

  it('nobody whose place is two hours old, before anything was swept', async () => {
    const me = await findable(world, here, '我');
    await findable(world, close, '你');
    world.wait(2 * HOUR - 1000);
    await world.ok('location/update', point(world, here), me);
    expect(await namesNear(world, me)).toEqual(['你']);
    world.wait(1000);
    expect(await namesNear(world, me)).toEqual([]);
  });

  it('nobody to somebody who is not to be found, has no fresh place, shows no card, or is off', async () => {
    const me = await findable(world, here, '我');
    world.wait(2 * HOUR);
    expect(await world.refused('location/nearby', {}, me)).toBe('NOT_NOW');
    await world.ok('location/update', point(world, here), me);
    await withdraw(world, me, 'card-public');
    expect(await world.refused('location/nearby', {}, me)).toBe('NOT_NOW');
    await switchOn(world, me, { findable: 'nobody' });
    expect(await world.refused('location/nearby', {}, me)).toBe('NOT_NOW');
    await world.ok('location/stop', {}, me);
    expect(await world.refused('location/nearby', {}, me)).toBe('LOCATION_OFF');
  });

  it('at most 20 questions an hour', async () => {
    const me = await findable(world, here, '我');
    for (let asked = 0; asked < 20; asked += 1) await world.ok('location/nearby', {}, me);
    expect(await world.refused('location/nearby', {}, me)).toBe('TOO_MANY_ATTEMPTS');
  });
});

describe('everybody who should appear appears, and nobody else (L3)', () => {
  let city: Citizen[];
  /** Most live around the middle, a stadium's worth in one square, and the rest anywhere. */
  beforeAll(async () => {
    const random = lots(20261201);
    const around = (spread: number) => ({
      latitude: tower.latitude + (random() + random() - 1) * spread,
      longitude: tower.longitude + (random() + random() - 1) * spread,
    });
    const precisions = ['district', '1km', '100m'] as const;
    city = await settle(
      world,
      Array.from({ length: amount(1500, 300) }, (_, number) => ({
        name: `人${number}`,
        place: around(number % 5 === 0 ? 0.001 : 0.08),
        precision: precisions[number % 3] ?? '1km',
      })),
    );
  });

  it('against a look at everybody, page after page, with at most four queries and five entries read for each inside', async () => {
    let [entries, inside, many] = [0, 0, 0];
    const lookers = city.slice(0, amount(15, 2));
    for (const one of lookers) {
      for (const radiusKm of [1, 2]) {
        const found = await listNear(world, one, radiusKm);
        expect(found.names).toEqual(dueTo(one, city, radiusKm));
        expect(found.names).toEqual(expect.arrayContaining(mustAppear(one, city, radiusKm)));
        expect(found.queries).toBeLessThanOrEqual(4);
        expect(found.trips).toBeLessThanOrEqual(10);
        expect(found.readUnits).toBeLessThanOrEqual(360);
        entries += found.entries;
        inside += peopleInside(one, city, radiusKm);
        many += found.pages > 1 ? 1 : 0;
      }
    }
    expect(many).toBeGreaterThan((2 / 3) * lookers.length);
    expect(entries / inside).toBeLessThanOrEqual(5);
  });

  it('a cursor goes on from where it was given only: not for another person, radius, square or day', async () => {
    const [me, you] = city;
    if (!me || !you) throw new Error('nobody lives here');
    const { cursor = '' } = await world.ok<Nearby>('location/nearby', { radiusKm: 1 }, me);
    expect(cursor).not.toBe('');
    for (const one of [me, you])
      expect(Buffer.from(cursor, 'base64url').includes(Buffer.from(one.subjectId))).toBe(false);
    expect(await world.refused('location/nearby', { radiusKm: 1, cursor }, me)).toBe('OK');
    expect(await world.refused('location/nearby', { radiusKm: 1, cursor }, you)).toBe('CURSOR_INVALID');
    expect(await world.refused('location/nearby', { radiusKm: 2, cursor }, me)).toBe('CURSOR_INVALID');
    for (const invented of ['AAAA', '标记', cursor.slice(0, -4), [...cursor].reverse().join('')])
      expect(await world.refused('location/nearby', { cursor: invented }, me)).toBe('CURSOR_INVALID');
    world.wait(30 * 60_000);
    await world.ok('location/update', point(world, { ...tower, latitude: 23.2 }), me);
    expect(await world.refused('location/nearby', { radiusKm: 1, cursor }, me)).toBe('CURSOR_INVALID');
  });

  it('the squares to read hold every cell of the circle and hardly more, anywhere and for both radii', () => {
    fc.assert(
      fc.property(
        fc.double({ min: -60, max: 60, noNaN: true }),
        fc.double({ min: -180, max: 179.999, noNaN: true }),
        fc.constantFrom(1, 2),
        (latitude, longitude, radiusKm) => {
          const here = cellAt({ latitude, longitude }, NEAR_BITS);
          const cells = cellsAround(centreOf(here), reachMetres(here, radiusKm));
          const { squares, size } = fewestSquares(cells, MAX_SQUARES);
          expect(squares.length).toBeLessThanOrEqual(MAX_SQUARES);
          for (const cell of cells)
            expect(squares.filter((square) => coarsened(cell, bitsOf(square)) === square)).toHaveLength(1);
          if (Math.abs(latitude) <= 53) expect(size / cells.length).toBeLessThanOrEqual(3.5);
          expect(size / cells.length).toBeLessThanOrEqual(6.5);
        },
      ),
      { numRuns: amount(8000, 500) },
    );
  });
});

/** By twelve accounts a thousand questions. */
const ACCOUNTS = amount(12, 1);
const QUESTIONS_EACH = 21;
/** Of the square: two that lie opposite, or all. */
const CORNERS = amount(4, 2);

describe(`somebody who asks ${ACCOUNTS * QUESTIONS_EACH * CORNERS} times (L3)`, () => {
  it('learns nothing beyond the square: the answers are the same wherever in it the target stands', async () => {
    const square = centreOf(cellAt(here, BITS['1km']));
    const [south, north] = [square.latitude - 0.0052, square.latitude + 0.0052];
    const [west, east] = [square.longitude - 0.0052, square.longitude + 0.0052];
    const corners = [
      { latitude: south, longitude: west },
      { latitude: north, longitude: east },
      { latitude: south, longitude: east },
      { latitude: north, longitude: west },
    ].slice(0, CORNERS);
    expect(metresBetween(corners[0] ?? here, corners[1] ?? here)).toBeGreaterThan(1400);
    for (const corner of corners) expect(cellAt(corner, BITS['1km'])).toBe(cellAt(here, BITS['1km']));
    const target = await findable(world, corners[0] ?? here, '目标');
    const attackers = await settle(
      world,
      Array.from({ length: ACCOUNTS }, (_, account) => ({
        name: `攻击者${account}`,
        place: here,
        precision: '100m' as const,
      })),
    );
    const ask = async (attacker: Citizen, number: number): Promise<string[]> => {
      const heard: string[] = [];
      for (let step = 0; step < QUESTIONS_EACH; step += 1) {
        const angle = (number * QUESTIONS_EACH + step) * 2.399963;
        const spread = 0.0008 * Math.sqrt(number * QUESTIONS_EACH + step);
        const from = {
          latitude: square.latitude + spread * Math.cos(angle),
          longitude: square.longitude + spread * Math.sin(angle),
        };
        await world.call('location/update', point(world, from), attacker);
        const reply = await world.call('location/nearby', { radiusKm: 2 - (step % 2) }, attacker);
        const people = reply.ok ? (reply.data as Nearby).people : [];
        const within = people.find(({ card }) => card.name === '目标')?.within ?? 'not there';
        heard.push(reply.ok ? within : reply.error.code);
      }
      return heard;
    };
    const transcripts: string[] = [];
    let questions = 0;
    for (const corner of corners) {
      await world.ok('location/stop', {}, target);
      world.wait(1000);
      await switchOn(world, target);
      await world.ok('location/update', point(world, corner), target);
      const heard = await Promise.all(attackers.map((attacker, number) => ask(attacker, number)));
      questions += heard.flat().length;
      transcripts.push(heard.flat().join(' '));
      world.wait(HOUR - (world.deps.clock.now() % HOUR)); // the limit begins anew
      for (const attacker of attackers) await world.ok('location/update', point(world, here), attacker);
      await world.ok('location/update', point(world, corner), target);
    }
    expect(questions).toBe(ACCOUNTS * QUESTIONS_EACH * corners.length);
    expect(new Set(transcripts).size).toBe(1);
    expect(new Set(transcripts[0]?.split(' ')).size).toBeGreaterThan(1);
  });
});
