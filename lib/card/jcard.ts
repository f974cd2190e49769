import { inBasicForm, inExtendedForm, isMoment } from './vcard-forms';
import { MAX_PROPERTIES_PER_CARD, MAX_PROPERTY_BYTES, VCardError } from './vcard-limits';
import {
  type ContentLine,
  escapeText,
  formatLine,
  parseLine,
  splitValue,
  tidy,
  unescapeText,
} from './vcard-line';
import type { Refusal } from './vcard-outcome';
import { lineOf, propertiesOf, type Writable } from './vcard-properties';
import { type CardFromFile, withReport } from './vcard-read';

/** One property of a jCard: name, parameters, type, values. A structured value is a list (RFC 7095 section 3.3). */
export type JCardProperty = [
  name: string,
  parameters: Record<string, string | string[]>,
  type: string,
  ...values: (string | (string | string[])[])[],
];
export type JCard = ['vcard', JCardProperty[]];

/** How a property that no standard knows is typed, unless it says so itself (RFC 7095 section 5.1). */
const UNKNOWN = 'unknown';

/**
 * The types that properties have where they say none (RFC 6350 section 6, RFC 6474, RFC 8605), so that a jCard of ours means to
 * others what the vCard means. `list`: of several values; `structured`: of parts.
 */
const types: Record<string, { type: string; list?: true; structured?: true }> = {
  ...Object.fromEntries(
    ['FN', 'TITLE', 'ROLE', 'NOTE', 'PRODID', 'KIND', 'XML', 'TEL', 'EMAIL', 'TZ'].map((name) => [
      name,
      { type: 'text' },
    ]),
  ),
  ...Object.fromEntries(
    ['BIRTHPLACE', 'DEATHPLACE', 'EXPERTISE', 'HOBBY', 'INTEREST'].map((name) => [name, { type: 'text' }]),
  ),
  ...Object.fromEntries(
    [
      'SOURCE',
      'URL',
      'IMPP',
      'GEO',
      'MEMBER',
      'RELATED',
      'UID',
      'FBURL',
      'CALADRURI',
      'CALURI',
      'ORG-DIRECTORY',
      'CONTACT-URI',
    ].map((name) => [name, { type: 'uri' }]),
  ),
  ...Object.fromEntries(
    ['BDAY', 'ANNIVERSARY', 'DEATHDATE'].map((name) => [name, { type: 'date-and-or-time' }]),
  ),
  CATEGORIES: { type: 'text', list: true },
  NICKNAME: { type: 'text', list: true },
  GENDER: { type: 'text', structured: true },
  N: { type: 'text', structured: true },
  ADR: { type: 'text', structured: true },
  ORG: { type: 'text', structured: true },
  CLIENTPIDMAP: { type: 'text', structured: true },
  LANG: { type: 'language-tag' },
  REV: { type: 'timestamp' },
};

/** A card as jCard (RFC 7095), with the same properties in the same order as vCard 4.0. */
export function writeJCard(content: Writable): JCard {
  const properties = propertiesOf(content, '4.0').map((property): JCardProperty => {
    if ('kept' in property) return keptProperty(property.kept);
    const { name, value: parts } = property;
    const value = Array.isArray(parts) && parts.length === 1 ? (parts[0] ?? '') : parts;
    return [name.toLowerCase(), parametersOf(lineOf(property)), name === 'URL' ? 'uri' : 'text', value];
  });
  return ['vcard', [['version', {}, 'text', '4.0'], ...properties]];
}

function keptProperty(line: ContentLine): JCardProperty {
  const { value: written, ...parameters } = parametersOf(line);
  const known = types[line.name];
  const type = typeof written === 'string' ? written.toLowerCase() : (known?.type ?? UNKNOWN);
  const { value } = line;
  const head = [line.name.toLowerCase(), parameters] as const;
  if (type !== 'text') return [...head, type, isMoment(type) ? inExtendedForm(value) : value];
  const values = textsOf(value, known ?? {});
  const isSame = values.map((one) => valueFrom(one, true)).join(',') === value;
  // What is escaped as no text is means to others what it means to us: nothing that is known.
  return isSame || !known ? [...head, type, ...values] : [...head, UNKNOWN, value];
}

