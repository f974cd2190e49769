import { toInstant } from '../../lib/clock';
import { randomId, systemRandom } from '../../lib/crypto/random';
import type { MadeItem } from '../../lib/table/item';
import { DUE_SHARDS, shardOf } from '../../lib/table/keys';
import { decidedAppeal } from '../../lib/table/real-name/appeal';
import { createSealer } from '../../lib/table/sealer';
import type { World } from '../support/world';

export const officer = { token: 'staff:wu:officer' };

/** An appeal that was decided at a moment: it is kept for three years from then. */
export function decided(
  world: World,
  decidedAtMs = world.deps.clock.now(),
  subjectId = randomId(systemRandom),
): MadeItem {
  const key = systemRandom(32);
  const sealer = createSealer(subjectId, key, 'aes', systemRandom, () => ({ year: 2026, key }));
  const at = toInstant(decidedAtMs);
  const appealId = randomId(systemRandom);
  const value = {
    ...{ appealId, about: 'other', askedAt: at, words: '请复核', state: 'decided', wasDueAt: at },
    ...{ decidedAt: at, decision: 'stands', decidedBy: 'wu', reasonGiven: '维持' },
  };
  return decidedAppeal.make(subjectId, appealId, value as never, { sealer });
}

/** The number of somebody whose items wait in a part of the index. */
export function ofPart(part: number): string {
  const id = randomId(systemRandom);
  return shardOf(id, DUE_SHARDS) === part ? id : ofPart(part);
}
