import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { hashAsSealed } from '../../lib/notice/approval';
import { openIncidentItem } from '../../lib/table/incident/change-incident';
import { incidentKey, type OpenIncident } from '../../lib/table/incident/incident';
import { type AudienceHead, audienceHeadKey, readAudienceHead } from '../../lib/table/notice/audience-head';
import { type Notice, noticeKey, noticeOf } from '../../lib/table/notice/notice';

export type OfNotice = { incidentId: string; number: number };
export type ProposedNotice = Notice & { proposal: NonNullable<Notice['proposal']> };

/** A notice of an incident with its audience. `hash` is undefined where it is not as it was proposed and approved. */
export type FoundNotice = {
  opened: OpenIncident;
  notice: ProposedNotice;
  audience: AudienceHead;
  hash: string | undefined;
};
export type KnownNotice = FoundNotice & { hash: string };

export const noticeIdOf = ({ incidentId, number }: OfNotice): string => `${incidentId}-n${number}`;

/** A notice as it lies in the table, in two trips. @throws AppError NOT_FOUND */
export async function findNotice(deps: Deps, input: OfNotice): Promise<FoundNotice> {
  const keys = [incidentKey(input.incidentId), noticeKey(noticeIdOf(input))];
  const [incidentItem, noticeItem] = await deps.table.getMany(keys);
  const opened = await openIncidentItem(deps, incidentItem);
  const notice = noticeOf(noticeItem);
  if (!opened || !notice?.proposal) throw new AppError('NOT_FOUND');
  const [headItem] = await deps.table.getMany([audienceHeadKey(notice.audienceId)]);
  const audience = readAudienceHead(headItem);
  if (!audience) throw new AppError('NOT_FOUND');
  const isSame = notice.drill === opened.incident.drill;
  const hash = isSame ? await hashAsSealed(deps.ring, notice, audience) : undefined;
  return { opened, notice: { ...notice, proposal: notice.proposal }, audience, hash };
}

/**
 * A notice that is exactly as it was proposed and approved (promise B4).
 * @throws AppError NOT_FOUND; NOT_NOW for one that is not, or that is not what the caller has seen
 */
export async function knownNotice(deps: Deps, input: OfNotice & { hash?: string }): Promise<KnownNotice> {
  const found = await findNotice(deps, input);
  const { hash } = found;
  if (hash === undefined) {
    deps.log({ event: 'alarm', operation: 'breach/notice', outcome: 'NOTICE_ALTERED' });
    throw new AppError('NOT_NOW', {
      why: '告知的内容、范围或者批准记录与当时不一致，不能使用。请停止这份告知并核查。',
    });
  }
  if (input.hash !== undefined && input.hash !== hash)
    throw new AppError('NOT_NOW', { why: '告知已经改动，请重新预览后再决定。' });
  return { ...found, hash };
}
