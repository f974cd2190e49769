/**
 * What a vCard file may hold and what fits on a card, each limit with its unit, and the one error that a whole file can
 * meet. Lengths "in characters" are UTF-16 code units, as `String.length` and the input checks of the operations count.
 */

/** Bytes of a file. Pictures count here although they are refused: a phone's export with pictures is often larger. */
export const MAX_VCARD_FILE_BYTES = 4 * 1024 * 1024;
/** Lines of a file as they stand in it, before unfolding. */
export const MAX_VCARD_FILE_LINES = 100_000;
/** Cards in a file, in the file's own count: an unreadable one counts too. */
export const MAX_CARDS_IN_FILE = 500;
/** Properties of one card, those that are refused included. */
export const MAX_PROPERTIES_PER_CARD = 500;
/** Bytes of one property after unfolding, as it came. */
export const MAX_PROPERTY_BYTES = 16 * 1024;
/** Bytes (UTF-8) of all kept lines of one card together; how many there may be is MAX_KEPT_LINES. */
export const MAX_KEPT_BYTES = 8 * 1024;
export const MAX_KEPT_LINE_CHARACTERS = 2000;

export const MAX_NAME_CHARACTERS = 64;
export const MAX_ORGANISATION_CHARACTERS = 128;
export const MAX_TITLE_CHARACTERS = 64;
export const MAX_PHONE_CHARACTERS = 32;
export const MAX_MAIL_CHARACTERS = 254;
export const MAX_ADDRESS_CHARACTERS = 256;
/** Country, region and city, each; the street may be as long as the whole. */
export const MAX_ADDRESS_PART_CHARACTERS = 64;
export const MAX_POSTCODE_CHARACTERS = 16;
export const MAX_SITE_CHARACTERS = 2048;
export const MAX_WECHAT_ID_CHARACTERS = 64;
export const MAX_NOTE_CHARACTERS = 1000;
const sentences = {
  'no-card': '文件里没有名片：找不到 BEGIN:VCARD 这一行。',
  'too-large': `文件超过 ${MAX_VCARD_FILE_BYTES / 1024 / 1024} MB。请在导出时不带照片，或者分成几个文件。`,
  'too-many-lines': `文件超过 ${MAX_VCARD_FILE_LINES} 行，请分成几个文件。`,
  'too-many-cards': `一个文件最多 ${MAX_CARDS_IN_FILE} 张名片，请分成几个文件。`,
  'not-a-jcard': '这不是 jCard（RFC 7095）：应当是 ["vcard", [属性]] 的形状。',
} as const;

/** A file that is not read at all. The message, for people, names the limit and never anything that stands in the file. */
export class VCardError extends Error {
  constructor(readonly reason: keyof typeof sentences) {
    super(sentences[reason]);
    this.name = 'VCardError';
  }
}

/** Why a card of a file could not be used, in words for people. */
export const cardProblems = {
  'cut-short': '名片不完整：没有 END:VCARD 这一行。',
  'too-many-properties': `名片的属性超过 ${MAX_PROPERTIES_PER_CARD} 项。`,
  'no-name': `名片没有可用的姓名（FN、N、ORG），也没有可以代替姓名的单位、昵称、电话、邮箱、职务、网址或地址；或者都超过 ${MAX_NAME_CHARACTERS} 个字符。`,
} as const;
export type CardProblem = keyof typeof cardProblems;
