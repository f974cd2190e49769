import { toInstant } from '../../clock';
import type { KindId } from '../../policy/kinds';
import { operator } from '../../policy/registry';
import { beijingDay, beijingTime } from '../../policy/working-days';
import type { Flaw } from './flaws';
import { kindsItem, type NoticeWords, noticeItemIds, noticeItems } from './items';
import {
  fillSms,
  fillSubscribe,
  type SmsContent,
  type SubscribeValues,
  smsTemplates,
  subscribeTemplates,
  type TemplateName,
  type TemplateValues,
} from './templates';

/** Who reads: the person, the guardian of one who is a minor, or everybody. */
export type Reader = 'self' | 'guardian';
const readers = ['self', 'guardian'] as const;
export const templateOf: Record<Reader, TemplateName> = { self: 'breach', guardian: 'breach-guardian' };

/** One headed part of a text; without `text` it is where the kinds stand, which differ from person to person. */
export type Section = { heading: string; text?: string | undefined };

/** A message by a template, as its channel's client takes it. */
export type SubscribeMessage = { template: string; page: string; values: SubscribeValues };
export type SmsMessage = { template: string } & SmsContent;

/**
 * What each channel gets, frozen when it is proposed and approved as it is: no later build words it otherwise. Public: the one
 * thing that is the person's own, which kinds of theirs are meant, is filled in where it is read or sent (./notice-for.ts).
 */
export type NoticeTexts = {
  title: string;
  /** All the kinds of the audience. */
  kinds: KindId[];
  sections: Section[];
  /** When the text was made, as a day in Beijing. */
  day: string;
  subscribe?: Record<Reader, SubscribeMessage>;
  sms?: Record<Reader, SmsMessage>;
};

/** What a channel of templates needs: which of them the operator has had approved. */
export type ApprovedTemplates = Partial<Record<'subscribe' | 'sms', Partial<Record<TemplateName, string>>>>;

/** Of the mini-program, with the number of the notice and nothing else. */
const PAGE = 'pages/notice/notice?id=';
const DRILL = '【演练】';

export type Wording = {
  noticeId: string;
  words: NoticeWords;
  kinds: KindId[];
  drill: boolean;
  /** Partners' channels among those that are meant to be used. */
  channels: readonly string[];
  nowMs: number;
};

/** The texts of a notice, or what is wrong with them by channel and field. The words are whole already. */
export function textsOf(
  wording: Wording,
  approved: ApprovedTemplates,
): { texts: NoticeTexts } | { flaws: Flaw[] } {
  const { noticeId, words, kinds, drill, channels, nowMs } = wording;
  const title = `${drill ? DRILL : ''}${words.title}`;
  const values = { title, state: words.state, at: timeVariable(nowMs), number: noticeId };
  const texts: NoticeTexts = { title, kinds, sections: sectionsOf(words), day: beijingDay(nowMs) };
  const flaws: Flaw[] = [];
  if (channels.includes('subscribe')) texts.subscribe = subscribeFor(values, approved, flaws);
  if (channels.includes('sms')) texts.sms = smsFor(values, approved, flaws);
  return flaws.length > 0 ? { flaws } : { texts };
}

/** The kinds stand before the cause, as in PIPL art. 57. */
function sectionsOf(words: NoticeWords): Section[] {
  return noticeItemIds.flatMap((id) => {
    const section: Section = { heading: noticeItems[id].name, text: words[id].trim() };
    return id === 'event' ? [section, { heading: kindsItem.name }] : [section];
  });
}

function subscribeFor(values: TemplateValues, { subscribe }: ApprovedTemplates, flaws: Flaw[]) {
  return forReaders((name) => {
    const template = subscribe?.[name] ?? '';
    if (!template) flaws.push({ field: `subscribe.${name}`, problem: NOT_APPROVED });
    const filled = fillSubscribe(subscribeTemplates[name], values);
    if (filled.flaws) flaws.push(...filled.flaws);
    return { template, page: `${PAGE}${values.number}`, values: filled.message ?? {} };
  });
}

function smsFor(values: TemplateValues, { sms }: ApprovedTemplates, flaws: Flaw[]) {
  return forReaders((name) => {
    const template = sms?.[name] ?? '';
    if (!template) flaws.push({ field: `sms.${name}`, problem: NOT_APPROVED });
    const filled = fillSms(smsTemplates[name], values);
    if (filled.flaws) flaws.push(...filled.flaws);
    return { template, ...(filled.message ?? { parameters: [], whole: '', segments: 0 }) };
  });
}

const NOT_APPROVED = '这一渠道还没有平台批准的模板（设置 NOTICE_TEMPLATES）';

function forReaders<T>(make: (name: TemplateName) => T): Record<Reader, T> {
  return Object.fromEntries(readers.map((reader) => [reader, make(templateOf[reader])])) as Record<Reader, T>;
}

/** As WeChat's variable of the type `time` has it. */
function timeVariable(nowMs: number): string {
  const [day = '', time = ''] = beijingTime(toInstant(nowMs)).split(' ');
  const [year, month, date] = day.split('-').map(Number);
  return `${year}年${month}月${date}日 ${time.slice(0, 5)}`;
}

/** Who answers for it, at the end of every text. */
export const signedBy = operator.name;
