import { HOUR_MS, toInstant } from '../../../lib/clock';
import { sign } from '../../../lib/crypto/signature';
import type { Deps } from '../../../lib/deps';
import { AppError, invalidInput } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import { planNoticeId } from '../../../lib/notice/plan';
import { operator } from '../../../lib/policy/registry';
import { transferCountOf } from '../../../lib/process/transfer-count';
import { type Plan, putPlan } from '../../../lib/table/notice/plan';
import { beginProcess } from '../../../lib/table/process/process';
import { knownPlan, type OfPlan, planShown, quicker } from './show';

/** The type in the header of the statement's signature, so that nothing else of ours can pass for one. */
export const TRANSFER_TYPE = 'transfer-statement';
/** A count is good for so long: people end their accounts every day. */
const COUNT_HOLDS_MS = 24 * HOUR_MS;

/**
 * Begins to count everybody anew whose data would move: who registered before `registeredBefore`, which is now where it is left
 * out. Asked again while it counts, it answers the same.
 * @throws AppError NOT_FOUND | NOT_NOW | INVALID_INPUT
 */
export async function countTransfer(
  deps: Deps,
  { input }: Run<'staff', OfPlan & { registeredBefore?: string | undefined }>,
) {
  const before = await transferPlan(deps, input);
  const nowMs = deps.clock.now();
  const atMs = input.registeredBefore === undefined ? nowMs : Date.parse(input.registeredBefore);
  if (atMs > nowMs) throw invalidInput('registeredBefore', '不能晚于现在');
  if (before.counting !== undefined) return planShown(deps, before);
  const { planId, version, ...rest } = before;
  const ref = transferCountOf(planId, version);
  const after = { ...rest, planId, counting: ref.id };
  const state = { plan: planId, registeredBefore: toInstant(atMs) };
  await deps.table.write(putPlan(before, after), beginProcess(ref, 'count', state, nowMs)).catch(quicker);
  await deps.queue.send([ref]);
  return planShown(deps, after);
}

/**
 * Releases the statement that data may move, signed, with a manifest of exactly whose: counts and digests, no data and nobody's
 * number. Refused while anybody who was counted is still to be told (promise D5). Asked again, it gives the same one.
 * @throws AppError NOT_FOUND; NOT_NOW saying how many are pending and what would end it
 */
export async function releaseTransfer(deps: Deps, { input }: Run<'staff', OfPlan & { hash: string }>) {
  const seen = await knownPlan(deps, input);
  if (seen.kind === 'transfer' && seen.state === 'released') return planShown(deps, seen);
  const before = await transferPlan(deps, input);
  const { count, approvedAt = '' } = before;
  const nowMs = deps.clock.now();
  if (!count || before.counting !== undefined || Date.parse(count.countedAt) + COUNT_HOLDS_MS < nowMs)
    throw new AppError('NOT_NOW', { why: '还没有近 24 小时内完成的清点，请先清点（countTransfer）。' });
  if (count.pending > 0) throw pendingStill(count.pending, count.unaddressed);
  const { affected, delivered, announced, exempt, registeredBefore, countedAt, kinds, segments } = count;
  const { planId, words, at } = before;
  const notices = Array.from({ length: before.rounds }, (_, round) =>
    planNoticeId({ planId, approvedAt }, round + 1),
  );
  const statement = await sign(deps.ring, TRANSFER_TYPE, {
    ...{
      form: 1,
      planId,
      issuer: operator.name,
      recipient: words,
      notBefore: at,
      releasedAt: toInstant(nowMs),
    },
    ...{
      notices,
      registeredBefore,
      countedAt,
      people: { affected, delivered, announced, exempt },
      kinds,
      segments,
    },
  });
  const { version: _, ...rest } = before;
  const after = { ...rest, state: 'released' as const, statement };
  await deps.table.write(putPlan(before, after)).catch(quicker);
  return planShown(deps, after);
}

function pendingStill(pending: number, unaddressed: number): AppError {
  const later = unaddressed > 0 ? `其中 ${unaddressed} 人在告知之后开户，由下一轮告知；` : '';
  const ends = '他们打开通知、渠道回执送达，或者各渠道期限届满转为仅公告后，即不再是待告知。';
  return new AppError('NOT_NOW', {
    why: `还有 ${pending} 人待告知，个人信息不能转移。${later}${ends}请届时重新清点（countTransfer）。`,
    pending,
    unaddressed,
  });
}

/** @throws AppError NOT_FOUND for another kind of plan; NOT_NOW for one that is not approved, or no longer goes on */
async function transferPlan(deps: Deps, input: OfPlan & { hash?: string }): Promise<Plan> {
  const found = await knownPlan(deps, input);
  if (found.kind !== 'transfer') throw new AppError('NOT_FOUND');
  if (found.state !== 'approved')
    throw new AppError('NOT_NOW', { why: `这份计划${stateNames[found.state]}，不能清点或者转移。` });
  return found;
}

const stateNames = { proposed: '还没有批准', approved: '', released: '已经出具证明', stopped: '已经停止' };
