import type { Address, CardContent } from './content';
import { type Label, type Structured, textParts } from './fields';
import { typeOfLabel } from './vcard-labels';
import { LANGUAGE_PROPERTY } from './vcard-languages';
import { type ContentLine, escapeText, type Parameter, parameterOf, parseLine, tidy } from './vcard-line';
import { displayAddress, namePartsOf } from './vcard-names';

export type VCardVersion = '3.0' | '4.0';
/** What is to be written: a whole card for its owner, or the part of one that another person may see. */
export type Writable = Partial<CardContent>;
/** A property before its value is escaped; a list is a structured value. A kept one is a line as it came. */
export type Property =
  | { group?: string; name: string; parameters: Parameter[]; value: string | string[] }
  | { kept: ContentLine };

/** FN must be there (RFC 6350 section 6.2.1) also where the name is not among what may be seen. */
const NAMELESS = '名片';

/** Kept properties that vCard 3.0 has room for once only: a second one would be taken for the card's own. */
const onceIn3 = new Set(['FN', 'N', 'ORG', 'TITLE', LANGUAGE_PROPERTY]);
const never = new Set(['BEGIN', 'END', 'VERSION']);

type Add = (
  name: string,
  value: string | string[] | undefined,
  parameters?: Parameter[],
  lines?: boolean,
) => void;
type Writing = {
  content: Writable;
  version: VCardVersion;
  kept: ContentLine[];
  /** The kept N that says more than family and given name, while these are what they were. */
  rich: ContentLine | undefined;
  /** Whether the card says the same in several languages, by ALTID. */
  variants: boolean;
  list: Property[];
  add: Add;
};

const withAnother = () => {};
/** How a part is written that is more than one text, in the order in which they are written. */
const writers: Record<Structured<'vCard'>, (writing: Writing) => void> = {
  name: writeName,
  familyName: withAnother,
  givenName: withAnother,
  organisation: ({ content, add, variants }) => add('ORG', organisationOf(content), altid('2', variants)),
  department: withAnother,
  title: ({ content, add, variants }) => add('TITLE', content.title, altid('3', variants)),
  otherLanguages: writeLanguages,
  phones({ content, add }) {
    for (const { number, label } of content.phones ?? []) add('TEL', number, typeOf(label));
  },
  mails({ content, add }) {
    for (const { address, label } of content.mails ?? []) add('EMAIL', address, typeOf(label));
  },
  addresses({ content, version, list }) {
    for (const [index, address] of (content.addresses ?? []).entries())
      list.push(...addressProperties(address, version, `ADR${index + 1}`));
  },
  sites({ content, add }) {
    for (const site of content.sites ?? []) add('URL', site);
  },
  wechatId: ({ content, add }) => add('X-WECHAT', content.wechatId),
};

/**
 * The properties of a card in the order in which they are written, the same for the same content. Values are tidied, so
 * that no content can start a line of its own.
 */
export function propertiesOf(content: Writable, version: VCardVersion): Property[] {
  const kept = (content.kept ?? []).flatMap((line) => keptLine(line) ?? []);
  const list: Property[] = [];
  const add: Add = (name, value, parameters = [], lines = false) => {
    const parts = Array.isArray(value) ? value.map((one) => tidy(one)) : tidy(value ?? '', lines);
    if (parts.length > 0 && (typeof parts === 'string' || parts.some(Boolean)))
      list.push({ name, parameters, value: parts });
  };
  const rich = kept.find((line) => line.name === 'N' && isSameName(line, content));
  const variants = version === '4.0' && (content.otherLanguages ?? []).length > 0;
  const writing = { content, version, kept, rich, variants, list, add };
  for (const write of Object.values(writers)) write(writing);
  writeTexts(writing);
  writeKept(writing);
  return list;
}

function altid(id: string, variants: boolean): Parameter[] {
  return variants ? [{ name: 'ALTID', values: [id] }] : [];
}

function writeName({ content, version, kept, rich, variants, list, add }: Writing): void {
  add('FN', content.name?.trim() || content.organisation?.trim() || NAMELESS, altid('1', variants));
  if (rich) list.push({ kept: rich });
  else add('N', nameParts(content, version), variantOf(kept, version));
}

