import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { ConditionFailed } from '../../lib/table/client';
import { notePolicyNoticeSeen, queryPolicyNotices } from '../../lib/table/policy/policy-notice';
import { announcementOf } from './versions';

/** What has been announced to this very person, newest first, with what changes (promise K4). */
export async function policyAnnouncements(deps: Deps, { caller }: Run<'subject', Record<string, never>>) {
  const found = await queryPolicyNotices(deps.table, caller.person.subjectId);
  const shown = found.reverse().map(async ({ policyVersion, sentAt, seenAt }) => {
    const version = await deps.policy.load(policyVersion);
    return version ? [{ ...announcementOf(version), sentAt, ...(seenAt && { seenAt }) }] : [];
  });
  return { notices: (await Promise.all(shown)).flat() };
}

/** Notes that the person has seen a notice. Nothing follows from it: seeing is not agreeing (promise K1). */
export async function seeNotice(deps: Deps, { caller, input }: Run<'subject', { version: number }>) {
  const at = toInstant(deps.clock.now());
  try {
    await deps.table.update(notePolicyNoticeSeen(caller.person.subjectId, input.version, at));
  } catch (error) {
    if (error instanceof ConditionFailed) throw new AppError('NOT_FOUND');
    throw error;
  }
  return { seen: true as const };
}
