import type { Address, CardContent } from './content';
import { type Label, type Structured, textParts } from './fields';
import { FURTHER, isDetail, parametersBeside, textOf, typesBeside, withoutMark } from './vcard-details';
import { inVersion, type VCardVersion } from './vcard-forms';
import { labelOfTypes, typeOfLabel } from './vcard-labels';
import { isVariant, LANGUAGE_PROPERTY } from './vcard-languages';
import { type ContentLine, escapeText, type Parameter, parseLine, tidy } from './vcard-line';
import { displayAddress, namePartsOf, splitComponents } from './vcard-names';
import { addressOf } from './vcard-values';

/** What is to be written: a whole card for its owner, or the part of one that another person may see. */
export type Writable = Partial<CardContent>;
/** A property before its value is escaped; a list is a structured value. A kept one is a line as it came. */
export type Property =
  | { group?: string; name: string; parameters: Parameter[]; value: string | string[] }
  | { kept: ContentLine };

/** FN must be there (RFC 6350 section 6.2.1) also where the name is not among what may be seen. */
const NAMELESS = '名片';

/** What each version has room for once only: a second one would be taken for the card's own, and goes under another name. */
const once = { '3.0': new Set(['FN', 'N', 'ORG', 'TITLE']), '4.0': new Set(['N']) };
const never = new Set(['BEGIN', 'END', 'VERSION']);

type Written = { group?: string; parameters?: Parameter[]; lines?: boolean | undefined };
type Add = (name: string, value: string | string[] | undefined, written?: Written) => void;
type Writing = {
  content: Writable;
  version: VCardVersion;
  kept: ContentLine[];
  /** The detail of a property that is written for the first time and still says the same. */
  detailOf(name: string, isSame: (line: ContentLine) => boolean): ContentLine | undefined;
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
  organisation: writeOrganisation,
  department: withAnother,
  title: ({ content, add, variants }) => add('TITLE', content.title, { parameters: altid('3', variants) }),
  otherLanguages: writeLanguages,
  phones(writing) {
    for (const { number, label } of writing.content.phones ?? []) addTyped(writing, 'TEL', number, label);
  },
  mails(writing) {
    for (const { address, label } of writing.content.mails ?? []) addTyped(writing, 'EMAIL', address, label);
  },
  addresses(writing) {
    for (const [index, address] of (writing.content.addresses ?? []).entries())
      writing.list.push(...addressProperties(address, writing, `ADR${index + 1}`));
  },
  sites(writing) {
    for (const site of writing.content.sites ?? []) addTyped(writing, 'URL', site);
  },
  wechatId: ({ content, add }) => add('X-WECHAT', content.wechatId),
};

/** One of a list, with the types of its label and of the detail that still says the same. */
function addTyped({ add, detailOf }: Writing, name: string, value: string, label?: Label): void {
  const detail = detailOf(name, (line) => textOf(line) === value);
  add(name, value, typed(label, detail));
}

/**
 * The properties of a card in the order in which they are written, the same for the same content. Values are tidied, so
 * that no content can start a line of its own.
 */
export function propertiesOf(content: Writable, version: VCardVersion): Property[] {
  const all = (content.kept ?? []).flatMap((line) => keptLine(line) ?? []);
  const details = all.filter(isDetail).map(withoutMark);
  const kept = all.filter((line) => !isDetail(line));
  const list: Property[] = [];
  const add: Add = (name, value, { group, parameters = [], lines = false } = {}) => {
    const parts = Array.isArray(value) ? value.map((one) => tidy(one)) : tidy(value ?? '', lines);
    if (parts.length > 0 && (typeof parts === 'string' || parts.some(Boolean)))
      list.push({ ...(group !== undefined && { group }), name, parameters, value: parts });
  };
  const variants = version === '4.0' && (content.otherLanguages ?? []).length > 0;
  const detailOf: Writing['detailOf'] = (name, isSame) => {
    const at = details.findIndex((line) => line.name === name && isSame(line));
    return at < 0 ? undefined : details.splice(at, 1)[0];
  };
  const writing = { content, version, kept, detailOf, variants, list, add };
  for (const write of Object.values(writers)) write(writing);
  writeTexts(writing);
  // What has been changed or deleted since takes its details with it, the label in the person's own words included.
  const stale = new Set(details.map(({ group }) => group));
  writeKept(
    writing,
    (line) => line.name === 'X-ABLABEL' && line.group !== undefined && stale.has(line.group),
  );
  return list;
}

function altid(id: string, variants: boolean): Parameter[] {
  return variants ? [{ name: 'ALTID', values: [id] }] : [];
}

function writeName({ content, version, kept, variants, list, add, detailOf }: Writing): void {
  const name = tidy(content.name ?? '') || tidy(content.organisation ?? '') || NAMELESS;
  add('FN', name, { parameters: altid('1', variants) });
  const whole = detailOf('N', (line) => isSameName(line, content));
  if (whole) list.push({ kept: whole });
  else add('N', nameParts(content, version), { parameters: variantOf(kept, version) });
}

function writeOrganisation({ content, add, variants, detailOf }: Writing): void {
  const { organisation = '', department = '' } = content;
  const units = detailOf('ORG', (line) => {
    const [first, ...others] = splitComponents(line.value);
    return first === organisation && others.filter(Boolean).join(' ') === department;
  });
  const parts = department ? [organisation, department] : [organisation];
  const parameters = [...altid('2', variants), ...(units ? parametersBeside(units) : [])];
  add('ORG', units ? splitComponents(units.value) : parts, { parameters });
}

