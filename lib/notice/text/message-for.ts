import type { KindId } from '../../policy/kinds';
import type { Message } from '../channel-set';
import type { Reader } from '../kinds';
import { type MailText, noticeFor } from './notice-for';
import type { NoticeTexts, SmsMessage, SubscribeMessage } from './texts';

/** What the client of each channel is given of one message of the engine: exactly what was approved for that channel. */
type Words = Pick<Message, 'text' | 'as'>;

export function subscribeFor({ text, as }: Words): SubscribeMessage {
  return (JSON.parse(text) as Record<Reader, SubscribeMessage>)[as];
}

export function smsFor({ text, as }: Words): SmsMessage {
  return (JSON.parse(text) as Record<Reader, SmsMessage>)[as];
}

/** With the person's own kinds. */
export function mailFor({ text, as, kinds, certain }: Message): MailText {
  const about = { kinds: kinds as readonly KindId[], certain };
  return noticeFor(JSON.parse(text) as NoticeTexts, about, as).mail;
}
