import { decodeAll } from './vcard-charset';
import { isDetail, withoutMark } from './vcard-details';
import {
  MAX_CARDS_IN_FILE,
  MAX_PROPERTY_BYTES,
  MAX_VCARD_FILE_BYTES,
  MAX_VCARD_FILE_LINES,
  VCardError,
} from './vcard-limits';
import { type ContentLine, parseLine, tidy, unquotedLabels } from './vcard-line';

/**
 * A vCard file as bytes, taken apart into cards and unfolded lines. It stays bytes (as Latin-1 text) until here, because a
 * fold may cut a character in two, and each line may be in a charset of its own.
 */

/** One unfolded line, as Latin-1. A line over MAX_PROPERTY_BYTES keeps its beginning only. */
export type RawLine = { bytes: string; tooLong: boolean };
export type RawCard = {
  lines: RawLine[];
  /** Whether the card ends with END:VCARD. */
  complete: boolean;
};

/** The cards of a file in their order. Lines outside of cards are passed over. @throws VCardError */
export function cardsIn(file: Uint8Array): RawCard[] {
  if (file.byteLength > MAX_VCARD_FILE_BYTES) throw new VCardError('too-large');
  if (lineCount(file) > MAX_VCARD_FILE_LINES) throw new VCardError('too-many-lines');
  const cards: RawCard[] = [];
  let open: RawCard | undefined;
  let nested = 0;
  for (const line of unfold(inUtf8(file))) {
    const begins = /^(\xEF\xBB\xBF)?BEGIN[ \t]*:[ \t]*VCARD[ \t]*$/i.test(line.bytes);
    if (begins && open && (nested > 0 || awaitsAgent(open))) {
      nested += 1;
    } else if (begins) {
      if (cards.length === MAX_CARDS_IN_FILE) throw new VCardError('too-many-cards');
      open = { lines: [], complete: false };
      cards.push(open);
    } else if (isEnd(line.bytes)) {
      if (nested > 0) nested -= 1;
      else if (open) {
        open.complete = true;
        open = undefined;
      }
    } else if (open && nested === 0 && !isRestOfPicture(open, line)) {
      open.lines.push(line);
    }
  }
  if (cards.length === 0) throw new VCardError('no-card');
  return cards;
}

function lineCount(file: Uint8Array): number {
  let count = 1;
  for (const [at, byte] of file.entries()) {
    if (byte === 10 || (byte === 13 && file[at + 1] !== 10)) count += 1;
    if (count > MAX_VCARD_FILE_LINES) return count;
  }
  return count;
}

/** How a card begins in UTF-16, in either order of bytes, where no mark says so. */
const UTF16: [string, 'utf-16le' | 'utf-16be'][] = [
  ['\xFF\xFE', 'utf-16le'],
  ['\xFE\xFF', 'utf-16be'],
  ['B\0E\0G\0I\0N\0', 'utf-16le'],
  ['\0B\0E\0G\0I\0N', 'utf-16be'],
];

/** Some programs on Windows write UTF-16. Most say so with the byte order mark; the others show by how the file begins. */
function inUtf8(file: Uint8Array): string {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const start = bytes.toString('latin1', 0, 16).replace(/[a-z]/g, (letter) => letter.toUpperCase());
  const utf16 = UTF16.find(([begins]) => start.startsWith(begins))?.[1];
  if (!utf16) return bytes.toString('latin1');
  return Buffer.from(new TextDecoder(utf16).decode(bytes), 'utf8').toString('latin1');
}

/** Some programs write the end of a card and the beginning of the next one on one line. */
const GLUED = /^(END[ \t]*:[ \t]*VCARD)[ \t]*(?=(?:\xEF\xBB\xBF)?BEGIN[ \t]*:)/gim;

/**
 * Joins folded lines, and QUOTED-PRINTABLE ones that go on after a "=" at the end: white space that begins such a line is folding,
 * for some programs do both.
 */
