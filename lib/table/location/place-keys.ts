import type { Clock } from '../../clock';
import { createKeyMemory, keyedDigest } from '../../crypto/key-memory';
import type { KeyRing } from '../../crypto/key-ring';
import type { Random } from '../../crypto/random';
import { AppError } from '../../errors';
import { ConditionFailed, type Item, type Table } from '../client';
import { create } from '../replace';
import { createSealer, type Sealer } from '../sealer';
import { endOfPlaceKey, hourOf, type PlaceKeyId, placeKey } from './place-key';

/** Seals a place: under the key of its hour, and what comes of that under the person's own. */
export type PlaceSealer = Sealer & { hour: string };
/** The keyed digest of the index `near` on one day. */
export type NearDigest = (value: string) => string;

/** The keys that places end with. None ever leaves, and none is used past its end, whatever still lies in the table. */
export type PlaceKeys = {
  /** For a place of this moment. The first of an hour makes its key. @throws AppError BUSY when the hour's key has ended */
  sealerFor(atMs: number, own: Sealer): Promise<PlaceSealer>;
  /** Opens places of an hour; undefined where its key has ended, or none is named. */
  openerFor(hour: string | undefined, own: Sealer): Promise<Sealer | undefined>;
  /** For entries of a day. The first of a day makes its key. @throws AppError BUSY when the day's key has ended */
  nearDigest(day: string): Promise<NearDigest>;
  /** To look for entries of a day; undefined where nobody has any. */
  knownNearDigest(day: string): Promise<NearDigest | undefined>;
};

type Parts = {
  table: Table;
  ring: Pick<KeyRing, 'suite' | 'seal' | 'open'>;
  clock: Clock;
  random: Random;
  after?(milliseconds: number, work: () => void): void;
};

const later = (milliseconds: number, work: () => void) => void setTimeout(work, milliseconds).unref();

/**
 * Opens and makes the keys of hours and days, each read once by an instance that needs it and kept in memory until its end.
 * A key that an instance does not know costs it one trip: to read it, or, for who writes, to make it unless it is there.
 */
export function createPlaceKeys({ table, ring, clock, random, after = later }: Parts): PlaceKeys {
  const memory = createKeyMemory({ now: clock.now, after });
  const underWay = new Map<string, Promise<void>>();

  async function keep(id: PlaceKeyId, item: Item | undefined): Promise<void> {
    const stored = placeKey.read(item);
    if (!stored) return;
    const key = await ring.open('place-key', stored.wrapped, textOf(id));
    memory.keep(textOf(id), { key, suite: stored.suite }, endOfPlaceKey(id));
  }

  async function read(id: PlaceKeyId): Promise<void> {
    const [item] = await table.getMany([placeKey.key(id.name, id.of)]);
    await keep(id, item);
  }

  async function make(id: PlaceKeyId): Promise<void> {
    const wrapped = await ring.seal('place-key', random(32), textOf(id));
    const item = placeKey.make(id.name, id.of, { ...id, wrapped, suite: ring.suite });
    try {
      await table.write(create(item));
      await keep(id, item);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      await keep(id, error.found[0]?.item); // somebody else made it
    }
  }

  /** Whether a key can be used now. Who asks for the same at once waits for one answer. */
  async function has(id: PlaceKeyId, find: (id: PlaceKeyId) => Promise<void>): Promise<boolean> {
    if (memory.get(textOf(id))) return true;
    if (endOfPlaceKey(id) <= clock.now()) return false;
    const way = `${find.name} ${textOf(id)}`;
    const finding = underWay.get(way) ?? find(id).finally(() => underWay.delete(way));
    underWay.set(way, finding);
    await finding;
    return memory.get(textOf(id)) !== undefined;
  }

  /** The key at the moment of its use: it may have ended since it was found. */
  function open(id: PlaceKeyId) {
    const found = memory.get(textOf(id));
    if (!found) throw new AppError('BUSY');
    return found;
  }

  function layered(hour: string, own: Sealer): PlaceSealer {
    const id = { name: 'hour', of: hour } as const;
    const ofHour = () => createSealer(textOf(id), open(id).key, ring.suite, random);
    return {
      hour,
      seal: (plaintext, place) => own.seal(ofHour().seal(plaintext, place), place),
      decrypt: (blob, place) => ofHour().decrypt(own.decrypt(blob, place), place),
    };
  }

  const digestOf =
    (id: PlaceKeyId): NearDigest =>
    (value) =>
      keyedDigest(open(id), value);

  return {
    async sealerFor(atMs, own) {
      const hour = hourOf(atMs);
      if (!(await has({ name: 'hour', of: hour }, make))) throw new AppError('BUSY');
      return layered(hour, own);
    },
    async openerFor(hour, own) {
      if (hour === undefined || !(await has({ name: 'hour', of: hour }, read))) return undefined;
      return layered(hour, own);
    },
    async nearDigest(of) {
      if (!(await has({ name: 'near', of }, make))) throw new AppError('BUSY');
      return digestOf({ name: 'near', of });
    },
    async knownNearDigest(of) {
      return (await has({ name: 'near', of }, read)) ? digestOf({ name: 'near', of }) : undefined;
    },
  };
}

/** What a key is called in memory, and what it is bound to where it is sealed. */
function textOf({ name, of }: PlaceKeyId): string {
  return `place-key|${name}|${of}`;
}
