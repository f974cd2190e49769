import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { exemptBy } from '../../lib/notice/exemption';
import { noticeKinds, type Reader } from '../../lib/notice/kinds';
import { announcementText, noticeFor } from '../../lib/notice/text/notice-for';
import { fromStored } from '../../lib/notice/text/stored';
import type { NoticeTexts } from '../../lib/notice/text/texts';
import { type KindId, kinds as registered } from '../../lib/policy/kinds';
import type { AudienceHead } from '../../lib/table/notice/audience-head';
import { type KnownNotice, knownNotice, type OfNotice } from './known-notice';

/** What stands over a notice after every act on it: its words by their hash, and to how many it goes. */
export function noticeShown({ notice, audience, hash }: Pick<KnownNotice, 'notice' | 'audience' | 'hash'>) {
  const { noticeId, state, drill, audienceId, channels, proposal, approvedBy, exemptions, sendingAt } =
    notice;
  return {
    ...{ noticeId, hash, state, drill, channels, approvedBy, exemptions, sendingAt },
    scopeId: audienceId,
    title: fromStored(notice.texts).title,
    announceDays: proposal.announceDays,
    draftedBy: proposal.by,
    draftedAt: proposal.at,
    approvalsNeeded: noticeKinds.breach.approvals,
    whom: whomOf(audience, notice.exemptions),
  };
}

type Exemptions = KnownNotice['notice']['exemptions'];

/** To how many it goes. Whose set of kinds is not told apart may be exempt or not, so they widen the bounds. */
export function whomOf({ people, certain, minors, sets, otherSets }: AudienceHead, exemptions: Exemptions) {
  const least = sets
    .filter(({ kinds }) => exemptBy({ kinds, minor: false }, exemptions))
    .reduce((sum, one) => sum + one.people - one.minors, 0);
  const doubtful = exemptions.length > 0 ? otherSets.people - otherSets.minors : 0;
  const byKind = new Map<string, number>();
  for (const one of sets)
    for (const kind of one.kinds) byKind.set(kind, (byKind.get(kind) ?? 0) + one.people);
  return {
    ...{ people, certain, minors },
    told: { atLeast: people - least - doubtful, atMost: people - least },
    exempt: { atLeast: least, atMost: least + doubtful },
    byKind: [...byKind]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([kind, count]) => ({ kind, name: nameOf(kind), people: count })),
  };
}

function nameOf(kind: string): string {
  return registered[kind as KindId]?.name ?? kind;
}

type Preview = OfNotice & { kinds?: KindId[] | undefined; certain: boolean };

/** Exactly what is sent, by each channel, to a person with these kinds, to a guardian of theirs, and to everybody (B4). */
export async function previewNotice(deps: Deps, { input }: Run<'staff', Preview>) {
  const known = await knownNotice(deps, input);
  const texts = fromStored(known.notice.texts);
  const { certain, kinds = texts.kinds } = input;
  const about = { kinds, certain };
  const says = [...saysOf(texts, about, 'self'), ...saysOf(texts, about, 'guardian')];
  const everybody = {
    channel: 'announcement' as const,
    reader: 'everybody' as const,
    ...announcementText(texts),
  };
  return { ...noticeShown(known), kinds, certain, says: [...says, everybody] };
}

function saysOf(texts: NoticeTexts, about: { kinds: KindId[]; certain: boolean }, reader: Reader) {
  const { subscribe, sms, mail, inbox } = noticeFor(texts, about, reader);
  return [
    ...(subscribe
      ? [
          {
            channel: 'subscribe' as const,
            reader,
            text: Object.values(subscribe.values).join('\n'),
            ...subscribe,
          },
        ]
      : []),
    ...(sms
      ? [{ channel: 'sms' as const, reader, text: sms.whole, template: sms.template, segments: sms.segments }]
      : []),
    { channel: 'mail' as const, reader, title: mail.subject, text: mail.text },
    { channel: 'inbox' as const, reader, ...inbox },
  ];
}
