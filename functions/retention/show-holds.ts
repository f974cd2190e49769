import type { Deps } from '../../lib/deps';
import { activeHolds, type ClearHold, clearHold } from '../../lib/table/hold/hold';

/** A hold as the staff sees it, with its words where they have been opened. */
export function holdShown<H extends Omit<ClearHold, 'wordsKey' | 'itemsKey' | 'request' | 'everyoneShard'>>(
  { dueAt, state, ...hold }: H,
  nowMs: number,
) {
  const isOverdue = dueAt !== undefined && state !== 'releasing' && Date.parse(dueAt) <= nowMs;
  return { ...hold, state, isOverdue, ...(dueAt !== undefined && { reviewAt: dueAt }) };
}

/** Every hold that is not over, the next review first, without its words: those are opened one at a time (open-words.ts). */
export async function holds(deps: Deps) {
  const items = await activeHolds(deps.table);
  const nowMs = deps.clock.now();
  return {
    holds: items.flatMap((item) => {
      const seen = clearHold(item);
      return seen ? [holdShown(seen, nowMs)] : [];
    }),
  };
}
