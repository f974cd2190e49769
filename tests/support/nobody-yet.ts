import { toInstant } from '../../lib/clock';
import { systemRandom } from '../../lib/crypto/random';
import type { LifeState } from '../../lib/table/person/life';
import type { Person } from '../../lib/table/person/person';
import { START } from './world';

/** Somebody who has done nothing yet, whose keys and chains are made up; for tests of the table alone. */
export function nobodyYet(subjectId: string, lifeState: LifeState = 'active'): Person {
  return {
    subjectId,
    createdAt: toInstant(START),
    wrappedKey: systemRandom(32),
    lifeState,
    identities: [],
    ways: {},
    sessions: {},
    consents: {},
    cardCount: 0,
    ledgerSeq: 0,
    ledgerHash: systemRandom(32),
  };
}
