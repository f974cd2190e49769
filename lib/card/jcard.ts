import { MAX_PROPERTIES_PER_CARD, MAX_PROPERTY_BYTES, VCardError } from './vcard-limits';
import { type ContentLine, escapeText, formatLine, parseLine, tidy, unescapeText } from './vcard-line';
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

/** How a kept property without VALUE is typed: we do not know what it is (RFC 7095 section 5.1). */
const UNKNOWN = 'unknown';

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
  const type = typeof written === 'string' ? written.toLowerCase() : UNKNOWN;
  return [line.name.toLowerCase(), parameters, type, type === 'text' ? unescapeText(line.value) : line.value];
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
  if (!plain && type !== UNKNOWN) listed.push({ name: 'VALUE', values: [type.toUpperCase()] });
  const value = values.map((one) => valueFrom(one, plain)).join(',');
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
