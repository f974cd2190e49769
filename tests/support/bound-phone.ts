import { toInstant } from '../../lib/clock';
import { parseToken } from '../../lib/crypto/token';
import { keys } from '../../lib/table/keys';
import { epochOf } from '../../lib/table/person/consents';
import { readPerson } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import { bindPhone, phoneKey } from '../../lib/table/person/phone';
import { grant } from './consent';
import type { World } from './world';

let bound = 0;

/** Somebody agrees to a phone and has one of their own, without the calls to WeChat: for tests of what it is needed for. */
export async function giveBoundPhone(world: World, by: { token: string }): Promise<void> {
  await grant(world, by, 'phone');
  const subjectId = parseToken(by.token)?.subjectId ?? '';
  const { table, ring, clock } = world.deps;
  const [item, before] = await table.getMany([keys.person(subjectId), phoneKey(subjectId)]);
  if (!item) throw new Error('there is nobody to have a phone');
  const person = readPerson(item);
  const sealer = await openPerson(world.deps, person);
  if (!sealer) throw new Error('there is nobody any more');
  bound += 1;
  const number = `137${String(10_000_000 + bound)}`;
  const at = toInstant(clock.now());
  const value = { boundAt: at, provedAt: at, number, epoch: epochOf(person, 'phone') };
  const writes = bindPhone(subjectId, value, await ring.digest('phone', number), before, sealer);
  await table.write(...(writes as [(typeof writes)[number], ...typeof writes]));
}
