import type { Label } from './fields';
import { type ContentLine, parameterOf, unescapeText } from './vcard-line';

/** What TYPE parameters and Apple's labels say about a phone, a mail or an address, in the words of our cards. */

/** Types of one property that are looked at. */
const MAX_TYPES = 16;

const byWord: [Label, RegExp][] = [
  ['fax', /^(.*fax|传真|.*传真)$/],
  ['mobile', /^(cell|mobile|iphone|手机|移动电话|移动)$/],
  ['work', /^(work|business|company|工作|单位|公司|办公)$/],
  ['home', /^(home|家庭|住宅|家)$/],
  ['other', /^(other|x-other|其他|其它)$/],
];

/** Apple writes its own labels as _$!<Work>!$_. */
function wordOf(text: string): Label | undefined {
  const word = text
    .replace(/^_\$!<(.*)>!\$_$/, '$1')
    .trim()
    .toLowerCase();
  return byWord.find(([, pattern]) => pattern.test(word))?.[0];
}

/** The label in an X-ABLabel line, or undefined when it is a word of the person's own. */
export function labelOfText(line: ContentLine): Label | undefined {
  return wordOf(unescapeText(line.value));
}

/** Where several types are given, the one that tells most counts: WORK,FAX is a fax and CELL,WORK a mobile phone. */
export function labelOfTypes(line: ContentLine): Label | undefined {
  const found = typesOf(line).map(wordOf);
  return byWord.map(([label]) => label).find((label) => found.includes(label));
}

export function typesOf(line: ContentLine): string[] {
  const types = parameterOf(line, 'TYPE').slice(0, MAX_TYPES);
  return types.flatMap((one) => one.toLowerCase().split(',', MAX_TYPES));
}

/** Whether a label says all that a type says: a fax at home is more than a fax. */
export function typeTells(type: string, label: Label | undefined): boolean {
  return label !== undefined && wordOf(type) === label && (label !== 'fax' || /^(fax|传真)$/.test(type));
}

/** 1 comes first; 100 where nothing is said. */
export function preferenceOf(line: ContentLine): number {
  const place = Number(parameterOf(line, 'PREF')[0]);
  if (Number.isInteger(place) && place >= 1 && place <= 100) return place;
  return typesOf(line).includes('pref') ? 1 : 100;
}

/** How a label is written: in the words that phones know, and x-other where they know none. */
export const typeOfLabel: Record<Label, string> = {
  mobile: 'cell',
  work: 'work',
  home: 'home',
  fax: 'fax',
  other: 'x-other',
};
