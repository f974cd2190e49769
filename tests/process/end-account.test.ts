import { keys } from '../../lib/table/keys';
import { TOMBSTONES } from '../../lib/table/person/tombstone';
import { holder, newCard } from '../cards/support';
import { beginEnd } from '../support/end';
import { createWorld, type World } from '../support/world';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const left = async (subjectId: string) =>
  (await world.scan(keys.person(subjectId).pk)).map(({ entity }) => (entity as { S: string }).S);

it('an account that ends leaves what the law keeps, and a tombstone (R3, S7)', async () => {
  const me = await holder(world, 'one');
  await newCard(world, me);
  await beginEnd(world, me.subjectId);
  await world.work();
  expect(new Set(await left(me.subjectId))).toEqual(new Set(['person', 'ledger-entry']));
  expect([...world.vault.keys()]).toEqual([`${TOMBSTONES}2026-12-01/${me.subjectId}`]);
  const [self] = await world.deps.table.getMany([keys.person(me.subjectId)]);
  expect(self).toMatchObject({ lifeState: 'erased' });
  expect(self?.wrappedKey).toBeUndefined();
});
