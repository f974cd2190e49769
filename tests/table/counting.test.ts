import { toEpochSeconds } from '../../lib/clock';
import { randomId, systemRandom } from '../../lib/crypto/random';
import { ConditionFailed } from '../../lib/table/client';
import { readGauges } from '../../lib/table/gauge/gauge';
import { keys } from '../../lib/table/keys';
import { putPerson } from '../../lib/table/person/person';
import { create, remove, replace } from '../../lib/table/replace';
import { nobodyYet } from '../support/nobody-yet';
import { newSealer } from '../support/sealer';
import { createWorld, START, type World } from '../support/world';
import { madeUp } from './whole-life';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

const counted = async () => (await readGauges(world.deps.table))['id-digest'];
const anything = { ConditionExpression: 'attribute_exists(pk)' };

/** An item that holds the digest of an ID number. */
function thing(subjectId: string, thingId = randomId(systemRandom)) {
  const sealer = newSealer(subjectId);
  const expiresAtSeconds = toEpochSeconds(START) + 1000;
  const value = { thingId, friendId: 'x', mark: 'm', words: ['w'], objects: [], expiresAtSeconds, epoch: 0 };
  return madeUp.make(subjectId, { thingId }, value, { sealer, points: [] });
}

async function somebody(): Promise<string> {
  const subjectId = randomId(systemRandom);
  await world.deps.table.write(putPerson(nobodyYet(subjectId)));
  return subjectId;
}

describe('the table counts heads with every write (N7)', () => {
  it('a person once for each kind, however many items hold it, and however many write at once', async () => {
    const { table } = world.deps;
    const [me, before] = [await somebody(), await counted()];
    const things = Array.from({ length: 4 }, () => thing(me));
    await Promise.all(things.map((one) => table.write(create(one))));
    expect((await counted()) - before).toBe(1);
    const [last, ...others] = things;
    await Promise.all(others.map((one) => table.write(...remove(one))));
    expect((await counted()) - before).toBe(1);
    await table.write(...remove(last as never));
    expect((await counted()) - before).toBe(0);
  });

  it('also where the write knows nothing, or something untrue, of what is there', async () => {
    const { table } = world.deps;
    const [me, before] = [await somebody(), await counted()];
    const [one, two] = [thing(me), thing(me)];
    await table.write(create(one));
    await table.write(...replace(two, undefined, { ConditionExpression: 'attribute_not_exists(pk)' }), {
      Delete: { Key: { pk: one.pk, sk: one.sk } },
    });
    expect((await counted()) - before).toBe(1);
    await table.write(...remove({ pk: two.pk, sk: two.sk, holds: ['face-token'] }, anything));
    expect((await counted()) - before).toBe(0);
    expect((await readGauges(table))['face-token']).toBe(0);
  });

  it('for nothing where no number changes: one put is one put', async () => {
    const { table } = world.deps;
    const one = thing(await somebody());
    await table.write(create(one));
    const { trips, writeUnits } = await world.costOf(() =>
      table.write(...replace(thing(String(one.pk).slice(2), String(one.thingId)), one, anything)),
    );
    expect(trips).toBe(1);
    expect(writeUnits).toBeLessThanOrEqual(2); // its own and the index's
  });

  it('and lets go of all of them when the person goes, but keeps nothing sensitive of nobody', async () => {
    const { table } = world.deps;
    const [me, before] = [await somebody(), await readGauges(table)];
    const one = thing(me);
    await table.write(create(one));
    const [person] = await table.getMany([keys.person(me)]);
    await table.write(...remove(person as never));
    expect(await readGauges(table)).toEqual({ ...before, persons: before.persons - 1 });
    await expect(table.write(create(thing(me)))).rejects.toThrow(ConditionFailed);
    await table.write(...remove(one));
    expect(await readGauges(table)).toEqual({ ...before, persons: before.persons - 1 });
    expect(JSON.stringify(await world.scan())).not.toContain(me);
  });

  it('without a list in what holds nothing any more, whether or not its update takes other things away', async () => {
    const { table } = world.deps;
    const me = await somebody();
    for (const also of ['', ' REMOVE mark']) {
      const one = thing(me);
      await table.write(create(one));
      const Key = { pk: one.pk, sk: one.sk };
      await table.write({ Update: { Key, UpdateExpression: `SET epoch = epoch${also}` }, holds: [] });
      const [left] = await table.getMany([Key]);
      expect(left).toMatchObject({ entity: one.entity });
      expect(left).not.toHaveProperty('holds');
      expect(left).toHaveProperty(also ? 'epoch' : 'mark');
      // What holds nothing is met as such, whoever looks: one write, composed once.
      const { trips } = await world.costOf(() => table.write({ Delete: { Key } }));
      expect(trips).toBe(1);
    }
  });

  it('by nobody’s hand: an update that changes what its item holds has to say so', async () => {
    const update = { Key: thing('A'.repeat(22)), UpdateExpression: 'REMOVE holds' };
    await expect(world.deps.table.write({ Update: update })).rejects.toThrow('say it beside the update');
  });
});