function textsOf(value: string, { list, structured }: { list?: true; structured?: true }) {
  const texts = (text: string) => splitValue(text, ',').map(unescapeText);
  if (list) return texts(value);
  if (!structured) return [unescapeText(value)];
  const parts = splitValue(value, ';').map((part) => {
    const all = texts(part);
    return all.length > 1 ? all : (all[0] ?? '');
  });
  return [parts.length > 1 ? parts : (parts[0] ?? '')];
}

function parametersOf({ group, parameters }: ContentLine): Record<string, string | string[]> {
  const all = new Map<string, string[]>();
  for (const { name, values } of parameters) {
    const key = name.toLowerCase();
    all.set(key, [...(all.get(key) ?? []), ...values]);
  }
  const written = [...all].map(([name, values]) => [name, values.length === 1 ? (values[0] ?? '') : values]);
  return { ...(group === undefined ? {} : { group: group.toLowerCase() }), ...Object.fromEntries(written) };
}

/** Reads a jCard, with the same understanding, limits and report as a vCard. @throws VCardError when it is none */
export function readJCard(card: unknown): CardFromFile {
  const [kind, properties] = Array.isArray(card) ? card : [];
  if (kind !== 'vcard' || !Array.isArray(properties) || properties.length > MAX_PROPERTIES_PER_CARD)
    throw new VCardError('not-a-jcard');
  const lines: ContentLine[] = [];
  const refused: { line: ContentLine; outcome: Refusal }[] = [];
  for (const [index, property] of properties.entries()) {
    const line = lineFrom(property);
    const name = line?.name ?? `property ${index + 1}`;
    if (line && Buffer.byteLength(line.value) <= MAX_PROPERTY_BYTES) lines.push(line);
    else
      refused.push({
        line: { name, parameters: [], value: '' },
        outcome: line ? 'too-long' : 'not-a-property',
      });
  }
  return withReport(1, lines, refused);
}

/** The property as the content line that it stands for. */
function lineFrom(property: unknown): ContentLine | undefined {
  if (!Array.isArray(property)) return undefined;
  const [name, given, type, ...values] = property as unknown[];
  if (typeof name !== 'string' || typeof type !== 'string' || typeof given !== 'object' || given === null)
    return undefined;
  const { group, ...parameters } = given as Record<string, unknown>;
  const listed = Object.entries(parameters).map(([key, value]) => ({
    name: key.toUpperCase(),
    values: (Array.isArray(value) ? value : [value]).map((one) => tidy(String(one), true)),
  }));
  const plain = type === 'text' || (type === 'uri' && name.toUpperCase() === 'URL');
  const usual = types[name.toUpperCase()]?.type ?? UNKNOWN;
  if (type !== usual && type !== UNKNOWN && !(plain && usual === UNKNOWN))
    listed.push({ name: 'VALUE', values: [type.toUpperCase()] });
  const written = values.map((one) => (isMoment(type) && typeof one === 'string' ? inBasicForm(one) : one));
  const value = written.map((one) => valueFrom(one, plain)).join(',');
  const start = typeof group === 'string' ? { group: group.toUpperCase() } : {};
  // Written and read again, so that nothing gets in that a vCard could not have brought.
  const text = tidy(formatLine({ ...start, name: name.toUpperCase(), parameters: listed, value }));
  const line = parseLine(text);
  return line && { ...line, asItCame: text };
}

function valueFrom(value: unknown, plain: boolean): string {
  if (Array.isArray(value))
    return value
      .map((part) =>
        (Array.isArray(part) ? part : [part]).map((one) => escapeText(tidy(String(one)))).join(','),
      )
      .join(';');
  return plain ? escapeText(tidy(String(value), true)) : String(value);
}
