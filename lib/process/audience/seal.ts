import { toEpochSeconds, toInstant } from '../../clock';
import type { Deps } from '../../deps';
import { hashOf, sealOf } from '../../notice/approval';
import { approvalsOf, type NoticeKindId } from '../../notice/kinds';
import { toStored } from '../../notice/text/stored';
import type { NoticeTexts } from '../../notice/text/texts';
import { endOfRetention } from '../../policy/retention';
import type { Write } from '../../table/client';
import { type Counted, putAudienceHead } from '../../table/notice/audience-head';
import { type Notice, putNotice } from '../../table/notice/notice';
import { beginSpread } from '../notice/spread';

/** Who has proposed a notice that nobody drafts. */
const SERVICE = 'service';

/** A notice that nobody drafts, in its words, to an audience that is whole. */
export type ServiceNotice = {
  noticeId: string;
  kind: NoticeKindId;
  channels: Notice['channels'];
  texts: NoticeTexts;
  counted: Counted;
  /** Of the members, part by part (lib/scope/evidence.ts). */
  digest: string;
  /** From when it is sent. */
  atMs: number;
  /** When it ends, with what it leaves (`endsAfter`). */
  endsAtSeconds: number;
};

/** When what such a notice leaves ends, in epoch seconds, counted from its sending. */
export const endsAfter = (atMs: number): number => toEpochSeconds(endOfRetention('incident-life', atMs));

/**
 * The writes that freeze the audience of a notice that nobody drafts, seal the notice by the service's own key, and have it sent
 * from `atMs` on. Refused where there is one of that name.
 * @throws Error for a kind that staff have to approve: a programming error
 */
export async function sealService(
  { ring }: Pick<Deps, 'ring'>,
  { noticeId, kind, channels, texts, counted, digest, atMs, endsAtSeconds }: ServiceNotice,
): Promise<[Write, Write, Write]> {
  if (approvalsOf(kind) > 0) throw new Error('a notice that is to be approved is sent by nobody else');
  const at = toInstant(atMs);
  const content = {
    ...{ noticeId, kind, drill: false, audienceId: noticeId, parts: counted.parts, channels },
    ...{ texts: toStored(texts, channels), exemptions: [] },
  };
  const proposal = { by: SERVICE, at, announceDays: 0 };
  const seal = await sealOf(ring, hashOf(content, 0, digest), { ...proposal, approvedBy: [] });
  const notice: Omit<Notice, 'version'> = {
    ...{ ...content, state: 'sending', approvedBy: [], proposal: { ...proposal, seal } },
    ...{ sendingAt: at, endsAtSeconds },
  };
  return [
    putAudienceHead(noticeId, { ...counted, endsAtSeconds, digest }),
    putNotice(notice),
    beginSpread(noticeId, atMs),
  ];
}
