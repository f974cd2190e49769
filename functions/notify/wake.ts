import { MINUTE_MS } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { faultOf } from '../../lib/log';
import type { PartnerChannel } from '../../lib/notice/channel';
import type { Way } from '../../lib/notice/channel-set';
import { applyReceipts } from '../../lib/process/notice/apply-receipt';
import { DUE_SHARDS, type Key } from '../../lib/table/keys';
import { dueProcesses, type ProcessRef, type Waiting } from '../../lib/table/process/process';

/** The next run comes after this long: what is due before it is asked for now, and kept back by the queue until then. */
const AHEAD_MS = MINUTE_MS;
/** A run stops taking up work after this long, well inside the platform's 60 s. */
const WAKE_MS = 45_000;
const PAGE = 100;
/** Asked for in one run and shard, oldest first. What has a message already is found again, and costs one read. */
const MOST_OF_A_SHARD = 1000;

/**
 * Asks for the parts of notices that are due within the minute: the queue keeps no message back longer than 15 minutes, and
 * may lose one. Then fetches the receipts of channels that do not bring them.
 */
export async function wake(deps: Deps, { requestId }: Pick<Run<'scheduler', unknown>, 'requestId'>) {
  const startedAtMs = deps.clock.now();
  const stopAtMs = startedAtMs + WAKE_MS;
  let found = 0;
  for (let shard = 0; shard < DUE_SHARDS && deps.clock.now() <= stopAtMs; shard += 1) {
    let after: Key | undefined;
    let ofShard = 0;
    do {
      const page = await dueProcesses(deps.table, shard, startedAtMs + AHEAD_MS, PAGE, after, 'NOTICES');
      await ask(deps, page.due);
      ofShard += page.due.length;
      after = page.lastKey;
    } while (after && ofShard < MOST_OF_A_SHARD && deps.clock.now() <= stopAtMs);
    found += ofShard;
  }
  const fetched = await fetchAll(deps, requestId, stopAtMs);
  return { found, ...fetched, finished: deps.clock.now() <= stopAtMs };
}

/** Fetches the receipts of every channel that does not bring them, until there are none or the time is over. */
export async function fetchAll(deps: Deps, requestId: string, stopAtMs = deps.clock.now() + WAKE_MS) {
  const fetched = { receipts: 0, noted: 0 };
  for (const [channel, way] of Object.entries(deps.channels.live.ways) as [PartnerChannel, Way][])
    await fetchReceipts(deps, channel, way, { requestId, stopAtMs }, fetched);
  return fetched;
}

/** Those that are due at the same second go together. */
async function ask({ noticeQueue, clock }: Deps, due: Waiting[]): Promise<void> {
  const bySecond = new Map<number, ProcessRef[]>();
  for (const { ref, dueAt } of due) {
    const seconds = Math.max(0, Math.ceil((Date.parse(dueAt) - clock.now()) / 1000));
    bySecond.set(seconds, [...(bySecond.get(seconds) ?? []), { kind: ref.kind, id: ref.id }]);
  }
  for (const [seconds, some] of bySecond) await noticeQueue.send(some, seconds * 1000);
}

/**
 * Fetches until there are none. The partner gives each out once, so one that cannot be noted does not stop the others; it is
 * as if it had never come, and the channel's limit moves the person on.
 */
async function fetchReceipts(
  deps: Deps,
  channel: PartnerChannel,
  way: Way,
  { requestId, stopAtMs }: { requestId: string; stopAtMs: number },
  fetched: { receipts: number; noted: number },
): Promise<void> {
  const fault = (error: unknown) =>
    deps.log({ event: 'fault', requestId, operation: 'notify/wake', partner: channel, ...faultOf(error) });
  while (way.pullReceipts && deps.clock.now() <= stopAtMs) {
    const some = await way.pullReceipts().catch((error: unknown) => {
      fault(error);
      return [];
    });
    if (some.length === 0) return;
    fetched.receipts += some.length;
    for (const answer of await applyReceipts(
      deps,
      some.map((receipt) => ({ ...receipt, channel })),
    ))
      if (answer.status === 'rejected') fault(answer.reason);
      else if (answer.value === 'noted') fetched.noted += 1;
  }
}
