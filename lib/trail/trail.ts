import { type Clock, toInstant } from '../clock';
import { branchVersionOf, type DataKeys, type KeyRing, KeyRingError } from '../crypto/key-ring';
import { isPersonNumber } from '../crypto/pseudonym';
import { type Random, randomId } from '../crypto/random';
import type { Log, LogFields } from '../log';
import { beijingDay } from '../policy/working-days';

/** People whom one line names at most, so that no line grows long; a call that opens more writes more lines. */
export const PEOPLE_PER_LINE = 100;

/** What is opening: a call, a step of a process, or a command. */
export type Opener = Pick<LogFields, 'requestId' | 'invocation' | 'operation' | 'function' | 'kinds'>;

/**
 * The only way to a data key, and so to anybody's plain text. Before it opens one, a line of the log says for which
 * operation, which kinds, and whose, as pseudonyms; while the line cannot be written, nothing is opened. Those who are opened
 * at once share a line, and nobody is named twice by one opener.
 */
export type Trail = {
  /** Opens a stored data key. @throws SealError; what the log throws */
  dataKey: DataKeys['dataKey'];
  /** Opens what outlives somebody, whether their own key is still there or not. What the log throws. */
  stayKeys: DataKeys['stayKeys'];
  /** Of somebody new; what is sealed by it, it opens as well. */
  newDataKey: DataKeys['newDataKey'];
  /** The key is opened for it, though nothing that it seals. @throws SealError; what the log throws */
  rewrap: DataKeys['rewrap'];
  /** The same trail in the name of whoever opens by it from here on. */
  of(opener: Opener): Trail;
  /** For the line that ends a call: its running number, and how many people the opener and what it begot have opened so far. */
  mark(): Required<Pick<LogFields, 'at' | 'instance' | 'seq' | 'opened'>>;
};

export type TrailParts = {
  ring: Pick<KeyRing, 'dayCipher'>;
  dataKeys: DataKeys;
  log: Log;
  clock: Clock;
  random: Random;
};

/** A trail of one instance: its lines are numbered from 1 without a gap, so that one that is missing shows. */
export function createTrail({ ring, dataKeys, log, clock, random }: TrailParts): Trail {
  const instance = randomId(random);
  let last = 0;
  const place = () => {
    last += 1;
    return { at: toInstant(clock.now()), instance, seq: last };
  };

  async function write(opener: Opener, ownerIds: readonly string[]): Promise<void> {
    const day = beijingDay(clock.now());
    const cipher = await ring.dayCipher(day);
    if (!cipher) throw new KeyRingError('the key of this day is missing; is the clock right?');
    const persons = ownerIds.filter(isPersonNumber).map(cipher.of);
    // A record that is nobody's (an incident's) is opened with a line as well, which names no person.
    for (let first = 0; first === 0 || first < persons.length; first += PEOPLE_PER_LINE) {
      const named = persons.slice(first, first + PEOPLE_PER_LINE);
      log({ event: 'open', ...place(), ...opener, day, persons: named });
    }
  }

  function trailOf(opener: Opener, countAbove: (ownerIds: readonly string[]) => void): Trail {
    const written = new Map<string, Promise<void>>();
    const opened = new Set<string>();
    let waiting: string[] = [];

    function count(ownerIds: readonly string[]): void {
      for (const id of ownerIds) if (isPersonNumber(id)) opened.add(id);
      countAbove(ownerIds);
    }

    /** Resolves when the line that names them is written: with all who are asked for before the next turn. */
    function named(ownerId: string): Promise<void> {
      const known = written.get(ownerId);
      if (known !== undefined) return known;
      waiting.push(ownerId);
      const line = waiting.length > 1 ? (written.get(waiting[0] as string) as Promise<void>) : soon();
      written.set(ownerId, line);
      return line;
    }

    async function soon(): Promise<void> {
      await Promise.resolve();
      const ownerIds = waiting;
      waiting = [];
      try {
        await write(opener, ownerIds);
      } catch (error) {
        for (const id of ownerIds) written.delete(id); // whoever tries again writes it
        throw error;
      }
      count(ownerIds);
    }

    return {
      async dataKey(ownerId, wrapped) {
        await named(ownerId);
        return dataKeys.dataKey(ownerId, wrapped);
      },
      async stayKeys(ownerId) {
        await named(ownerId);
        return dataKeys.stayKeys(ownerId);
      },
      async newDataKey(ownerId) {
        await named(ownerId);
        return dataKeys.newDataKey(ownerId);
      },
      async rewrap(ownerId, wrapped, version) {
        if (branchVersionOf(wrapped) >= version) return undefined; // nothing is opened for it
        await named(ownerId);
        return dataKeys.rewrap(ownerId, wrapped, version);
      },
      of: (next) => trailOf({ ...opener, ...next, ...functionOf(opener) }, count),
      mark: () => ({ ...place(), opened: opened.size }),
    };
  }
  return trailOf({}, () => {});
}

/** A step of a process runs in a call of a function, whose name its own does not tell. */
function functionOf({ operation }: Opener): Pick<Opener, 'function'> {
  return operation === undefined ? {} : { function: operation.split('/')[0] ?? '' };
}
