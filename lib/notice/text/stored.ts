import type { NoticeTexts } from './texts';

/** How a notice keeps its texts: JSON by channel; `text` is what mail, inbox and announcement have in common. */
export type StoredTexts = Record<string, string>;

export function toStored({ subscribe, sms, ...text }: NoticeTexts): StoredTexts {
  return {
    text: JSON.stringify(text),
    ...(subscribe && { subscribe: JSON.stringify(subscribe) }),
    ...(sms && { sms: JSON.stringify(sms) }),
  };
}

/** What `toStored` has made. @throws Error for anything else: it was not this build's kind of notice */
export function fromStored({ text, subscribe, sms }: StoredTexts): NoticeTexts {
  if (text === undefined) throw new Error('a notice has no text');
  return {
    ...JSON.parse(text),
    ...(subscribe !== undefined && { subscribe: JSON.parse(subscribe) }),
    ...(sms !== undefined && { sms: JSON.parse(sms) }),
  };
}
