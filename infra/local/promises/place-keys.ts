import { destroyPlaceKeys } from '../../../functions/retention/destroy-place-keys';
import { HOUR_MS } from '../../../lib/clock';
import { type Key, keys } from '../../../lib/table/keys';
import { locationKey } from '../../../lib/table/location/location';
import { hourOf, placeKey } from '../../../lib/table/location/place-key';
import { createPlaceKeys } from '../../../lib/table/location/place-keys';
import { readPerson } from '../../../lib/table/person/person';
import { openPerson } from '../../../lib/table/person/person-key';
import { readRetention, verifyRetention } from '../../../lib/table/retention/append';
import type { Sealer } from '../../../lib/table/sealer';
import { demand, type Person, type Running } from './running';

/** A moment whose hour has ended for certain. */
const AGO_MS = 25 * HOUR_MS;
const HERE = 'a place of an hour that is over';

/** L2: a stored place lies in the table without backups alone, and its person’s own key alone does not open it. */
export async function sealedUnderItsHour(running: Running, me: Person): Promise<void> {
  const Key = locationKey(me.subjectId());
  const inMain = await running.raw.get({ TableName: running.tableName, Key });
  demand(inMain.Item === undefined, 'a place lies in the table with backups');
  const [item] = await running.deps.table.getMany([Key]);
  demand(item?.hour !== undefined && (await isThere(running, String(item.hour))), 'a place names no key');
  const own = await ownSealer(running, me);
  const inner = own.decrypt(item?.sealed as Uint8Array, `location|${Key.sk}`);
  demand(!inner.includes('cell'), 'a place opens with its person’s own key alone');
}

/** L2: the key of an hour that is over goes with one write, the retention chain tells of it, and nothing under it opens. */
export async function endsWithItsHour(running: Running, me: Person): Promise<void> {
  const { deps } = running;
  const thenMs = deps.clock.now() - AGO_MS;
  const hour = hourOf(thenMs);
  const instanceOfThen = () => createPlaceKeys({ ...deps, clock: { now: () => thenMs } });
  const own = await ownSealer(running, me);
  const sealed = (await instanceOfThen().sealerFor(thenMs, own)).seal(Buffer.from(HERE), 'somewhere');
  const opener = await instanceOfThen().openerFor(hour, own);
  demand(
    opener?.decrypt(sealed, 'somewhere').toString() === HERE,
    'nothing to end: the check proves nothing',
  );
  const late = await deps.placeKeys.openerFor(hour, own);
  demand(late === undefined, 'an instance still opens an hour that is over');
  await destroyPlaceKeys(deps);
  demand(!(await isThere(running, hour)), 'the key of an hour that is over is still there');
  const after = await instanceOfThen().openerFor(hour, own);
  demand(after === undefined, 'a key came back that was destroyed');
  const { entries } = await readRetention(deps.table, 'service', 0, 1000);
  const told = entries.filter(({ act, details }) => act === 'hour-key.destroyed' && details?.hour === hour);
  demand(told.length === 1, `the retention chain tells ${told.length} times of it`);
  const verdict = await verifyRetention(deps, 'service');
  demand(verdict.intact, 'the retention chain is not whole');
}

async function isThere({ deps }: Running, hour: string): Promise<boolean> {
  const key: Key = placeKey.key('hour', hour);
  const [item] = await deps.table.getMany([key], 'ended-too');
  return item !== undefined;
}

async function ownSealer({ deps }: Running, me: Person): Promise<Sealer> {
  const [item] = await deps.table.getMany([keys.person(me.subjectId())]);
  const sealer = item && (await openPerson(deps, readPerson(item)));
  demand(sealer !== undefined, 'the person has no key');
  return sealer;
}
