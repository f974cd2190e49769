import { toInstant } from '../../clock';
import type { KindId } from '../../policy/kinds';
import { operator } from '../../policy/registry';
import { beijingDay, beijingTime } from '../../policy/working-days';
import type { ChannelId } from '../channel';
import { type NoticeKind, type NoticeKindId, noticeKinds, type Reader } from '../kinds';
import type { Flaw } from './flaws';
import {
  type Filled,
  fillSms,
  fillSubscribe,
  type SmsContent,
  type SubscribeValues,
  smsTemplates,
  subscribeTemplates,
  type TemplateValues,
} from './templates';

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
  /** The first words, by who reads. */
  openings: NoticeKind['openings'];
  sections: Section[];
  /** When the text was made, as a day in Beijing. */
  day: string;
  subscribe?: Record<Reader, SubscribeMessage>;
  sms?: Record<Reader, SmsMessage>;
};

/** What a channel of templates needs: which of them the operator has had approved. */
export type ApprovedTemplates = Partial<Record<'subscribe' | 'sms', Readonly<Record<string, string>>>>;

/** Of the mini-program, with the number of the notice and nothing else. */
const PAGE = 'pages/notice/notice?id=';
const DRILL = '【演练】';

export type Wording = {
  noticeId: string;
  kind: NoticeKindId;
  title: string;
  /** How far the matter has come, for templates that say so. */
  state?: string;
  sections: Section[];
  /** All the kinds of the audience; none where it is about no data of anybody's. */
  kinds: KindId[];
  drill: boolean;
  /** Partners' channels among those that are meant to be used. */
  channels: readonly string[];
  /** The moment that a template shows: when the text is made, where nothing else is said. */
  atMs?: number;
  nowMs: number;
};

/** The texts of a notice, or what is wrong with them by channel and field. The words are whole already. */
export function textsOf(
  wording: Wording,
  approved: ApprovedTemplates,
): { texts: NoticeTexts } | { flaws: Flaw[] } {
  const { noticeId, kind, sections, kinds, drill, channels, nowMs, atMs = nowMs, state } = wording;
  const row: NoticeKind = noticeKinds[kind];
  const title = `${drill ? DRILL : ''}${wording.title}`;
  const values = { title, at: timeVariable(atMs), number: noticeId, ...(state !== undefined && { state }) };
  const texts: NoticeTexts = { title, kinds, openings: row.openings, sections, day: beijingDay(nowMs) };
  const flaws: Flaw[] = [];
  if (channels.includes('subscribe')) texts.subscribe = subscribeFor(row, values, approved, flaws);
  if (channels.includes('sms')) texts.sms = smsFor(row, values, approved, flaws);
  return flaws.length > 0 ? { flaws } : { texts };
}

/** The channels of a kind for which platforms have approved what it needs. */
export function openChannels(kind: NoticeKindId, approved: ApprovedTemplates): ChannelId[] {
  const { channels, templates }: NoticeKind = noticeKinds[kind];
  const has = (channel: 'subscribe' | 'sms') =>
    Object.values(templates).every((names) => approved[channel]?.[names[channel] ?? ''] !== undefined);
  return channels.filter((channel) => (channel === 'subscribe' || channel === 'sms' ? has(channel) : true));
}

type Values = Partial<TemplateValues> & { number: string };

function subscribeFor(row: NoticeKind, values: Values, { subscribe }: ApprovedTemplates, flaws: Flaw[]) {
  return forReaders(row, ({ subscribe: name }) => {
    const template = (name && subscribe?.[name]) ?? '';
    if (!template) flaws.push({ field: `subscribe.${name}`, problem: NOT_APPROVED });
    const filled: Filled<SubscribeValues> = name
      ? fillSubscribe(subscribeTemplates[name], values)
      : { flaws: [] };
    if (filled.flaws) flaws.push(...filled.flaws);
    return { template, page: `${PAGE}${values.number}`, values: filled.message ?? {} };
  });
}

function smsFor(row: NoticeKind, values: Values, { sms }: ApprovedTemplates, flaws: Flaw[]) {
  return forReaders(row, ({ sms: name }) => {
    const template = (name && sms?.[name]) ?? '';
    if (!template) flaws.push({ field: `sms.${name}`, problem: NOT_APPROVED });
    const filled: Filled<SmsContent> = name ? fillSms(smsTemplates[name], values) : { flaws: [] };
    if (filled.flaws) flaws.push(...filled.flaws);
    return { template, ...(filled.message ?? { parameters: [], whole: '', segments: 0 }) };
  });
}

const NOT_APPROVED = '这一渠道还没有平台批准的模板（设置 NOTICE_TEMPLATES）';

/** Of readers whom a kind does not tell nothing is made. */
function forReaders<T>(
  { templates }: NoticeKind,
  make: (names: NonNullable<NoticeKind['templates'][Reader]>) => T,
): Record<Reader, T> {
  return Object.fromEntries(
    Object.entries(templates).map(([reader, names]) => [reader, make(names)]),
  ) as Record<Reader, T>;
}

/** As WeChat's variable of the type `time` has it. */
function timeVariable(nowMs: number): string {
  const [day = '', time = ''] = beijingTime(toInstant(nowMs)).split(' ');
  const [year, month, date] = day.split('-').map(Number);
  return `${year}年${month}月${date}日 ${time.slice(0, 5)}`;
}

/** Who answers for it, at the end of every text. */
export const signedBy = operator.name;
