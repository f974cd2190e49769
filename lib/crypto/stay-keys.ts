import { hkdfSync } from 'node:crypto';
import { toInstant } from '../clock';
import { type StayRule, stayRules } from '../policy/stay-rules';
import { beijingDay } from '../policy/working-days';
import type { Random } from './random';
import { SealError, type SuiteName, suites } from './suite';
import { BY_SERVICE_KEY, ringPlace, STAY_KEYS, type WrappedKey } from './wrapped-key';

/**
 * The stay keys of one owner: of a rule and a year, made from the key that all owners share and the owner's number, so that
 * none opens anything of somebody else. Without a year: the one to seal under now.
 * @throws SealError where there is no such key
 */
export type StayKeys = (rule: StayRule, year?: number) => { year: number; key: Buffer };

type Parts = {
  /** Every key of the ring. */
  stored(): Promise<WrappedKey[]>;
  open(record: WrappedKey): Promise<Buffer>;
  seal(plaintext: Buffer, place: string): Promise<Buffer>;
  suite: SuiteName;
  now(): number;
  random: Random;
};

/** Years that have keys beforehand: an instance knows those of the next one long before it begins. */
const YEARS_AHEAD = 1;

/**
 * A key for each retention rule and year, under which what outlives a person is sealed from birth (promise R3). It is sealed
 * under the service key: who makes those of the next year needs no right to wrap by the root key.
 */
export function createStayKeys({ stored, open, seal, suite, now, random }: Parts) {
  const thisYear = () => Number(beijingDay(now()).slice(0, 4));
  const nameOf = (rule: StayRule) => `${STAY_KEYS}${rule}`;

  return {
    /** Opens the stay keys for one owner. */
    async stayKeys(ownerId: string): Promise<StayKeys> {
      const records = (await stored()).filter(({ name }) => name.startsWith(STAY_KEYS));
      const opened = await Promise.all(
        records.map(async (record) => ({ ...record, shared: await open(record) })),
      );
      return (rule, year) => {
        const ofRule = opened.filter(({ name }) => name === nameOf(rule));
        const found =
          year === undefined
            ? ofRule.filter(({ version }) => version <= thisYear()).sort((a, b) => b.version - a.version)[0]
            : ofRule.find(({ version }) => version === year);
        if (!found) throw new SealError();
        const { shared, version, suite: of } = found;
        const label = `stay|${ownerId}`;
        return {
          year: version,
          key: Buffer.from(hkdfSync(suites[of].hash, shared, Buffer.alloc(0), label, 32)),
        };
      };
    },

    /** Fresh keys of each rule for this year and the next, where there are none yet, in the form in which they are stored. */
    async missingStayKeys(): Promise<WrappedKey[]> {
      const have = new Set((await stored()).map(({ name, version }) => ringPlace(name, version)));
      const years = Array.from({ length: 1 + YEARS_AHEAD }, (_, ahead) => thisYear() + ahead);
      const missing = stayRules
        .flatMap((rule) => years.map((version) => ({ name: nameOf(rule), version })))
        .filter(({ name, version }) => !have.has(ringPlace(name, version)));
      return Promise.all(
        missing.map(async (which) => ({
          ...which,
          ...{ rootId: BY_SERVICE_KEY, suite, createdAt: toInstant(now()) },
          wrapped: await seal(random(32), ringPlace(which.name, which.version)),
        })),
      );
    },
  };
}
