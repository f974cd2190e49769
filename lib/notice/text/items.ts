import * as z from 'zod/mini';

/**
 * What a notice of an incident has to say, in the order in which it is read: every item of PIPL art. 57, what 网络数据安全管理条例
 * art. 11 and clause 7.2 of the policy add. The kinds are no item that anybody writes: they follow from the audience.
 */
export type NoticeItem = {
  /** Heading in the text. */
  name: string;
  article: string;
  /** From when the rule has been in force. */
  since: string;
  /** Characters at most. */
  max: number;
};

const MAX_ITEM_CHARACTERS = 600;
const PIPL = '2021-11-01';
const REGULATION = '2025-01-01';

export const noticeItems = {
  event: {
    name: '发生了什么',
    article: '网络数据安全管理条例第十一条',
    since: REGULATION,
    max: MAX_ITEM_CHARACTERS,
  },
  cause: {
    name: '原因',
    article: '个人信息保护法第五十七条第一款第一项',
    since: PIPL,
    max: MAX_ITEM_CHARACTERS,
  },
  harm: {
    name: '可能造成的危害',
    article: '个人信息保护法第五十七条第一款第一项',
    since: PIPL,
    max: MAX_ITEM_CHARACTERS,
  },
  remedies: {
    name: '我们已经采取的补救措施',
    article: '个人信息保护法第五十七条第一款第二项',
    since: PIPL,
    max: MAX_ITEM_CHARACTERS,
  },
  selfHelp: {
    name: '您可以采取的减轻危害的措施',
    article: '个人信息保护法第五十七条第一款第二项',
    since: PIPL,
    max: MAX_ITEM_CHARACTERS,
  },
  advice: {
    name: '防范和降低风险的建议',
    article: '个人信息保护政策 7.2',
    since: '2020-04-03',
    max: MAX_ITEM_CHARACTERS,
  },
  contact: {
    name: '联系方式',
    article: '个人信息保护法第五十七条第一款第三项',
    since: PIPL,
    max: 100,
  },
} as const satisfies Record<string, NoticeItem>;

export type NoticeItemId = keyof typeof noticeItems;
export const noticeItemIds = Object.keys(noticeItems) as NoticeItemId[];

/** The item that says which kinds of a person's data it is about. It is computed. */
export const kindsItem: Omit<NoticeItem, 'max'> = {
  name: '涉及的信息种类',
  article: '个人信息保护法第五十七条第一款第一项',
  since: PIPL,
};

/** A template's variable holds 20 characters, of which a drill takes four to say so. */
export const MAX_TITLE_CHARACTERS = 16;

/** How far the handling has come, in words that fit where a message has room for five. */
export const noticeStates = ['正在处置', '已经补救'] as const;

/** The words of a notice. Public: they are the same for everybody, and name nobody. */
export const noticeWords = z.strictObject({
  title: z.string(),
  state: z.enum(noticeStates),
  causeStatus: z.enum(['known', 'under-investigation']),
  ...(Object.fromEntries(noticeItemIds.map((id) => [id, z.string()])) as Record<
    NoticeItemId,
    z.ZodMiniString
  >),
});
export type NoticeWords = z.infer<typeof noticeWords>;
