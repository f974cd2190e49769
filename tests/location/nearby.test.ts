import { BITS, cellAt, centreOf, metresBetween } from '../../functions/location/grid';
import { nearSquare } from '../../functions/location/near-keys';
import { putBlock } from '../../lib/table/block';
import { markMinor } from '../../lib/table/minor';
import { agree, type Holder } from '../cards/support';
import { createWorld, type World } from '../support/world';
import { findable, here, type Nearby, namesNear, type Place, point, switchOn } from './support';

let world: World;
beforeEach(async () => {
  world = await createWorld();
});

const HOUR = 3_600_000;
const close = { latitude: here.latitude + 0.001, longitude: here.longitude + 0.001 };

describe('who appears (L3)', () => {
  it('two who both want to be found see each other, with what each opened to everyone and no more', async () => {
    const me = await findable(world, here, '我');
    const you = await findable(world, close, '你');
    const { people, more } = await world.ok<Nearby>('location/nearby', {}, me);
    expect(people).toEqual([{ within: expect.stringMatching(/^[12]km$/), card: { name: '你' } }]);
    expect(more).toBe(false);
    expect(await namesNear(world, you)).toEqual(['我']);
  });

  const gone: [string, (you: Holder, me: Holder) => Promise<unknown>][] = [
    ['has stopped', (you) => world.ok('location/stop', {}, you)],
    ['has withdrawn', (you) => agree(world, you, 'location', false)],
    ['does not want to be found', (you) => switchOn(world, you, { findable: 'nobody' })],
    ['has closed the card', (you) => agree(world, you, 'card-public', false)],
    [
      'has gone away',
      (you) => world.ok('location/update', point(world, { latitude: 23.2, longitude: 113.4 }), you),
    ],
    [
      'is blocked',
      (you, me) =>
        world.deps.table.write(putBlock(me.subjectId, { blockedId: you.subjectId, blockedAt: '' })),
    ],
    [
      'has blocked',
      (you, me) =>
        world.deps.table.write(putBlock(you.subjectId, { blockedId: me.subjectId, blockedAt: '' })),
    ],
    [
      'is a minor',
      async (you) => {
        const { write } = markMinor(you.subjectId, undefined, 'under-18', '2026-12-01T00:00:00.000Z');
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
    await world.ok('location/update', point(world), me);
    expect(await namesNear(world, me)).toEqual(['你']);
    world.wait(1000);
    expect(await namesNear(world, me)).toEqual([]);
  });

  it('nobody to somebody who is not to be found, has no fresh place, shows no card, or is off', async () => {
    const me = await findable(world, here, '我');
    world.wait(2 * HOUR);
    expect(await world.refused('location/nearby', {}, me)).toBe('NOT_NOW');
    await world.ok('location/update', point(world), me);
    await agree(world, me, 'card-public', false);
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

it('everybody who should appear appears, and nobody else: against every pair of random people (L3)', async () => {
  let seed = 20261201;
  const random = () => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return seed / 2 ** 31;
  };
  const people: { me: Holder; name: string; place: Place; precision: keyof typeof BITS }[] = [];
  for (let count = 0; count < 36; count += 1) {
    const place = {
      latitude: here.latitude + (random() - 0.5) * 0.06,
      longitude: here.longitude + (random() - 0.5) * 0.06,
    };
    const precision = (['district', '1km', '100m'] as const)[count % 3] ?? '1km';
    const name = `人${count}`;
    people.push({ me: await findable(world, place, name, { precision }), name, place, precision });
  }
  const middle = ({ place, precision }: (typeof people)[number]) =>
    centreOf(nearSquare(cellAt(place, BITS[precision])));
  let pairs = 0;
  for (const one of people) {
    for (const radiusKm of [1, 2]) {
      const due = people
        .filter((other) => other !== one && metresBetween(middle(one), middle(other)) <= radiusKm * 1000)
        .map(({ name }) => name)
        .sort();
      pairs += due.length;
      expect(await namesNear(world, one.me, radiusKm)).toEqual(due);
    }
  }
  expect(pairs).toBeGreaterThan(100);
}, 120_000);

describe('somebody who asks a thousand times (L3)', () => {
  it('learns nothing beyond the square: the answers are the same wherever in it the target stands', async () => {
    const square = centreOf(cellAt(here, BITS['1km']));
    const corners = [-0.0052, 0.0052].flatMap((north) =>
      [-0.0052, 0.0052].map((east) => ({
        latitude: square.latitude + north,
        longitude: square.longitude + east,
      })),
    );
    expect(metresBetween(corners[0] ?? here, corners[3] ?? here)).toBeGreaterThan(1400);
    const target = await findable(world, corners[0] ?? here, '目标');
    const attackers: Holder[] = [];
    for (let account = 0; account < 12; account += 1)
      attackers.push(await findable(world, here, `攻击者${account}`, { precision: '100m' }));
    const transcripts: string[] = [];
    let questions = 0;
    for (const corner of corners) {
      const heard: string[] = [];
      await world.ok('location/stop', {}, target);
      world.wait(1000);
      await switchOn(world, target);
      await world.ok('location/update', point(world, corner), target);
      for (const [number, attacker] of attackers.entries()) {
        for (let step = 0; step < 21; step += 1) {
          const angle = (number * 21 + step) * 2.399963;
          const spread = 0.0008 * Math.sqrt(number * 21 + step);
          const from = {
            latitude: square.latitude + spread * Math.cos(angle),
            longitude: square.longitude + spread * Math.sin(angle),
          };
          await world.call('location/update', point(world, from), attacker);
          const reply = await world.call('location/nearby', { radiusKm: 2 - (step % 2) }, attacker);
          questions += 1;
          if (!reply.ok) {
            heard.push(reply.error.code);
            continue;
          }
          const { people } = reply.data as Nearby;
          heard.push(people.find(({ card }) => card.name === '目标')?.within ?? 'not there');
        }
      }
      transcripts.push(heard.join(' '));
      world.wait(HOUR - (world.deps.clock.now() % HOUR)); // the limit begins anew
      for (const attacker of attackers) await world.ok('location/update', point(world, here), attacker);
      await world.ok('location/update', point(world, corner), target);
    }
    expect(questions).toBeGreaterThanOrEqual(1000);
    expect(new Set(transcripts).size).toBe(1);
    expect(new Set(transcripts[0]?.split(' ')).size).toBeGreaterThan(1);
  }, 240_000);
});
