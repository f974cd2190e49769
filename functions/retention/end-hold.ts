import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { releaseHold as release } from '../../lib/process/hold-acts';
import { ConditionFailed } from '../../lib/table/client';
import { holdKey } from '../../lib/table/hold/hold';
import { moveHold, type OpenHold, openHold } from '../../lib/table/hold/open-hold';
import { untilWon } from '../../lib/table/races';
import { appendRetention } from '../../lib/table/retention/append';
import { demandReview } from './place-hold';
import { holdShown } from './show-holds';

type OfHold = { holdId: string };

/**
 * Says that a hold was looked at and is needed still, until when it is looked at again, and who answers for it from now on.
 * @throws AppError NOT_FOUND | INVALID_INPUT; NOT_NOW for one that is released
 */
export async function reviewHold(
  deps: Deps,
  { caller, input }: Run<'staff', OfHold & { reviewAt: string; owner?: string | undefined }>,
) {
  const { holdId, reviewAt, owner } = input;
  const nowMs = deps.clock.now();
  demandReview(reviewAt, nowMs);
  return change(deps, holdId, async (opened) => {
    const { state } = opened.hold;
    if (state === 'releasing' || state === 'released')
      throw new AppError('NOT_NOW', { why: '这项封存已经解除。' });
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
export async function releaseHold(deps: Deps, { caller, input }: Run<'staff', OfHold>) {
  const { holdId } = input;
  const nowMs = deps.clock.now();
  return change(deps, holdId, async (opened) => {
    const { state, placedBy } = opened.hold;
    if (placedBy === caller.staffId) throw new AppError('CALLER_NOT_ALLOWED');
    if (state === 'releasing' || state === 'released') return holdShown(opened.hold, nowMs);
    const by = { releasedBy: caller.staffId, releasedAt: toInstant(nowMs) };
    const after = await release(deps, opened, by);
    return holdShown({ ...opened.hold, ...after }, nowMs);
  });
}

/** Acts on a hold as it is, again where somebody was quicker. */
async function change<T>(deps: Deps, holdId: string, act: (opened: OpenHold) => Promise<T>): Promise<T> {
  return untilWon(async () => {
    const [item] = await deps.table.getMany([holdKey(holdId)]);
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
