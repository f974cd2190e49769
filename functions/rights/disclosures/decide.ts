import { toInstant } from '../../../lib/clock';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import { DRAFTED_BY_YOU } from '../../../lib/gate/staff';
import type { Disclosure, DisclosureState } from '../../../lib/table/disclosure/disclosure';
import { moveDisclosure } from '../../../lib/table/disclosure/open-disclosure';
import { lostRace, untilWon } from '../../../lib/table/races';
import { appendRetention } from '../../../lib/table/retention/append';
import { hasLapsed, readDisclosure, shown } from './show';

type OfDisclosure = { disclosureId: string };

/** What each state says to whoever wants something else, and what would help. */
const stands: Record<DisclosureState | 'lapsed', string> = {
  proposed: '还没有批准，须先由拟定人以外的人批准',
  approved: '已经批准，可以提供',
  declined: '已经被否决，确有需要的须另行拟定',
  lapsed: '拟定后太久没有办理，已经失效，须另行拟定',
  'handed-out': '已经提供',
  told: '已经提供，并且告知了本人',
  'nobody-to-tell': '已经提供，本人账号已终结',
};

/** @throws AppError NOT_NOW that says how it stands and what would help */
export function demandStanding(of: Disclosure, wanted: DisclosureState, nowMs: number): void {
  const state = hasLapsed(of, nowMs) ? 'lapsed' : of.state;
  if (state !== wanted) throw new AppError('NOT_NOW', { why: `这次提供${stands[state]}。` });
}

/**
 * Approves a draft exactly as it was drafted: nothing of it can be changed. By another officer than who drafted it; asked again
 * by the same one, it is approved once.
 * @throws AppError NOT_FOUND | NOT_NOW; CALLER_NOT_ALLOWED to who drafted it
 */
export async function approveDisclosure(deps: Deps, { caller, input }: Run<'staff', OfDisclosure>) {
  return decide(deps, input.disclosureId, caller.staffId, { state: 'approved' });
}

/** Declines a draft, with the reason: the other officer, or who drafted it and thinks better of it. @throws as `approveDisclosure` */
export async function declineDisclosure(
  deps: Deps,
  { caller, input }: Run<'staff', OfDisclosure & { reason: string }>,
) {
  const { disclosureId, reason } = input;
  return decide(deps, disclosureId, caller.staffId, { state: 'declined', reason });
}

type Decision = { state: 'approved' | 'declined'; reason?: string };

function decide(deps: Deps, disclosureId: string, staff: string, decision: Decision) {
  return untilWon(async () => {
    const opened = await readDisclosure(deps, disclosureId);
    const { disclosure: before } = opened;
    const nowMs = deps.clock.now();
    const isSame = before.state === decision.state && before.reason === decision.reason;
    if (isSame && before.decidedBy === staff) return shown(before, nowMs);
    if (decision.state === 'approved' && before.draftedBy === staff)
      throw new AppError('CALLER_NOT_ALLOWED', { why: DRAFTED_BY_YOU });
    demandStanding(before, 'proposed', nowMs);
    const at = toInstant(nowMs);
    const after = { ...decision, decidedBy: staff, decidedAt: at, keptFromAt: at };
    const act = `disclosure.${decision.state}` as const;
    const details = { disclosureId, staff };
    const decided = { ...before, ...after };
    return appendRetention(deps, { act, details }, [moveDisclosure(opened, after)]).then(
      () => shown(decided, nowMs),
      lostRace,
    );
  });
}
