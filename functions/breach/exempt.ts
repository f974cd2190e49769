import type { Deps } from '../../lib/deps';
import { AppError, invalidInput } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { hashOf, sealOf } from '../../lib/notice/approval';
import { fromStored } from '../../lib/notice/text/stored';
import type { KindId } from '../../lib/policy/kinds';
import { changeIncident, dutiesOfIncident } from '../../lib/table/incident/change-incident';
import { changeNotice } from '../../lib/table/notice/notice';
import { knownNotice, type OfNotice } from './known-notice';
import { quicker } from './move-notice';
import { noticeShown } from './show-notice';

type Exempt = OfNotice & {
  hash: string;
  kinds: KindId[];
  reason: string;
  evidence: { document: string; sha256: string };
};

/** In one notice. */
const MAX_EXEMPTIONS = 10;

/**
 * Proposes not to tell those of whom nothing but these kinds is concerned, because what was done keeps harm from them (PIPL
 * art. 57 para 2). It is a part of the notice: it needs evidence, the two approvals of the notice hold for it, and those given
 * before it are void. Minors are told all the same, and what is owed to authorities stays owed: `stillOwed` says it.
 * @throws AppError CALLER_NOT_ALLOWED for anybody but who proposed the notice, INVALID_INPUT, NOT_FOUND, NOT_NOW
 */
export async function exempt(deps: Deps, { caller, input, requestId }: Run<'staff', Exempt>) {
  const { incidentId, evidence, reason } = input;
  const kinds = [...new Set(input.kinds)].sort();
  const known = await knownNotice(deps, { incidentId, number: input.number });
  const { opened, notice, audience } = known;
  const stillOwed = dutiesOfIncident(opened.incident)
    .filter(({ id }) => !Object.hasOwn(opened.incident.fulfilled, id))
    .map(({ id, name }) => ({ id, name }));
  const one = { kinds, reason, evidence };
  if (notice.exemptions.some((other) => JSON.stringify(other) === JSON.stringify(one)))
    return { ...noticeShown(known), stillOwed };
  if (known.hash !== input.hash) throw new AppError('NOT_NOW', { why: '告知已经改动，请重新预览后再决定。' });
  if (notice.state !== 'proposed')
    throw new AppError('NOT_NOW', { why: '这份告知已经批准，不能再改；请另拟一份。' });
  if (notice.proposal.by !== caller.staffId)
    throw new AppError('CALLER_NOT_ALLOWED', { why: '由拟定这份告知的人写明不告知谁。' });
  if (notice.exemptions.length >= MAX_EXEMPTIONS)
    throw new AppError('LIMIT_REACHED', { limit: 'exemptions', max: MAX_EXEMPTIONS });
  const concerned: readonly string[] = fromStored(notice.texts).kinds;
  if (kinds.some((kind) => !concerned.includes(kind)))
    throw invalidInput('kinds', '有的种类不在这份告知之中');
  const changed = { ...notice, exemptions: [...notice.exemptions, one], approvedBy: [] };
  const hash = hashOf(changed, notice.proposal.announceDays, audience.digest);
  const seal = await sealOf(deps.ring, hash, { ...notice.proposal, approvedBy: [] });
  const proposal = { ...notice.proposal, seal };
  const entry = {
    act: 'notice.exempted',
    staff: caller.staffId,
    requestId,
    kinds,
    details: {
      noticeId: notice.noticeId,
      hash,
      reason,
      document: evidence.document,
      sha256: evidence.sha256,
    },
  } as const;
  const writes = [changeNotice(notice, { ...changed, proposal })];
  await changeIncident(deps, incidentId, () => ({ entry, writes }), opened).catch(quicker);
  return { ...noticeShown({ notice: { ...changed, proposal }, audience, hash }), stillOwed };
}
