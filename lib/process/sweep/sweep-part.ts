import { createHash } from 'node:crypto';
import type { Deps } from '../../deps';
import { ConditionFailed } from '../../table/client';
import { freeOfFreezing } from '../../table/hold/freezing';
import { shardOfPart, subjectOf, textOf } from '../../table/keys';
import { beginProcess, type ProcessRef } from '../../table/process/process';
import type { AnyEntity } from '../../table/readers/any-entity';
import { declaredEntities } from '../../table/readers/partition';
import { type After, type Ended, type EndedPage, endedPage } from '../../table/readers/sweep';
import type { KnownHead, RetentionChain } from '../../table/retention/append';
import { endItems } from './end-items';

/** How far one look has come: what is gone, what failed, and where to go on; `after` is absent at the end. */
export type Part = {
  swept: number;
  failed: number;
  /** Handed to a process of their own, which the queue knows of. */
  handed: number;
  /** The hour by which the first of what was met had ended; absent where nothing was. */
  oldestAt: string | undefined;
  after: After | undefined;
};

/**
 * Sweeps up to so many pages of one part of the index, from the oldest on, or from behind `after`. What takes more than writes
 * gets a process of its own, so that one slow person delays nobody. Memory is two pages, whatever is due.
 */
export async function sweepPart(
  deps: Pick<Deps, 'table' | 'ring' | 'clock' | 'log' | 'queue'>,
  shard: number,
  { pages, after, requestId }: { pages: number; after?: After | undefined; requestId: string },
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): Promise<Part> {
  const part: Part = { swept: 0, failed: 0, handed: 0, oldestAt: undefined, after };
  const nowMs = deps.clock.now();
  const head: KnownHead = {};
  const pageBehind = (last: After | undefined) => endedPage(deps.table, shard, nowMs, last, among);
  let free: ReturnType<typeof freeOfFreezing> | undefined;
  /** Asked once, and behind the moment by which everything here has ended: a hold that comes later came after all of it. */
  const freeOnes = async (ended: readonly Ended[]) => {
    if (ended.length === 0) return ended;
    free ??= freeOfFreezing(deps.table);
    return ended.filter(await free);
  };
  let page: EndedPage | undefined = await pageBehind(after);
  for (let read = 1; page; read += 1) {
    part.oldestAt ??= page.oldestAt;
    part.after = page.after;
    const ended = await freeOnes(page.ended);
    const behind: After | undefined = read < pages ? page.after : undefined;
    // The next page is read while this one goes.
    [, page] = await Promise.all([
      takePage(deps, shard, ended, part, requestId, head),
      behind && pageBehind(behind),
    ]);
  }
  return part;
}

async function takePage(
  deps: Pick<Deps, 'table' | 'ring' | 'clock' | 'log' | 'queue'>,
  shard: number,
  ended: readonly Ended[],
  part: Part,
  requestId: string,
  head: KnownHead,
): Promise<void> {
  part.handed += await handOver(deps, ended.filter(isSlow));
  const quick = ended.filter((one) => !isSlow(one));
  const { swept, failed } = await endItems(deps, chainOfPart(shard), quick, requestId, head);
  part.swept += swept;
  part.failed += failed;
}

export const chainOfPart = (part: number) => `sweep-${shardOfPart(part).shard}` as RetentionChain;

/** Files lie with a partner, and what is left of a person may be anything. */
function isSlow({ files, entity }: Ended): boolean {
  return files.length > 0 || entity.declaration.counts !== undefined;
}

/** Answers how many have begun; those that have one already go on by themselves. */
async function handOver({ table, clock, queue }: Pick<Deps, 'table' | 'clock' | 'queue'>, slow: Ended[]) {
  const begun: ProcessRef[] = [];
  for (const { item } of slow) {
    const ref = endOfPeriod(item);
    try {
      await table.write(beginProcess(ref, 'end', { pk: item.pk, sk: item.sk }, clock.now()));
      begun.push(ref);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
    }
  }
  if (begun.length > 0) await queue.send(begun);
  return begun.length;
}

/** Bytes of a digest that name the process of one item. */
const NAME_CHARACTERS = 22;

/** The process that ends one item; the same for the same item. */
function endOfPeriod({ pk, sk }: { pk: string; sk: string }): ProcessRef {
  const id = createHash('sha256').update(textOf({ pk, sk })).digest('base64url').slice(0, NAME_CHARACTERS);
  return { kind: 'end-of-period', id, subjectId: subjectOf({ pk, sk }) };
}
