import type { ContentLine } from './vcard-line';

/** Why a property was not taken over, in words for people. */
export const refusals = {
  /** PHOTO, LOGO, SOUND, KEY, or anything that carries a file in itself: it may hold place, time and device (C7). */
  'picture-or-file': '图片、声音、密钥等文件不导入：其中可能带有拍摄地点、时间和设备信息。',
  'card-inside-card': '名片里嵌套的名片不导入。',
  'not-a-property': '这一行不是名片属性。',
  'unreadable-charset': '文字与所标的编码不符，无法读出。',
  'too-long': '内容过长。',
  'too-many-kept': '保留的属性已到上限。',
} as const;
export type Refusal = keyof typeof refusals;
export type Outcome = 'understood' | 'kept' | Refusal;
/** A line of a card, with what was done with it. */
export type LineOutcome = { line: ContentLine; outcome: Outcome };
