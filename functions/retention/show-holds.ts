import type { Deps } from '../../lib/deps';
import { activeHolds, type Hold } from '../../lib/table/hold/hold';
import { openHold } from '../../lib/table/hold/open-hold';

/** A hold as the staff sees it. */
export function holdShown(
  { dueAt, state, ...hold }: Omit<Hold, 'wordsKey' | 'itemsKey' | 'request' | 'everyoneShard'>,
  nowMs: number,
) {
  const isOverdue = dueAt !== undefined && state !== 'releasing' && Date.parse(dueAt) <= nowMs;
  return { ...hold, state, isOverdue, ...(dueAt !== undefined && { reviewAt: dueAt }) };
}

/** Every hold that is not over, the next review first. */
export async function holds(deps: Deps) {
  const items = await activeHolds(deps.table);
  const opened = await Promise.all(items.map((item) => openHold(deps, item)));
  const nowMs = deps.clock.now();
  return { holds: opened.flatMap((one) => (one ? [holdShown(one.hold, nowMs)] : [])) };
}
