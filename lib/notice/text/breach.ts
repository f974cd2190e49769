import { kindsItem, type NoticeWords, noticeItemIds, noticeItems } from './items';
import type { Section, Wording } from './texts';

/** What a notice of an incident says, as every notice is worded. The kinds stand before the cause, as in PIPL art. 57. */
export function breachWording(words: NoticeWords): Pick<Wording, 'kind' | 'title' | 'state' | 'sections'> {
  const sections = noticeItemIds.flatMap((id) => {
    const section: Section = { heading: noticeItems[id].name, text: words[id].trim() };
    return id === 'event' ? [section, { heading: kindsItem.name }] : [section];
  });
  return { kind: 'breach', title: words.title, state: words.state, sections };
}
