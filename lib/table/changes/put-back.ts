import { MINUTE_MS } from '../../clock';
import { checksumsIn, secondIn } from '../bound';
import type { Item } from '../item';
import { numberOfChain } from './heads';

/** How a change shows that the table was written around the service. */
export type PutBack = {
  /** `earlier`: what opens a door was written before it came. `lower`: a number fell that only grows. */
  how: 'earlier' | 'lower';
  item: Item;
};

/**
 * From being bound to lying in the table, at most: the tries of a write take seconds, clocks differ by less, and DynamoDB Local says
 * only the minute in which something came.
 */
export const LONGEST_ON_THE_WAY_MS = 2 * MINUTE_MS;

/** Of two writes of one item by two instances the later may say so much less, since their clocks differ. */
const CLOCKS_DIFFER_SECONDS = 1;

/** Counts of a person by which everything of an earlier one is dead. They only grow, as does the number at which a chain stands. */
const counts = ['shareEpoch', 'entryEpoch'];

/**
 * Whether a change has put back what was once true (promises K6, S9). A checksum says when it was made, and a write follows at once: so
 * one that comes later lay somewhere meanwhile, whoever has deleted or replaced it. Undefined for a change as the service makes it.
 */
export function putBackBy(change: {
  atMs: number;
  before: Item | undefined;
  after: Item | undefined;
}): PutBack | undefined {
  const { atMs, before, after } = change;
  if (!after) return undefined;
  const known = checksumsIn(before);
  for (const [at, mac] of checksumsIn(after)) {
    const was = known.get(at);
    if (was && Buffer.from(was).equals(mac)) continue;
    const madeAtMs = secondIn(mac) * 1000;
    const isOlder = was !== undefined && secondIn(was) - secondIn(mac) > CLOCKS_DIFFER_SECONDS;
    if (isOlder || madeAtMs + LONGEST_ON_THE_WAY_MS < atMs) return { how: 'earlier', item: after };
  }
  const fell = (name: string) => Number(after[name] ?? 0) < Number(before?.[name] ?? 0);
  // What is left of somebody who has been erased is the ledger, with where it ends.
  const counted = after.entity === 'person' && after.lifeState !== 'erased' ? counts : [];
  return [numberOfChain(after.entity) ?? [], counted].flat().some(fell)
    ? { how: 'lower', item: after }
    : undefined;
}
