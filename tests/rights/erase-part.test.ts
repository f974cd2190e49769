import { holder, newCard, resting } from '../cards/support';
import { point, switchOn } from '../location/support';
import { seenEntryOf } from '../support/consent';
import { createWorld, onceKey, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const listOf = async (by: object) => (await world.ok<{ cards: object[] }>('cards/list', {}, by)).cards;
const historyOf = async (by: object) =>
  (await world.ok<{ entries: Record<string, unknown>[] }>('consent/history', {}, by)).entries;

it('a part goes at once and the consent stands: what comes afterwards is new (R3)', async () => {
  const me = await holder(world, 'part');
  await newCard(world, me);
  await newCard(world, me);
  const seenEntry = await seenEntryOf(world, me, 'cards');
  const input = { purpose: 'cards', seenEntry, idempotencyKey: onceKey() };
  const answer = await world.ok<{ granted: boolean; seenEntry: number }>('rights/erasePart', input, me);
  expect(answer).toMatchObject({ purpose: 'cards', granted: true });
  expect(await listOf(me)).toEqual([]);
  const { cardId } = await newCard(world, me, { name: '新' });
  expect(await world.ok('rights/erasePart', input, me)).toEqual(answer); // a repeat ends nothing more
  await world.work();
  expect(await listOf(me)).toMatchObject([{ cardId }]);
  expect(await resting(world, me.subjectId)).toHaveLength(1);
  const [asked, done] = (await historyOf(me)).slice(-2);
  expect(asked).toMatchObject({ act: 'erasure.asked', purpose: 'cards', actor: 'self' });
  expect(done).toMatchObject({ act: 'erasure.done', purpose: 'cards', cause: asked?.seq });
});

it('what was seen before an erasure decides nothing after it, and where no consent stands there is no part', async () => {
  const me = await holder(world, 'part-late');
  const input = { purpose: 'cards', seenEntry: await seenEntryOf(world, me, 'cards') };
  await world.ok('rights/erasePart', { ...input, idempotencyKey: onceKey() }, me);
  expect(await world.refused('rights/erasePart', { ...input, idempotencyKey: onceKey() }, me)).toBe(
    'VERSION_CONFLICT',
  );
  const other = { purpose: 'profile', seenEntry: 0, idempotencyKey: onceKey() };
  expect(await world.refused('rights/erasePart', other, me)).toBe('NOT_NOW');
});

it('a place goes with the part, its history and its count with it, and the switch is off (R3, L1)', async () => {
  const me = await holder(world, 'part-place', 'location', 'location-history');
  await switchOn(world, me, { keepHistory: true });
  await world.ok('location/update', point(world), me);
  const seenEntry = await seenEntryOf(world, me, 'location');
  await world.ok('rights/erasePart', { purpose: 'location', seenEntry, idempotencyKey: onceKey() }, me);
  expect(await world.ok('location/current', {}, me)).toMatchObject({ on: false });
  await world.work();
  const left = await resting(world, me.subjectId, 'location');
  expect(left.filter(({ sealed, nearCell }) => sealed || nearCell)).toEqual([]);
  expect(await world.ok('location/history', {}, me)).toEqual({ places: [] });
});
