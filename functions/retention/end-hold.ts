import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { releaseHold as release } from '../../lib/process/hold-acts';
import { ConditionFailed } from '../../lib/table/client';
import { type ClearHold, clearHold, holdKey } from '../../lib/table/hold/hold';
import { moveHold, type OpenHold, openHold } from '../../lib/table/hold/open-hold';
import { untilWon } from '../../lib/table/races';
import { appendRetention } from '../../lib/table/retention/append';
import { tellOfLook } from './open-words';
import { demandReview } from './place-hold';
import { holdShown } from './show-holds';

type OfHold = { holdId: string };

/**
 * Says that a hold was looked at and is needed still, until when it is looked at again, and who answers for it from now on.
 * @throws AppError NOT_FOUND | INVALID_INPUT; NOT_NOW for one that is released
 */
export async function reviewHold(
  deps: Deps,
  run: Run<'staff', OfHold & { reviewAt: string; owner?: string | undefined }>,
) {
  const { caller, input } = run;
  const { holdId, reviewAt, owner } = input;
  const nowMs = deps.clock.now();
  demandReview(reviewAt, nowMs);
  const demand = (seen: ClearHold) => {
    if (isOver(seen))
      throw new AppError('NOT_NOW', { why: '这项封存已经解除，不再复核。仍须封存的，请另作决定。' });
  };
  return change(deps, run, 'retention/reviewHold', demand, async (opened) => {
    const after = {
      dueAt: toInstant(Date.parse(reviewAt)),
      reviewedAt: toInstant(nowMs),
      ...(owner !== undefined && { owner }),
    };
    const details = { holdId, staff: caller.staffId, reviewAt: after.dueAt };
    await appendRetention(deps, { act: 'hold.reviewed', details }, [moveHold(opened, after)]);
    return holdShown({ ...opened.hold, ...after }, nowMs);
  });
}

/**
 * Releases a hold: what should have ended meanwhile ends now by itself, and everything else is as it was before. It takes
 * another officer than who placed it. Asked twice, it is released once.
 * @throws AppError NOT_FOUND; CALLER_NOT_ALLOWED to who placed it
 */
export async function releaseHold(deps: Deps, run: Run<'staff', OfHold>) {
  const { caller } = run;
  const nowMs = deps.clock.now();
  const demand = ({ placedBy }: ClearHold) => {
    if (placedBy === caller.staffId)
      throw new AppError('CALLER_NOT_ALLOWED', { why: '封存的人不能自己解除，须由另一位负责人解除。' });
  };
  return change(deps, run, 'retention/releaseHold', demand, async (opened) => {
    if (isOver(opened.hold)) return holdShown(opened.hold, nowMs);
    const by = { releasedBy: caller.staffId, releasedAt: toInstant(nowMs) };
    const after = await release(deps, opened, by);
    return holdShown({ ...opened.hold, ...after }, nowMs);
  });
}

const isOver = ({ state }: Pick<ClearHold, 'state'>): boolean =>
  state === 'releasing' || state === 'released';

/**
 * Acts on a hold as it is, again where somebody was quicker. What does not need its words is demanded before they are opened; the
 * person's register says once that they are.
 */
async function change<T>(
  deps: Deps,
  run: Run<'staff', OfHold>,
  way: 'retention/reviewHold' | 'retention/releaseHold',
  demand: (seen: ClearHold) => void,
  act: (opened: OpenHold) => Promise<T>,
): Promise<T> {
  let isTold = false;
  return untilWon(async () => {
    const [item] = await deps.table.getMany([holdKey(run.input.holdId)]);
    const seen = clearHold(item);
    if (!seen) throw new AppError('NOT_FOUND');
    demand(seen);
    if (!isTold) await tellOfLook(deps, run, seen, way);
    isTold = true;
    const opened = await openHold(deps, item);
    if (!opened) throw new AppError('NOT_FOUND');
    try {
      return await act(opened);
    } catch (error) {
      if (error instanceof ConditionFailed) return undefined;
      throw error;
    }
  });
}
