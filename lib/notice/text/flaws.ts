import type { KindId } from '../../policy/kinds';
import { charactersIn, hanIn, hasLineBreak } from './characters';
import {
  kindsItem,
  MAX_TITLE_CHARACTERS,
  type NoticeItem,
  type NoticeWords,
  noticeItemIds,
  noticeItems,
} from './items';

/** What is wrong with one field, in the service's own words: never what stands in it. */
export type Flaw = { field: string; problem: string };

/** Words of which some may still be missing. */
export type DraftWords = { [Name in keyof NoticeWords]?: NoticeWords[Name] | undefined };

/** Fewer say nothing. */
const MIN_HAN = 4;

/** What stands where something is still to be written, after the full-width forms have become plain ones. */
const placeholder =
  /待补|待定|待填|待完善|待确认|占位|此处|请填写|某某|同上|TBD|TODO|FIXME|LOREM|[X×*]{2,}|_{2,}|-{3,}|\.{3,}|\?{2,}|[{}<>$]|\[|\]|【|】/iu;
const says = {
  nothing: /^(无|暂无|没有|不详|未知|略|不适用|N\/?A|NONE|NULL)[。.!]?$/iu,
  investigating: /(正在|尚在|仍在|还在|有待)(进一步)?调查|调查中|待查|(尚未|还没有?)查[明清]|原因不明/u,
  personal: /(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dX](?![\dA-Z])/iu,
  reachable: /\d[\d -]{3,}\d|[^\s@]+@[^\s@]+\.[^\s@]+/u,
};

/**
 * What keeps a notice from being sent (promise B4; PIPL art. 57): a missing item by its name and article, whatever looks like a
 * placeholder, a cause that is still looked for and does not say so in `causeStatus`. Empty: it is whole.
 */
export function flawsOf(words: DraftWords, kinds: readonly KindId[]): Flaw[] {
  const flaws: Flaw[] = [];
  if (kinds.length === 0) flaws.push({ field: 'kinds', problem: missing(kindsItem) });
  flaws.push(...titleFlaws(words.title));
  if (!words.state) flaws.push({ field: 'words.state', problem: '缺少“处置状态”' });
  if (!words.causeStatus)
    flaws.push({ field: 'words.causeStatus', problem: '缺少：须写明原因已经查明，还是正在调查' });
  for (const id of noticeItemIds) {
    const problem = itemProblem(id, words[id], words.causeStatus);
    if (problem) flaws.push({ field: `words.${id}`, problem });
  }
  return flaws;
}

const missing = ({ name, article }: Pick<NoticeItem, 'name' | 'article'>) => `缺少“${name}”（${article}）`;

export function titleFlaws(title: string | undefined): Flaw[] {
  const flaw = (problem: string) => [{ field: 'words.title', problem }];
  if (!title?.trim()) return flaw('缺少标题');
  if (hasLineBreak(title)) return flaw('标题不能换行');
  if (charactersIn(title) > MAX_TITLE_CHARACTERS) return flaw(`标题过长，最多 ${MAX_TITLE_CHARACTERS} 个字`);
  return flaw(textProblem(title) ?? '').filter(({ problem }) => problem !== '');
}

function itemProblem(
  id: (typeof noticeItemIds)[number],
  given: string | undefined,
  causeStatus: DraftWords['causeStatus'],
): string | undefined {
  const item: NoticeItem = noticeItems[id];
  const text = given?.trim() ?? '';
  if (text === '' || says.nothing.test(text)) return missing(item);
  if (charactersIn(text) > item.max) return `过长，最多 ${item.max} 个字`;
  if (id === 'contact')
    return says.reachable.test(text) ? placeholderProblem(text) : '须写明可以拨打的电话或者电子邮箱';
  if (id === 'cause' && causeStatus === 'known' && says.investigating.test(text))
    return '写“正在调查”时，causeStatus 须为 under-investigation；已经查明的，请写明原因';
  if (id === 'cause' && causeStatus === 'under-investigation' && !says.investigating.test(text))
    return '原因还没有查明的，须写明“正在调查”';
  return textProblem(text);
}

/** What is wrong with words that everybody may read, whatever they are about. */
export function textProblem(text: string): string | undefined {
  if (says.personal.test(text)) return '含有像手机号码或者公民身份号码的内容，告知文字不能写个人的信息';
  return placeholderProblem(text) ?? (hanIn(text) < MIN_HAN ? `过短，至少 ${MIN_HAN} 个汉字` : undefined);
}

/** Whether a text says how somebody is reached. */
export const isReachable = (text: string): boolean => says.reachable.test(text);

export function placeholderProblem(text: string): string | undefined {
  return placeholder.test(text.normalize('NFKC')) || placeholder.test(text)
    ? '含有像占位符或者变量的内容，请写完整'
    : undefined;
}
