import { withoutRadicals } from './radicals';

/** FaceID takes 32 characters. */
export const MAX_NAME_CHARS = 32;

const dots = /[•・･∙‧●．.]/gu;
/** 〇 is a number to Unicode, and a character of names. */
const shape = /^[\p{L}\p{M}〇](?:[\p{L}\p{M}〇·' -]*[\p{L}\p{M}〇])?$/u;
/** What nobody sees and what is copied along with a name. */
const unseen = /[\p{Cf}\p{Cc}]/gu;

/**
 * A name as identity cards have it: spaces at the ends dropped, none between Chinese characters, and one form of the dot
 * that stands inside many names.
 */
export function readName(text: string): { name: string } | { fault: string } {
  const name = withoutRadicals(text)
    .normalize('NFKC')
    .replace(/[\t\r\n]/g, ' ')
    .replace(unseen, '')
    .trim()
    .replace(dots, '·')
    .replace(/\s*·\s*/gu, '·')
    .replace(/(?<=\p{Script=Han})\s+(?=\p{Script=Han})/gu, '')
    .replace(/\s+/gu, ' ');
  if ([...name].length > MAX_NAME_CHARS) return { fault: `最多 ${MAX_NAME_CHARS} 个字` };
  return shape.test(name) ? { name } : { fault: '请填写证件上的姓名' };
}

/** What is kept of a name and shown to its owner: the last character. */
export function maskName(name: string): string {
  const characters = [...name];
  const hidden = Math.max(1, characters.length - 1);
  return `${'*'.repeat(Math.min(hidden, 8))}${characters.length > 1 ? characters.at(-1) : ''}`;
}