function writeLanguages({ content, variants, add }: Writing): void {
  for (const { language, name, organisation, title } of content.otherLanguages ?? []) {
    const parameters = [{ name: 'LANGUAGE', values: [tidy(language)] }];
    if (variants) {
      add('FN', name, [...altid('1', variants), ...parameters]);
      add('ORG', organisation && [organisation], [...altid('2', variants), ...parameters]);
      add('TITLE', title, [...altid('3', variants), ...parameters]);
    } else add(LANGUAGE_PROPERTY, [name ?? '', organisation ?? '', title ?? ''], parameters);
  }
}

/** The parts that are one text of a property. */
function writeTexts({ content, add }: Writing): void {
  for (const [part, { one, vCard }] of textParts)
    if (typeof vCard !== 'string' && 'property' in vCard)
      add(vCard.property, content[part] as string | undefined, [], one.lines);
}

function writeKept({ version, kept, rich, list }: Writing): void {
  for (const line of kept) {
    const has = (name: string) => list.some((one) => 'name' in one && one.name === name);
    const stale = line.name === 'N' && !(version === '4.0' && isVariant(line));
    if (line !== rich && !stale && !(version === '3.0' && onceIn3.has(line.name) && has(line.name)))
      list.push({ kept: line });
  }
}

/** A kept line that can be written, or undefined for anything that is not one harmless line. */
function keptLine(text: string): ContentLine | undefined {
  const line = parseLine(tidy(text));
  return line && !never.has(line.name) ? { ...line, asItCame: tidy(text) } : undefined;
}

function isSameName(line: ContentLine, { name = '', familyName = '', givenName = '' }: Writable): boolean {
  const [family = '', given = ''] = namePartsOf(line.value);
  if (isVariant(line)) return false;
  const whole = familyName === '' && givenName === '' && family + given === name;
  return whole || (family === familyName && given === givenName && family + given !== '');
}

/** vCard 3.0 must have N; a name that is not outcomes apart goes into its first part, as Chinese phones do. */
function nameParts(
  { name = '', familyName = '', givenName = '' }: Writable,
  version: VCardVersion,
): string[] {
  if (familyName || givenName) return [familyName, givenName, '', '', ''];
  return version === '3.0' ? [name.trim() || NAMELESS, '', '', '', ''] : [];
}

/** N may be there twice only as one name in two languages, which share an ALTID (RFC 6350 section 6.2.2). */
function variantOf(kept: ContentLine[], version: VCardVersion): Parameter[] {
  const other = kept.find((line) => line.name === 'N' && isVariant(line));
  return other && version === '4.0' ? other.parameters.filter(({ name }) => name === 'ALTID') : [];
}

function isVariant(line: ContentLine): boolean {
  return parameterOf(line, 'LANGUAGE').length > 0 && parameterOf(line, 'ALTID').length > 0;
}

function organisationOf({ organisation = '', department = '' }: Writable): string[] {
  return department ? [organisation, department] : [organisation];
}

function typeOf(label: Label | undefined): Parameter[] {
  return label ? [{ name: 'TYPE', values: [typeOfLabel[label]] }] : [];
}

/**
 * The text goes along where the parts do not give it: as LABEL parameter (4.0), or as LABEL property that a group holds to
 * its address (3.0). Without parts it is the street, which every phone shows.
 */
function addressProperties(address: Address, version: VCardVersion, group: string): Property[] {
  const { country = '', region = '', city = '', street = '', postcode = '' } = address;
  const parts = ['', '', street, city, region, postcode, country].map((one) => tidy(one));
  const text = tidy(address.text, true);
  const parameters = typeOf(address.label);
  const none = !parts.some(Boolean);
  const value = none ? ['', '', tidy(text), '', '', '', ''] : parts;
  const outcomes = none ? tidy(text) : displayAddress({ country, region, city, street, postcode });
  if (outcomes === text) return text ? [{ name: 'ADR', parameters, value }] : [];
  if (version === '3.0')
    return [
      { group, name: 'ADR', parameters, value },
      { group, name: 'LABEL', parameters, value: text },
    ];
  // Readers undo the escapes of a text here as well: the example of the standard has one.
  const label = { name: 'LABEL', values: [text.replace(/\\/g, '\\\\')] };
  return [{ name: 'ADR', parameters: [...parameters, label], value }];
}

/** The property as a line. An address of a site is a URI, in which commas and semicolons are not escaped. */
export function lineOf(property: Property): ContentLine {
  if ('kept' in property) return property.kept;
  const { value, ...rest } = property;
  if (rest.name === 'URL') return { ...rest, value: String(value).replace(/\\/g, '\\\\') };
  return { ...rest, value: Array.isArray(value) ? value.map(escapeText).join(';') : escapeText(value) };
}
