import type { NoticeTexts } from './texts';

/** How a notice keeps its texts: JSON for each channel whose client needs some. Mail and inbox have the same. */
export type StoredTexts = Record<string, string>;

export function toStored(
  { subscribe, sms, ...whole }: NoticeTexts,
  channels: readonly string[],
): StoredTexts {
  const text = JSON.stringify(whole);
  return {
    inbox: text,
    ...(channels.includes('mail') && { mail: text }),
    ...(subscribe && { subscribe: JSON.stringify(subscribe) }),
    ...(sms && { sms: JSON.stringify(sms) }),
  };
}

/** What `toStored` has made. @throws Error for anything else: it was not this build's kind of notice */
export function fromStored({ inbox, subscribe, sms }: StoredTexts): NoticeTexts {
  if (inbox === undefined) throw new Error('a notice has no text');
  return {
    ...JSON.parse(inbox),
    ...(subscribe !== undefined && { subscribe: JSON.parse(subscribe) }),
    ...(sms !== undefined && { sms: JSON.parse(sms) }),
  };
}
