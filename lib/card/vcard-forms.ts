import { type ContentLine, unescapeText } from './vcard-line';

/** What the standards write in two ways: places, days and hours. */

export type VCardVersion = '3.0' | '4.0';

/** Whether values of this type are days, hours or both. */
export function isMoment(type: string): boolean {
  return /^(date|time|date-time|date-and-or-time|timestamp)$/.test(type);
}

/** With hyphens and colons, as vCard 3.0 and jCard have them (RFC 2426 3.1.5, RFC 7095 3.5.5); anything else as it is. */
export function inExtendedForm(value: string): string {
  const date = value
    .replace(/^(\d{4})(\d\d)(\d\d)(?=$|T)/, '$1-$2-$3')
    .replace(/^--(\d\d)(\d\d)$/, '--$1-$2');
  return date.replace(/T(\d\d)(\d\d)(\d\d)?/, (_, hour, minute, second) =>
    ['T', hour, ':', minute, ...(second === undefined ? [] : [':', second])].join(''),
  );
}

/** Without them, as vCard 4.0 does (RFC 6350 4.3). */
export function inBasicForm(value: string): string {
  return value
    .replace(/^(\d{4})-(\d\d)-(\d\d)(?=$|T)/, '$1$2$3')
    .replace(/^--(\d\d)-(\d\d)$/, '--$1$2')
    .replace(/T(\d\d):(\d\d)(?::(\d\d))?/, 'T$1$2$3');
}

/**
 * A place is a `geo:` address in 4.0 and a pair of numbers in 3.0 (RFC 6350 6.5.2, RFC 2426 3.4.2); a day has no hyphens in 4.0, and
 * has them in 3.0.
 */
export function inVersion(line: ContentLine, version: VCardVersion): ContentLine {
  const value = (line.name === 'GEO' ? placeIn : moments.has(line.name) ? momentIn : undefined)?.(
    line,
    version,
  );
  if (value === undefined || value === line.value) return line;
  const { asItCame: _, ...rest } = line;
  return { ...rest, value, parameters: line.parameters.filter(({ name }) => name !== 'VALUE') };
}

function placeIn(line: ContentLine, version: VCardVersion): string | undefined {
  const place = /^(?:geo:)?(-?[\d.]+)[,;](-?[\d.]+)(.*)$/i.exec(unescapeText(line.value));
  if (!place) return undefined;
  const [, latitude, longitude, more = ''] = place;
  return version === '4.0' ? `geo:${latitude},${longitude}${more}` : `${latitude};${longitude}`;
}

const moments = new Set(['BDAY', 'ANNIVERSARY', 'DEATHDATE', 'REV']);

function momentIn(line: ContentLine, version: VCardVersion): string | undefined {
  if (!/^[\d-]{6,}(?:T[\d:.,Z+-]*)?$/.test(line.value)) return undefined;
  if (version === '4.0') return inBasicForm(line.value);
  // Of an instant either is 3.0; days are what phones read.
  return line.name === 'REV' ? undefined : inExtendedForm(line.value);
}
