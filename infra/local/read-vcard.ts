import ICAL from 'ical.js';

/** What a vCard gives for a card of ours, and what of it was left behind. */
export type ReadCard = {
  content: {
    name: string;
    organisation?: string;
    title?: string;
    phones: { number: string }[];
    mails: { address: string }[];
    addresses: { text: string }[];
    sites: string[];
    note?: string;
  };
  /** Names of properties that were not taken over, never their values. */
  left: string[];
  /** How many cards the file holds; the first one was read. */
  cards: number;
};

/** The file is not a vCard we can read. The message names line or property, never a value. */
export class VCardError extends Error {}

const taken = ['VERSION', 'FN', 'N', 'ORG', 'TITLE', 'TEL', 'EMAIL', 'ADR', 'URL', 'NOTE'];

/**
 * Reads the first card of a vCard file: 4.0 (RFC 6350), 3.0, and the 2.1 habits that are still about (bare parameters,
 * QUOTED-PRINTABLE, other charsets). @throws VCardError
 */
export function readVCard(file: Buffer): ReadCard {
  const text = file.toString('latin1').replace(/^\xEF\xBB\xBF/, '');
  const lines = unfold(text).map(tidy);
  const starts = lines.filter((line) => /^BEGIN:VCARD$/i.test(line)).length;
  if (starts === 0) throw new VCardError('The file holds no vCard: there is no line BEGIN:VCARD.');
  const end = lines.findIndex((line) => /^END:VCARD$/i.test(line));
  if (end < 0) throw new VCardError('The vCard is cut short: there is no line END:VCARD.');
  const first = lines.slice(
    lines.findIndex((line) => /^BEGIN:VCARD$/i.test(line)),
    end + 1,
  );
  for (const [index, line] of first.entries()) {
    if (!/^[A-Z][A-Z0-9-]*[;:]/i.test(line))
      throw new VCardError(`Line ${index + 1} of the vCard is not a property.`);
  }
  const component = new ICAL.Component(ICAL.parse(first.join('\r\n')) as never);
  return { ...contentOf(component), cards: starts };
}

/** Joins folded lines, and QUOTED-PRINTABLE ones that go on after a "=" at the end. */
function unfold(text: string): string[] {
  const folded = text.replace(/\r\n?/g, '\n').replace(/\n[ \t]/g, '');
  const lines: string[] = [];
  for (const line of folded.split('\n')) {
    const before = lines.at(-1);
    if (before !== undefined && isQuotedPrintable(before) && before.endsWith('='))
      lines[lines.length - 1] = before.slice(0, -1) + line;
    else if (line.trim() !== '') lines.push(line);
  }
  return lines;
}

function isQuotedPrintable(line: string): boolean {
  return /^[^:]*;(ENCODING=)?QUOTED-PRINTABLE/i.test(line);
}

/** One line in the way the parser reads it: no group, named parameters, UTF-8 text. */
function tidy(line: string): string {
  const ungrouped = line.replace(/^[\w-]+\.(?=[A-Za-z])/, '');
  const colon = ungrouped.indexOf(':');
  const [name = '', ...parameters] = ungrouped.slice(0, colon).split(';');
  const charset = parameters.find((one) => /^CHARSET=/i.test(one))?.slice('CHARSET='.length) ?? 'utf-8';
  const raw = Buffer.from(ungrouped.slice(colon + 1), 'latin1');
  const value = decode(isQuotedPrintable(ungrouped) ? unquote(raw) : raw, charset);
  const named = parameters
    .filter((one) => !/^(CHARSET=|ENCODING=QUOTED|QUOTED)/i.test(one))
    .map((one) => (one.includes('=') ? one : `TYPE=${one}`));
  // Apple escapes colons too, which no version of the standard asks for.
  return `${[name, ...named].join(';')}:${value.replace(/\n/g, '\\n').replace(/\\:/g, ':')}`;
}

function unquote(bytes: Buffer): Buffer {
  const text = bytes
    .toString('latin1')
    .replace(/=([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(text.replace(/\r\n?/g, '\n'), 'latin1');
}

function decode(bytes: Buffer, charset: string): string {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    throw new VCardError(
      'The vCard holds text that is not in the charset it names (UTF-8 where it names none).',
    );
  }
}

function contentOf(component: ICAL.Component): Omit<ReadCard, 'cards'> {
  const all = (name: string) =>
    component
      .getAllProperties(name)
      .map((property) => flat(property.getFirstValue()))
      .filter((value) => value !== '');
  const one = (name: string) => all(name)[0];
  const name = one('fn') ?? nameOf(component);
  if (!name) throw new VCardError('The vCard has neither FN nor N: there is no name to put on a card.');
  const optional = {
    organisation: one('org'),
    title: one('title'),
    note: one('note'),
  };
  const given = Object.fromEntries(Object.entries(optional).filter(([, value]) => value !== undefined));
  const phones = all('tel').map((value) => ({ number: value.replace(/^tel:/i, '') }));
  const mails = all('email').map((address) => ({ address }));
  const addresses = all('adr').map((text) => ({ text }));
  const names = component.getAllProperties().map((property) => property.name.toUpperCase());
  return {
    content: { name, phones, mails, addresses, sites: all('url'), ...given },
    left: [...new Set(names)].filter((property) => !taken.includes(property)),
  };
}

/** A Chinese name is family before given, without a space; others are given before family. */
function nameOf(component: ICAL.Component): string | undefined {
  const value = component.getFirstPropertyValue('n');
  const [family = '', given = ''] = Array.isArray(value) ? value.map(String) : String(value ?? '').split(';');
  const han = /\p{Script=Han}/u.test(family + given);
  return (han ? family + given : `${given} ${family}`).trim() || undefined;
}

/** Structured values as one line, without their empty parts. */
function flat(value: unknown): string {
  const parts = Array.isArray(value) ? value.flat().map(String) : [String(value ?? '')];
  return parts
    .map((part) => part.trim())
    .filter(Boolean)
    .join(' ');
}