function writeLanguages({ content, variants, add }: Writing): void {
  for (const { language, name, organisation, title } of content.otherLanguages ?? []) {
    const inIt = [{ name: 'LANGUAGE', values: [tidy(language)] }];
    const of = (id: string) => ({ parameters: [...altid(id, variants), ...inIt] });
    if (variants) {
      add('FN', name, of('1'));
      add('ORG', organisation && [organisation], of('2'));
      add('TITLE', title, of('3'));
    } else add(LANGUAGE_PROPERTY, [name ?? '', organisation ?? '', title ?? ''], { parameters: inIt });
  }
}

/** The parts that are one text of a property. */
function writeTexts({ content, add }: Writing): void {
  for (const [part, { one, vCard }] of textParts)
    if (typeof vCard !== 'string' && 'property' in vCard)
      add(vCard.property, content[part] as string | undefined, { lines: one.lines });
}

function writeKept({ version, kept, list }: Writing, isStale: (line: ContentLine) => boolean): void {
  for (const line of kept.filter((one) => !isStale(one))) {
    const has = list.some((one) => ('kept' in one ? one.kept : one).name === line.name);
    const second = once[version].has(line.name) && has && !(version === '4.0' && isVariant(line));
    const { asItCame: _, ...rest } = line;
    list.push({ kept: second ? { ...rest, name: `${FURTHER}${line.name}` } : inVersion(line, version) });
  }
}

/** A kept line that can be written, or undefined for anything that is not one harmless line. */
function keptLine(text: string): ContentLine | undefined {
  const clean = tidy(text);
  const line = parseLine(clean);
  return line && !never.has(line.name) ? { ...line, asItCame: clean } : undefined;
}

function isSameName(line: ContentLine, { name = '', familyName = '', givenName = '' }: Writable): boolean {
  const [family = '', given = ''] = namePartsOf(line.value);
  const whole = familyName === '' && givenName === '' && family + given === name;
  return whole || (family === familyName && given === givenName && family + given !== '');
}

/** vCard 3.0 must have N; a name that is not taken apart goes into its first part, as Chinese phones do. */
function nameParts(
  { name = '', familyName = '', givenName = '' }: Writable,
  version: VCardVersion,
): string[] {
  if (familyName || givenName) return [familyName, givenName, '', '', ''];
  return version === '3.0' ? [tidy(name) || NAMELESS, '', '', '', ''] : [];
}

/** N may be there twice only as one name in two languages, which share an ALTID (RFC 6350 section 6.2.2). */
function variantOf(kept: ContentLine[], version: VCardVersion): Parameter[] {
  const other = kept.find((line) => line.name === 'N' && isVariant(line));
  return other && version === '4.0' ? other.parameters.filter(({ name }) => name === 'ALTID') : [];
}

/** The types that label and detail say, and the group by which the detail has a label in the person's own words. */
function typed(label: Label | undefined, detail?: ContentLine): Written {
  const beside = detail ? typesBeside(detail, detail.name === 'URL' ? undefined : labelOfTypes(detail)) : [];
  const values = [...new Set([...(label ? [typeOfLabel[label]] : []), ...beside])];
  return {
    ...(detail?.group !== undefined && { group: detail.group }),
    parameters: [
      ...(values.length > 0 ? [{ name: 'TYPE', values }] : []),
      ...(detail ? parametersBeside(detail) : []),
    ],
  };
}

/**
 * The text goes along where the parts do not give it: as LABEL parameter (4.0), or as LABEL property that a group holds to
 * its address (3.0). Without parts it is the street, which every phone shows.
 */
function addressProperties(
  address: Address,
  { version, detailOf }: Pick<Writing, 'version' | 'detailOf'>,
  ownGroup: string,
): Property[] {
  const { country = '', region = '', city = '', street = '', postcode = '' } = address;
  const partsOf = (one: Partial<Address>) =>
    [one.country, one.region, one.city, one.street, one.postcode].join('\n');
  const detail = detailOf('ADR', (line) => {
    const read = addressOf(line);
    return read !== undefined && (partsOf(read) === partsOf(address) || read.text === address.text);
  });
  const own = ['', '', street, city, region, postcode, country].map((one) => tidy(one));
  const parts = detail && splitComponents(detail.value).some(Boolean) ? splitComponents(detail.value) : own;
  const text = tidy(address.text, true);
  const { group = ownGroup, parameters = [] } = typed(address.label, detail);
  const withGroup = detail?.group === undefined ? {} : { group };
  const none = !parts.some(Boolean);
  const value = none ? ['', '', tidy(text), '', '', '', ''] : parts;
  const whole = none ? tidy(text) : displayAddress({ country, region, city, street, postcode });
  if (whole === text) return text ? [{ ...withGroup, name: 'ADR', parameters, value }] : [];
  if (version === '3.0')
    return [
      { group, name: 'ADR', parameters, value },
      { group, name: 'LABEL', parameters: parameters.filter(({ name }) => name === 'TYPE'), value: text },
    ];
  // Readers undo the escapes of a text here as well: the example of the standard has one.
  const label = { name: 'LABEL', values: [text.replace(/\\/g, '\\\\')] };
  return [{ ...withGroup, name: 'ADR', parameters: [...parameters, label], value }];
}

/** The property as a line. An address of a site is a URI, in which commas and semicolons are not escaped. */
export function lineOf(property: Property): ContentLine {
  if ('kept' in property) return property.kept;
  const { value, ...rest } = property;
  if (rest.name === 'URL') return { ...rest, value: String(value).replace(/\\/g, '\\\\') };
  return { ...rest, value: Array.isArray(value) ? value.map(escapeText).join(';') : escapeText(value) };
}
