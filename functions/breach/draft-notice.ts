import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError, invalidInput } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { hashAsSealed, hashOf, sealOf } from '../../lib/notice/approval';
import type { ChannelId } from '../../lib/notice/channel';
import { breachWording } from '../../lib/notice/text/breach';
import { type DraftWords, flawsOf } from '../../lib/notice/text/flaws';
import type { NoticeWords } from '../../lib/notice/text/items';
import { toStored } from '../../lib/notice/text/stored';
import { textsOf } from '../../lib/notice/text/texts';
import { type KindId, kindIds } from '../../lib/policy/kinds';
import { changeIncident, openIncidentItem } from '../../lib/table/incident/change-incident';
import { incidentKey, type OpenIncident } from '../../lib/table/incident/incident';
import { type AudienceHead, audienceHeadKey, readAudienceHead } from '../../lib/table/notice/audience-head';
import { changeNotice, type Notice, noticeKey, noticeOf, putNotice } from '../../lib/table/notice/notice';
import { noticeIdOf, type OfNotice, type ProposedNotice } from './known-notice';
import { quicker } from './move-notice';
import { noticeShown } from './show-notice';

type Draft = OfNotice & {
  scopeId: string;
  words: DraftWords;
  kinds?: KindId[] | undefined;
  channels: ChannelId[];
  announceDays: number;
};

/**
 * Words a notice for the people of a scope, or words it anew while it is not approved: then whoever had approved it has not
 * approved this. It is refused while an item of PIPL art. 57 is missing, or where a channel cannot carry it (promise B4). Sent
 * twice, it answers twice the same.
 * @throws AppError INVALID_INPUT naming every item, NOT_FOUND, NOT_NOW
 */
export async function draftNotice(deps: Deps, { caller, input, requestId }: Run<'staff', Draft>) {
  const { incidentId, scopeId } = input;
  const noticeId = noticeIdOf(input);
  if (!scopeId.startsWith(`${incidentId}-s`)) throw invalidInput('scopeId', '不是这起事件的范围');
  const keys = [incidentKey(incidentId), noticeKey(noticeId), audienceHeadKey(scopeId)];
  const [incidentItem, noticeItem, headItem] = await deps.table.getMany(keys);
  const opened = await openIncidentItem(deps, incidentItem);
  if (!opened) throw new AppError('NOT_FOUND');
  if (opened.incident.state === 'closed') throw new AppError('NOT_NOW', { why: '事件已经结案。' });
  const audience = readAudienceHead(headItem);
  if (!audience || audience.people === 0)
    throw invalidInput('scopeId', '没有这个范围，范围还没有算完，或者其中没有人');
  const before = noticeOf(noticeItem);
  if (before && before.state !== 'proposed')
    throw new AppError('NOT_NOW', { why: '这份告知已经批准，不能再改；请另拟一份。' });
  const make = (at: string) => proposed(deps, input, { opened, audience, before, at, by: caller.staffId });
  if (before?.proposal?.by === caller.staffId) {
    // Texts name the minute, so a repeat is known by what it would have been then.
    const { hash } = await make(before.proposal.at);
    const isRepeat = hash === (await hashAsSealed(deps.ring, before, audience));
    if (isRepeat) return noticeShown({ notice: { ...before, proposal: before.proposal }, audience, hash });
  }
  const { notice, hash } = await make(toInstant(deps.clock.now()));
  const entry = {
    act: 'notice.drafted',
    staff: caller.staffId,
    requestId,
    details: { noticeId, hash, scopeId, people: audience.people },
  } as const;
  const write = before ? changeNotice(before, notice) : putNotice(notice);
  await changeIncident(deps, incidentId, () => ({ entry, writes: [write] }), opened).catch(quicker);
  return noticeShown({ notice, audience, hash });
}

type Given = {
  opened: OpenIncident;
  audience: AudienceHead;
  before: Notice | undefined;
  at: string;
  by: string;
};

/** The notice that the input asks for, sealed. @throws AppError INVALID_INPUT naming everything that is wrong with it */
async function proposed(deps: Deps, input: Draft, { opened, audience, before, at, by }: Given) {
  const { scopeId, words, announceDays } = input;
  const noticeId = noticeIdOf(input);
  const { drill } = opened.incident;
  const held = new Set<string>([...audience.sets.flatMap(({ kinds }) => kinds), ...(input.kinds ?? [])]);
  const kinds = kindIds.filter((kind) => held.has(kind));
  const flaws = flawsOf(words, kinds);
  if (flaws.length > 0) throw new AppError('INVALID_INPUT', { fields: flaws });
  const channels: ChannelId[] = [...input.channels, 'inbox', 'announcement'];
  const said = breachWording(words as NoticeWords);
  const wording = { noticeId, ...said, kinds, drill, channels, nowMs: Date.parse(at) };
  const made = textsOf(wording, deps.noticeTemplates);
  if ('flaws' in made) throw new AppError('INVALID_INPUT', { fields: made.flaws });
  const content = {
    ...{ noticeId, kind: said.kind, drill, audienceId: scopeId, parts: audience.parts, channels },
    texts: toStored(made.texts, channels),
    exemptions: before?.audienceId === scopeId ? before.exemptions : [],
  };
  const hash = hashOf(content, announceDays, audience.digest);
  const proposal = { by, at, announceDays };
  const seal = await sealOf(deps.ring, hash, { ...proposal, approvedBy: [] });
  const state = 'proposed' as const;
  const notice = { ...content, state, approvedBy: [], proposal: { ...proposal, seal }, version: 1 };
  return { notice: notice satisfies ProposedNotice, hash };
}
