import { withoutRadicals } from './radicals';

/** Characters of a name on an identity document; FaceID takes no more. */
export const MAX_PERSON_NAME_CHARACTERS = 32;

const dots = /[•・･∙‧●．.⋅◦᛫ꞏ⸱⸳⦁]|(?<=\p{Script=Han})[。、](?=\p{Script=Han})/gu;
const apostrophes = /[’‘ʼʹ´`′]/gu;
const hyphens = /[‐‑‒–—−]/gu;
/** 〇 is a number to Unicode, and a character of names; keyboards have circles that look like it. */
const circles = /(?<=\p{Script=Han})[○◯]|[○◯](?=\p{Script=Han})/gu;
const shape = /^[\p{L}\p{M}〇](?:[\p{L}\p{M}〇·' -]*[\p{L}\p{M}〇])?$/u;
/** What nobody sees and what is copied along with a name; that a character is to be drawn in one way and not in another as well. */
const unseen = /[\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}]/gu;

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
    .replace(circles, '〇')
    .replace(apostrophes, "'")
    .replace(hyphens, '-')
    .replace(dots, '·')
    .replace(/\s*·[\s·]*/gu, '·')
    .replace(/(?<=\p{Script=Han})\s+(?=\p{Script=Han})/gu, '')
    .replace(/\s+/gu, ' ');
  if ([...name].length > MAX_PERSON_NAME_CHARACTERS)
    return { fault: `最多 ${MAX_PERSON_NAME_CHARACTERS} 个字` };
  return shape.test(name) ? { name } : { fault: '请填写证件上的姓名' };
}

type Names = {
  name?: string | undefined;
  familyName?: string | undefined;
  givenName?: string | undefined;
  otherLanguages?: { name?: string | undefined }[] | undefined;
};

const han = /\p{Script=Han}/u;

/**
 * The names by which what is shown of a card calls its owner, each as identity cards have it: the displayed one, its parts
 * together, and those in Chinese characters of other languages. One in other letters is a way to write it that no document has,
 * and says nothing. Undefined where there is none, or one that nobody can bear.
 */
export function namesShown({
  name,
  familyName,
  givenName,
  otherLanguages = [],
}: Names): string[] | undefined {
  if (name === undefined) return undefined;
  const parts = [familyName, givenName].filter((part) => part !== undefined);
  const whole = parts.some((part) => han.test(part)) ? [parts.join('')] : [];
  const others = otherLanguages.flatMap((one) => (one.name && han.test(one.name) ? [one.name] : []));
  const read = [name, ...whole, ...others].map(readName);
  const names = read.flatMap((one) => ('name' in one ? [one.name] : []));
  return names.length === read.length ? [...new Set(names)] : undefined;
}
