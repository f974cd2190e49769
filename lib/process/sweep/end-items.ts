import type { Deps } from '../../deps';
import { faultOf } from '../../log';
import { ConditionFailed } from '../../table/client';
import type { Ended } from '../../table/readers/sweep';
import {
  appendRetentionEntries,
  digestOf,
  type KnownHead,
  type NewRetentionEntry,
  type RetentionChain,
} from '../../table/retention/append';
import { ruleThatEnds } from '../../table/retention/waiting';
import { placeOf } from '../../table/write-set';
import { batchesOf } from './batch';

type Parts = Pick<Deps, 'table' | 'ring' | 'clock' | 'log'>;

/** Items that are gone, and those that could not be taken and stay for a later run. */
export type Outcome = { swept: number; failed: number };

/**
 * Takes away items that have ended, and tells of it in the chain in the same transactions: by which rule, of which kind, how
 * many, and a digest of which (promise S2). An item goes with its pointers, its head-counts and its evidence, or not at all;
 * of two who take it at once, one does. One that cannot be taken stops none of the others.
 */
export async function endItems(
  parts: Parts,
  chain: RetentionChain,
  items: readonly Ended[],
  requestId: string,
  head: KnownHead = {},
): Promise<Outcome> {
  const outcome = { swept: 0, failed: 0 };
  for (const batch of batchesOf(items)) {
    const swept = await endTogether(parts, chain, batch.items, head);
    if (swept !== undefined) outcome.swept += swept;
    else for (const one of batch.items) add(outcome, await endAlone(parts, chain, one, requestId, head));
  }
  return outcome;
}

function add(outcome: Outcome, { swept, failed }: Outcome): void {
  outcome.swept += swept;
  outcome.failed += failed;
}

/** Tries with those that are as they were seen. Undefined where it is not told which of them is in the way. */
async function endTogether(
  parts: Parts,
  chain: RetentionChain,
  items: readonly Ended[],
  head: KnownHead,
): Promise<number | undefined> {
  let left = items;
  while (left.length > 0) {
    try {
      await end(parts, chain, left, head);
      return left.length;
    } catch (error) {
      const gone = error instanceof ConditionFailed ? changedIn(left, error) : new Set();
      if (gone.size === 0) return undefined;
      left = left.filter((one) => !gone.has(one));
    }
  }
  return 0;
}

async function endAlone(
  parts: Parts,
  chain: RetentionChain,
  one: Ended,
  requestId: string,
  head: KnownHead,
): Promise<Outcome> {
  try {
    await end(parts, chain, [one], head);
    return { swept: 1, failed: 0 };
  } catch (error) {
    if (error instanceof ConditionFailed && changedIn([one], error).size > 0) return { swept: 0, failed: 0 };
    parts.log({ event: 'fault', requestId, operation: 'retention/sweep', ...faultOf(error) });
    return { swept: 0, failed: 1 };
  }
}

/** One transaction. @throws ConditionFailed whose `found` counts as `writesOf` does */
export async function end(
  parts: Omit<Parts, 'log'>,
  chain: RetentionChain,
  items: readonly Ended[],
  head: KnownHead = {},
): Promise<void> {
  const entries = await entriesOf(parts, items);
  await appendRetentionEntries(parts, entries, writesOf(items), chain, head);
}

function writesOf(items: readonly Ended[]) {
  return [...batchesOf(items)].flatMap(({ writes }) => [...writes.values()]);
}

/** Those whose own write was refused: somebody else has taken them, or they were given longer. */
function changedIn(items: readonly Ended[], { found }: ConditionFailed): Set<Ended> {
  const refused = new Set(writesOf(items).flatMap((write, index) => (found[index] ? [placeOf(write)] : [])));
  return new Set(items.filter(({ writes: [own] }) => refused.has(placeOf(own))));
}

/** One entry for each kind of item. */
function entriesOf({ ring }: Pick<Parts, 'ring'>, items: readonly Ended[]): Promise<NewRetentionEntry[]> {
  const all = [...new Set(items.map(({ entity }) => entity))];
  return Promise.all(
    all.map(async (entity) => {
      const some = items.filter((one) => one.entity === entity).map(({ item }) => item);
      return {
        act: 'period.ended' as const,
        rule: ruleThatEnds(entity),
        kind: entity.name,
        count: some.length,
        digest: await digestOf(ring, some),
      };
    }),
  );
}
