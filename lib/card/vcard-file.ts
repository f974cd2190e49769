import {
  MAX_CARDS_IN_FILE,
  MAX_PROPERTY_BYTES,
  MAX_VCARD_FILE_BYTES,
  MAX_VCARD_FILE_LINES,
  VCardError,
} from './vcard-limits';
import { type ContentLine, parseLine, tidy } from './vcard-line';

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

/** Some programs on Windows write UTF-16 and say so with the byte order mark. */
function inUtf8(file: Uint8Array): string {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const mark = bytes.toString('latin1', 0, 2);
  if (mark !== '\xFF\xFE' && mark !== '\xFE\xFF') return bytes.toString('latin1');
  const text = new TextDecoder(mark === '\xFF\xFE' ? 'utf-16le' : 'utf-16be').decode(bytes);
  return Buffer.from(text, 'utf8').toString('latin1');
}

/** Joins folded lines, and QUOTED-PRINTABLE ones that go on after a "=" at the end. */
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
  for (const line of text.split(/\r\n|\r|\n/)) {
    if (soft && !isEnd(line)) {
      add(line);
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

/** Whether the line says that its value is QUOTED-PRINTABLE, with or without the name of the parameter. */
export function isQuotedPrintable(line: string): boolean {
  return /^[^:]{0,500};(ENCODING=)?QUOTED-PRINTABLE[;:]/i.test(line);
}

/** vCard 2.1 puts a whole card inside another one after an empty AGENT. */
function awaitsAgent({ lines }: RawCard): boolean {
  return /^([\w-]+\.)?AGENT(;[^:]*)?:\s*$/i.test(lines.at(-1)?.bytes ?? '');
}

/** Some phones do not indent the lines of a picture. */
function isRestOfPicture({ lines }: RawCard, line: RawLine): boolean {
  const before = lines.at(-1)?.bytes ?? '';
  return (
    /^[A-Za-z0-9+/]+={0,2}[ \t]*$/.test(line.bytes) && /^[^:]{0,500};(ENCODING=)?(B|BASE64)[;:]/i.test(before)
  );
}

/** The text of each line of a card, or undefined where it is not in the charset it names or seems to be in. */
export function decodeLines(lines: RawLine[]): (string | undefined)[] {
  const undeclared = lines.filter(
    ({ bytes, tooLong }) => !tooLong && charsetOf(bytes) === undefined && !isQuotedPrintable(bytes),
  );
  const guess = guessCharset(Buffer.from(undeclared.map(({ bytes }) => bytes).join('\n'), 'latin1'));
  return lines.map(({ bytes }) => {
    const charset = charsetOf(bytes) ?? guess;
    if (!isQuotedPrintable(bytes)) return decode(Buffer.from(bytes, 'latin1'), charset);
    const colon = bytes.indexOf(':') + 1;
    const value = decode(unquote(bytes.slice(colon)), charsetOf(bytes) ?? 'utf-8');
    // What stood in quotes were real line ends and semicolons: the first are escaped here, the others are structure.
    const escaped = value?.replace(/\r\n?|\n/g, '\\n');
    return escaped === undefined ? undefined : bytes.slice(0, colon) + escaped;
  });
}

function charsetOf(line: string): string | undefined {
  return /^[^:]{0,500};CHARSET="?([\w-]+)/i.exec(line)?.[1];
}

function unquote(text: string): Buffer {
  const bytes = text.replace(/=([0-9A-Fa-f]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1');
}

/** UTF-8 unless the bytes cannot be: then what older Chinese phones and programs write without saying so. */
function guessCharset(bytes: Buffer): string {
  if (decode(bytes, 'utf-8') !== undefined) return 'utf-8';
  const withoutSurrogates = bytes.toString('latin1').replace(/\xED[\xA0-\xBF][\x80-\xBF]/g, '?');
  if (decode(Buffer.from(withoutSurrogates, 'latin1'), 'utf-8') !== undefined) return 'utf-8';
  const chinese = decode(bytes, 'gb18030');
  const plausible = /^[\t\n -~\p{Script=Han}\u00B7\u2010-\u2026\u3000-\u303F\uFF00-\uFFEF]*$/u;
  return chinese !== undefined && plausible.test(chinese) ? 'gb18030' : 'utf-8';
}

function decode(bytes: Buffer, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    // Not text in that charset, or a charset nobody knows.
    return undefined;
  }
}

/** A decoded line taken apart, without what said how it was encoded. Undefined when it is no property. */
export function readLine(text: string): ContentLine | undefined {
  const clean = tidy(text);
  const line = parseLine(clean);
  if (!line) return undefined;
  const parameters = line.parameters.filter(
    ({ name, values }) =>
      name !== 'CHARSET' && !(name === 'ENCODING' && /^(QUOTED|[78]BIT)/i.test(values[0] ?? '')),
  );
  const old = parameters.length < line.parameters.length || hasBareParameter(clean);
  return { ...line, parameters, ...(old ? {} : { asItCame: clean }) };
}

function hasBareParameter(line: string): boolean {
  return /^[^:"]*?;[^=:"]*[;:]/.test(line);
}
