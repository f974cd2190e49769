import { MEASURES, type Source, secondary, text } from './rule-sets';

/** What is reported: first; new facts and corrections afterwards; and at the end. */
export const reportKinds = ['initial', 'supplementary', 'closing'] as const;
export type ReportKind = (typeof reportKinds)[number];
export const reportNames: Record<ReportKind, string> = {
  initial: '初报',
  supplementary: '补报',
  closing: '总结报告',
};

/**
 * An item that a report must say. `now`: without it the report is not filed. `later`: it may follow, where cause, effect or
 * trend cannot be judged in time (art. 7 para 2). `if-any`: where there is something to say.
 */
export type ReportItem = Source & { id: string; name: string; asked: 'now' | 'later' | 'if-any' };

const ARTICLE_7 = `${MEASURES}第七条`;
const ARTICLE_8 = `${MEASURES}第八条`;

/** In the order of the article. Of items three to eight the wording was read in reprints only. */
const first: readonly ReportItem[] = [
  {
    id: 'entity',
    name: '一、单位名称和发生事件的设施、系统、平台的基本情况',
    asked: 'now',
    ...text(ARTICLE_7),
  },
  {
    id: 'event',
    name: '二、事件发现或者发生的时间、地点、类型、级别，已造成的影响和危害，已采取的措施及效果',
    asked: 'now',
    ...text(ARTICLE_7),
  },
  { id: 'ransom', name: '勒索攻击：要求支付的金额、方式、日期', asked: 'if-any', ...text(ARTICLE_7) },
  {
    id: 'trend',
    name: '三、事态发展趋势，可能造成的进一步影响和危害',
    asked: 'later',
    ...secondary(ARTICLE_7),
  },
  { id: 'cause', name: '四、事件原因的初步分析', asked: 'later', ...secondary(ARTICLE_7) },
  {
    id: 'leads',
    name: '五、溯源线索：可能的攻击者、攻击路径、存在的漏洞',
    asked: 'later',
    ...secondary(ARTICLE_7),
  },
  { id: 'next', name: '六、拟进一步采取的措施，请求支援的事项', asked: 'later', ...secondary(ARTICLE_7) },
  { id: 'scene', name: '七、事件现场的保护情况', asked: 'later', ...secondary(ARTICLE_7) },
  { id: 'other', name: '八、其他应当报告的情况', asked: 'if-any', ...secondary(ARTICLE_7) },
];

const closing: readonly ReportItem[] = (
  [
    ['cause', '一、事件原因'],
    ['measures', '二、应急处置措施'],
    ['harm', '三、造成的危害'],
    ['responsibility', '四、责任处理'],
    ['rectification', '五、完善整改情况'],
    ['lessons', '六、经验教训'],
  ] as const
).map(([id, name]) => ({ id, name, asked: 'now', ...text(ARTICLE_8) }));

/** What each kind of report asks for. A supplement says what is new of the first report's items. */
export const reportItems: Record<ReportKind, readonly ReportItem[]> = {
  initial: first,
  supplementary: first.map((item) => ({ ...item, asked: 'if-any' })),
  closing,
};

/** The items that are still to be said, of those asked for in this way. */
export function missingItems(
  kind: ReportKind,
  asked: ReportItem['asked'],
  said: Readonly<Record<string, string>>,
): ReportItem[] {
  return reportItems[kind].filter((item) => item.asked === asked && !Object.hasOwn(said, item.id));
}
