import { type KindId, kinds as registered } from '../../policy/kinds';
import type { Reader } from '../kinds';
import type { NoticeTexts, SmsMessage, SubscribeMessage } from './texts';
import { signedBy } from './texts';

/** Whom a text is about, as the audience has them: their own kinds, and whether by evidence or by a bound. */
export type About = { kinds: readonly KindId[]; certain: boolean };

/** Plain text, without a picture, a link or anything else that would tell who has read it. */
export type MailText = { subject: string; text: string };

/** What one reader gets by each channel. */
export type NoticeForOne = {
  subscribe?: SubscribeMessage;
  sms?: SmsMessage;
  mail: MailText;
  inbox: { title: string; text: string };
};

/**
 * The notice as one reader gets it: the frozen texts, with the kinds of theirs that are meant. Pure; the engine calls it when
 * it sends, and the inbox when it is read, so that no text with a person's own kinds is stored anywhere.
 */
export function noticeFor(texts: NoticeTexts, about: About, reader: Reader = 'self'): NoticeForOne {
  const { title, subscribe, sms } = texts;
  const text = wholeText(texts, about, reader);
  return {
    ...(subscribe && { subscribe: subscribe[reader] }),
    ...(sms && { sms: sms[reader] }),
    mail: { subject: title, text },
    inbox: { title, text },
  };
}

/** The same for everybody: what may be affected at all (PIPL art. 57; 网络数据安全管理条例 art. 11, by announcement). */
export function announcementText(texts: NoticeTexts): { title: string; text: string } {
  const about = { kinds: texts.kinds, certain: true };
  return { title: texts.title, text: wholeText(texts, about, 'everybody') };
}

function wholeText(
  { title, openings, sections, kinds, day }: NoticeTexts,
  about: About,
  reader: Reader | 'everybody',
): string {
  const parts = sections.map(({ heading, text }, index) => {
    return `${numerals[index] ?? index + 1}、${heading}\n${text ?? kindsLine(about, kinds)}`;
  });
  return [title, openings[reader] ?? '', ...parts, `${signedBy}\n${day}`].join('\n\n');
}

const numerals = ['一', '二', '三', '四', '五', '六', '七', '八', '九', '十'];

/** Names of kinds, never a value. Where nothing tells which of a person's were met, all that may have been. */
function kindsLine({ kinds, certain }: About, all: readonly KindId[]): string {
  const own = kinds.length > 0 ? kinds : all;
  const names = own.map((kind) => registered[kind].name).join('；');
  return certain && kinds.length > 0 ? names : `可能涉及（按现有记录还不能确定）：${names}`;
}
