import { decodeAll, isUtf8 } from './vcard-charset';
import { isDetail, withoutMark } from './vcard-details';
import { isBase64, isQuotedPrintable, type RawLine } from './vcard-file';
import { type ContentLine, parseLine, tidy, unquotedLabels } from './vcard-line';

/** From the bytes of unfolded lines to their text: out of QUOTED-PRINTABLE and BASE64, and out of the charset that they are in. */

/** A line as text, and what had to be done for it; without text where it is in a charset that nobody can read. */
export type DecodedLine = { text?: string; damaged?: true; guessed?: string };

/** The text of each line of a card. */
export function decodeLines(lines: RawLine[]): DecodedLine[] {
  const values = lines.map(({ bytes }) => textInBase64(bytes) ?? unquoted(bytes));
  const decoded = decodeAll(
    values.map(({ value }, index) => ({ bytes: value, declared: charsetOf(lines[index]?.bytes ?? '') })),
  );
  return decoded.map(({ text, ...more }, index) => {
    const { head = '' } = values[index] ?? {};
    if (text === undefined) return more;
    // What stood in quotes were real line ends and semicolons: the first are escaped here, the others are structure.
    return { text: head === '' ? text : head + text.replace(/\r\n?|\n/g, '\\n'), ...more };
  });
}

/** Where the value begins: behind the first colon that stands in no quotes. */
function valueAt(line: string): number {
  const head = /^(?:[^":]|"[^"]*")*:/.exec(line)?.[0] ?? '';
  return head.length || line.indexOf(':') + 1;
}

function charsetOf(line: string): string | undefined {
  return /^[^:]{0,500};[ \t]*CHARSET[ \t]*=[ \t]*"?([\w-]+)/i.exec(line)?.[1];
}

type Value = { head: string; value: Buffer };

function unquoted(line: string): Value {
  const colon = isQuotedPrintable(line) ? valueAt(line) : 0;
  const value = line.slice(colon);
  return { head: line.slice(0, colon), value: colon > 0 ? unquote(value) : Buffer.from(value, 'latin1') };
}

const OF_TEXT = /^(?:[\w-]+\.)?(?:FN|N|NICKNAME|ORG|TITLE|ROLE|NOTE|ADR|LABEL|TEL|EMAIL)[ \t]*[;:]/i;

/** The bytes below 32 that text has. */
const LINE_BYTES = [9, 10, 13];

/** Some programs write a name or a note in BASE64. Undefined for anything else, and for what is then no text. */
function textInBase64(line: string): Value | undefined {
  if (!OF_TEXT.test(line) || !isBase64(line)) return undefined;
  const colon = valueAt(line);
  const parts = line.slice(colon).split(';');
  const bytes = parts.map((part) => Buffer.from(part, 'base64').toString('latin1')).join(';');
  const value = Buffer.from(bytes, 'latin1');
  const isFile = value.some((byte) => byte < 32 && !LINE_BYTES.includes(byte));
  if (isFile || (!isUtf8(value) && !charsetOf(line))) return undefined;
  const said = /;[ \t]*(?:ENCODING[ \t]*=[ \t]*)?"?(?:B|BASE64)"?[ \t]*(?=[;:])/i;
  return { head: line.slice(0, colon).replace(said, ''), value };
}

function unquote(text: string): Buffer {
  const bytes = text.replace(/=([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}

/** A decoded line taken apart, without what said how it was encoded. Undefined when it is no property. */
export function readLine(text: string): ContentLine | undefined {
  const clean = tidy(unquotedLabels(text));
  const read = parseLine(clean);
  if (!read) return undefined;
  const line = withoutMark(read);
  const parameters = line.parameters.filter(
    ({ name, values }) =>
      name !== 'CHARSET' && !(name === 'ENCODING' && /^(QUOTED|[78]BIT)/i.test(values[0] ?? '')),
  );
  const old = isDetail(read) || parameters.length < line.parameters.length || hasOddParameter(clean);
  return { ...line, parameters, ...(old ? {} : { asItCame: clean }) };
}

function hasOddParameter(line: string): boolean {
  return (
    /^[^:"]*?;[^=:"]*[;:]/.test(line) ||
    /^[^:"]*[ \t][;:]|^[^:"]*;[ \t]/.test(line) ||
    /^[^:"]*;(?:[^=:;"]*[^\w=:;"-][^=:;"]*)?=/.test(line) ||
    !/^(?:[^":]|"[^"]*"(?=[,;:]))*:/.test(line)
  );
}
