import type { Label } from './fields';
import { typeOfLabel, typesOf, typeTells } from './vcard-labels';
import {
  type ContentLine,
  escapeText,
  formatLine,
  type Parameter,
  parameterOf,
  tidy,
  unescapeText,
} from './vcard-line';
import { splitComponents } from './vcard-names';
import { mailOf, phoneOf } from './vcard-values';

/**
 * What a property says beyond what has a place on our cards: that a fax is the one at home, a third unit of an organisation, a
 * post-office box. The line is kept with a mark, and an export puts it in the place of what it is a detail of, as long as that is
 * what it was; once the person changes or deletes that, its details go with it.
 */

/** The mark, a parameter that no file brings in and no export lets out. */
export const DETAIL = 'X-LELIAO-DETAIL';

/** Before the name of a second name, organisation or title, where a reader would take it for the first. */
export const FURTHER = 'X-LELIAO-';

/** Types that say nothing, or what the order of the properties says. */
const silent = new Set(['pref', 'voice', 'internet', 'intl', 'postal', 'parcel', 'text', '']);

/** The types of a property that its label does not tell. */
export function typesBeside(line: ContentLine, label: Label | undefined): string[] {
  return [...new Set(typesOf(line))].filter((type) => !silent.has(type) && !typeTells(type, label));
}

/** Parameters that say how a value is written or told apart from others, or what stands elsewhere on our cards. */
const told = new Set(['TYPE', 'VALUE', 'LANGUAGE', 'ALTID', 'PREF', 'LABEL', DETAIL]);

/** Whatever else is said of a property: how it is sorted, where an address is, what only the program that wrote it knows. */
export function parametersBeside({ parameters }: ContentLine): Parameter[] {
  return parameters.filter(({ name, values }) => !told.has(name) && values.some(Boolean));
}

/** From which part on a structured value says more than our cards. */
const partsOnCard: Record<string, (parts: string[]) => boolean> = {
  N: (parts) => parts.slice(2).some(Boolean),
  ORG: (parts) => parts.slice(1).filter(Boolean).length > 1,
  ADR: (parts) => parts.slice(0, 2).some(Boolean),
};
const typed = new Set(['TEL', 'EMAIL', 'ADR', 'URL']);

/**
 * The line by which a property is kept that says more than stands on the card, in one form however it was written. Undefined where
 * it says no more. `ownLabel`: its group has a label in the person's own words.
 */
export function detailOf(line: ContentLine, label: Label | undefined, ownLabel: boolean): string | undefined {
  const { name, group } = line;
  const onCard = name === 'URL' ? undefined : label; // a site has no label there
  const beside = typed.has(name) ? typesBeside(line, onCard) : [];
  const parts = name in partsOnCard ? splitComponents(line.value) : [];
  const more = typed.has(name) || name in partsOnCard ? parametersBeside(line) : [];
  const saysMore = partsOnCard[name]?.(parts) || beside.length + more.length > 0;
  if (!saysMore && !(ownLabel && typed.has(name))) return undefined;
  const types = [...(onCard && typed.has(name) ? [typeOfLabel[onCard]] : []), ...beside];
  const parameters = [
    ...(types.length > 0 ? [{ name: 'TYPE', values: types }] : []),
    ...more,
    { name: DETAIL, values: ['1'] },
  ];
  // Several given names in one part stay several.
  const value =
    name === 'N' ? line.value : parts.length > 0 ? parts.map(escapeText).join(';') : escapeText(textOf(line));
  return formatLine({ ...(ownLabel && group !== undefined && { group }), name, parameters, value });
}

/** A phone, a mail or a site as it stands on a card of ours. */
export function textOf(line: ContentLine): string {
  if (line.name === 'TEL') return phoneOf(line);
  return line.name === 'EMAIL' ? mailOf(line) : tidy(unescapeText(line.value));
}

/** Whether a kept line is a detail of something that stands on the card. */
export function isDetail(line: ContentLine): boolean {
  return parameterOf(line, DETAIL).length > 0;
}

/** The line without the mark. */
export function withoutMark({ asItCame: _, ...line }: ContentLine): ContentLine {
  return { ...line, parameters: line.parameters.filter(({ name }) => name !== DETAIL) };
}
