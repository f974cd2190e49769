import { createHash } from 'node:crypto';
import { systemRandom } from '../../lib/crypto/random';
import type { StayKeys } from '../../lib/crypto/stay-keys';
import type { SuiteName } from '../../lib/crypto/suite';
import { createSealer, type Sealer } from '../../lib/table/sealer';

/** Stay keys of nobody's ring, the same for whoever asks. */
const stayKeys: StayKeys = (rule, year = 2026) => ({
  year,
  key: createHash('sha256').update(`${rule} ${year}`).digest(),
});

/** The sealer of somebody who is in no table, under a key of their own. */
export function newSealer(subjectId: string, suite: SuiteName = 'aes'): Sealer {
  return createSealer(subjectId, systemRandom(32), suite, systemRandom, stayKeys);
}
