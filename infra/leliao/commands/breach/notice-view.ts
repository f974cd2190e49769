import { type Words, words } from '../../../command-line/words';
import type { Session } from '../../session';
import { drillWords, factsIn, rangeOf, rowsIn, sectionsIn, timeIn } from '../../view';
import type { Client } from './incident-view';

export type Preview = Awaited<ReturnType<Client['breach']['previewNotice']>>;
export type Notice = Omit<Preview, 'kinds' | 'certain' | 'says'>;

const states: Record<Notice['state'], Words> = {
  proposed: words('待批准', 'proposed'),
  approved: words('已批准', 'approved'),
  sending: words('发送中', 'sending'),
  paused: words('已暂停', 'paused'),
  done: words('已完成', 'done'),
  stopped: words('已停止', 'stopped'),
};
export const stateIn = (session: Session, state: Notice['state']): string => session.text(states[state]);

const channelNames: Record<Notice['channels'][number], Words> = {
  subscribe: words('订阅消息', 'subscribe message'),
  sms: words('短信', 'SMS'),
  mail: words('邮件', 'mail'),
  inbox: words('通知', 'inbox'),
  announcement: words('公告', 'announcement'),
};
export const channelsIn = (lang: keyof Words, channels: Notice['channels']): string[] =>
  channels.map((channel) => channelNames[channel][lang]);

const readers: Record<Preview['says'][number]['reader'], Words> = {
  self: words('本人', 'the person'),
  guardian: words('监护人', 'a guardian'),
  everybody: words('所有人', 'everybody'),
};

export async function noticeView(session: Session, one: Notice): Promise<string> {
  const head = await factsIn(session, [
    [words('告知', 'notice'), one.noticeId],
    [words('标题', 'title'), one.title],
    [words('状态', 'state'), stateIn(session, one.state)],
    [words('渠道', 'channels'), channelsIn(session.lang, one.channels)],
    [words('公告天数', 'announced for days'), one.announceDays],
    [words('影响范围', 'scope'), one.scopeId],
    [words('拟定', 'drafted'), `${one.draftedBy} ${timeIn(one.draftedAt)}`],
    [
      words('批准', 'approved'),
      `${one.approvedBy.join('、') || '–'} (${one.approvedBy.length}/${one.approvalsNeeded})`,
    ],
    [words('受影响', 'affected'), one.whom.people],
    [words('其中确定的', 'certainly'), one.whom.certain],
    [words('其中未成年人', 'minors'), one.whom.minors],
    [words('将告知', 'will be told'), rangeOf(one.whom.told)],
    [words('不告知', 'exempt'), rangeOf(one.whom.exempt)],
    [words('摘要', 'hash'), one.hash],
  ]);
  const kinds = await rowsIn(
    session,
    [
      [words('种类', 'kind'), ({ kind, name }) => (session.lang === 'zh' ? name : kind)],
      [words('人数', 'people'), ({ people }) => people],
    ],
    one.whom.byKind,
  );
  const exemptions = await rowsIn(
    session,
    [
      [words('只涉及', 'with nothing but'), (exemption) => exemption.kinds],
      [words('理由', 'why'), ({ reason }) => reason],
      [words('依据', 'evidence'), ({ evidence }) => `${evidence.document} ${evidence.sha256}`],
    ],
    one.exemptions,
  );
  const sections = sectionsIn(session, [
    [words('各类信息', 'By kind'), kinds],
    [words('不告知的人', 'Exemptions'), one.exemptions.length > 0 ? exemptions : undefined],
  ]);
  return [...(one.drill ? [session.text(drillWords)] : []), `${head}\n`, sections].join('\n');
}

/** What stands over the notice, and word by word what each reader gets by each channel. */
export async function previewView(session: Session, one: Preview): Promise<string> {
  const says = one.says.map(({ channel, reader, title, text, segments }) => {
    const bills =
      segments === undefined ? '' : session.text(words(`（${segments} 条短信）`, ` (${segments} SMS)`));
    const head = `── ${session.text(channelNames[channel])} → ${session.text(readers[reader])}${bills}`;
    return [head, title, shown(text)].filter(Boolean).join('\n');
  });
  return [await noticeView(session, one), ...says].join('\n\n');
}

/** Its lines stay; whatever else could move the cursor is shown as a dot. */
const shown = (text: string) => text.replace(/(?!\n)\p{Cc}|\p{Bidi_Control}/gu, '·');
