import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { Way } from '../../lib/notice/channel-set';
import { runNotice } from '../../lib/process/notice/kinds';
import { amount } from '../proof/sample';
import { createWorld, type World } from '../support/world';
import { member, people, sent, stage } from './stage';

let world: World;
beforeAll(async () => {
  world = await createWorld();
});

setFlagsFromString('--expose-gc');
const collect: () => void = runInNewContext('gc');
const heapMb = () => {
  collect();
  return process.memoryUsage().heapUsed / 2 ** 20;
};

/** A partner that takes everything and remembers nothing. */
const takesAll: Way = {
  quota: { perSecond: 1000 },
  itemsOf: () => [],
  reaches: () => true,
  address: async () => 'somewhere',
  send: async () => ({ status: 'accepted', messageId: 'one' }),
};

/** Sends a notice to so many; what that took for each, and by how much memory grew between its first and its last part. */
async function told(count: number) {
  const on = stage(world, { sms: takesAll });
  const members = (await people(on, count)).map((id) => member(id));
  const { asked } = await sent(on, members, { channels: ['sms', 'announcement'] });
  members.length = 0;
  await runNotice(on.deps, asked, 'begins');
  let before: number | undefined;
  const { writeUnits, readUnits, trips } = await world.costOf(async () => {
    for (let next = world.queuedNotices.shift(); next; next = world.queuedNotices.shift()) {
      await runNotice(on.deps, next, 'slope');
      before ??= heapMb();
    }
  });
  const growsKb = ((heapMb() - (before ?? 0)) * 1024) / count;
  return {
    count,
    writeUnits: writeUnits / count,
    readUnits: readUnits / count,
    trips: trips / count,
    growsKb,
  };
}

it('costs as much for each, in write units, trips and memory, however many are told (B6)', async () => {
  const rows = [];
  for (const count of [amount(1000, 40), amount(20_000, 80), amount(100_000, 0)])
    if (count > 0) rows.push(await told(count));
  if (amount(1, 0)) console.table(rows);
  const [few, ...more] = rows;
  for (const one of more) {
    // Two units to claim and to note, and what a part has to itself: 100 people share it.
    expect(one.writeUnits).toBeLessThanOrEqual(2.3);
    expect(Math.abs(one.writeUnits - (few?.writeUnits ?? 0))).toBeLessThan(0.1);
    expect(one.trips).toBeLessThanOrEqual((few?.trips ?? 0) * 1.05);
    if (one.count >= 20_000) expect(one.growsKb).toBeLessThan(0.5);
  }
});