function* unfold(text: string): Generator<RawLine> {
  let pieces: string[] = [];
  let length = 0;
  let soft = false;
  const finished = (): RawLine => ({
    bytes: pieces.join('').slice(0, MAX_PROPERTY_BYTES),
    tooLong: length > MAX_PROPERTY_BYTES,
  });
  const add = (piece: string) => {
    if (length <= MAX_PROPERTY_BYTES) pieces.push(piece);
    length += piece.length;
  };
  let quoted = false;
  for (const line of text.replace(GLUED, '$1\n').split(/\r+\n|\r|\n/)) {
    if (soft && !isEnd(line)) {
      add(line.replace(/^[ \t]+/, ''));
    } else if (pieces.length > 0 && (line.startsWith(' ') || line.startsWith('\t'))) {
      add(line.slice(1));
    } else {
      if (pieces.length > 0) yield finished();
      [pieces, length] = [[], 0];
      if (line.trim() !== '') add(line);
      quoted = isQuotedPrintable(line);
    }
    soft = quoted && line.endsWith('=');
    if (soft && pieces.length > 0) {
      const last = pieces.pop() ?? '';
      pieces.push(last.endsWith('=') ? last.slice(0, -1) : last);
    }
  }
  if (pieces.length > 0) yield finished();
}

function isEnd(line: string): boolean {
  return /^END[ \t]*:[ \t]*VCARD[ \t]*$/i.test(line);
}

/** A parameter in the head of a line as it came, with or without its name, and with the white space that 2.1 allows. */
const saying = (name: string, value: string) =>
  new RegExp(`^[^:]{0,500};[ \\t]*(?:${name}[ \\t]*=[ \\t]*)?${value}[ \\t]*[;:]`, 'i');
const QUOTED = saying('ENCODING', '"?QUOTED-PRINTABLE"?');
const ENCODED = saying('ENCODING', '"?(?:B|BASE64)"?');
const OF_A_FILE = /^(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY)[ \t]*[;:]/i;

/** Whether the line says that its value is QUOTED-PRINTABLE. */
export function isQuotedPrintable(line: string): boolean {
  return QUOTED.test(line);
}

/** Whether the line, as it came, is a file in BASE64 or says that it is a picture, a sound or a key. */
export function isFileLike(line: string): boolean {
  return OF_A_FILE.test(line) || ENCODED.test(line);
}

/** vCard 2.1 puts a whole card inside another one after an empty AGENT. */
function awaitsAgent({ lines }: RawCard): boolean {
  return /^([\w-]+\.)?AGENT(;[^:]*)?:\s*$/i.test(lines.at(-1)?.bytes ?? '');
}

/** Some phones do not indent the lines of a picture, and some do not say either that it is one in BASE64. */
function isRestOfPicture({ lines }: RawCard, line: RawLine): boolean {
  return /^[A-Za-z0-9+/]+={0,2}[ \t]*$/.test(line.bytes) && isFileLike(lines.at(-1)?.bytes ?? '');
}

/** A line as text, and what had to be done for it; without text where it is in a charset that nobody can read. */
export type DecodedLine = { text?: string; damaged?: true; guessed?: string };

/** The text of each line of a card. */
export function decodeLines(lines: RawLine[]): DecodedLine[] {
  const values = lines.map(({ bytes }) => {
    const colon = isQuotedPrintable(bytes) ? valueAt(bytes) : 0;
    const value = bytes.slice(colon);
    return { head: bytes.slice(0, colon), value: colon > 0 ? unquote(value) : Buffer.from(value, 'latin1') };
  });
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
  const old = isDetail(read) || parameters.length < line.parameters.length || hasBareParameter(clean);
  return { ...line, parameters, ...(old ? {} : { asItCame: clean }) };
}

function hasBareParameter(line: string): boolean {
  return /^[^:"]*?;[^=:"]*[;:]/.test(line) || /^[^:"]*[ \t][;:]|^[^:"]*;[ \t]/.test(line);
}
