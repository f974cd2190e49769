import {
  MAX_CARDS_IN_FILE,
  MAX_PROPERTY_BYTES,
  MAX_VCARD_FILE_BYTES,
  MAX_VCARD_FILE_LINES,
  VCardError,
} from './vcard-limits';

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
  let awaitsAgent = false;
  for (const line of unfold(unindented(inUtf8(file)))) {
    const begins = BEGINS.test(line.bytes);
    const agent = open && AGENT.exec(line.bytes);
    if (agent?.[1] !== undefined || (begins && (nested > 0 || awaitsAgent))) {
      if (open && nested === 0 && agent) open.lines.push(line);
      nested += 1;
      awaitsAgent = false;
    } else if (begins) {
      if (cards.length === MAX_CARDS_IN_FILE) throw new VCardError('too-many-cards');
      open = { lines: [], complete: false };
      cards.push(open);
    } else if (isEnd(line.bytes)) {
      awaitsAgent = false;
      if (nested > 0) nested -= 1;
      else if (open) {
        open.complete = true;
        open = undefined;
      }
    } else if (open && nested === 0 && !isRestOfPicture(open, line)) {
      open.lines.push(line);
      awaitsAgent = Boolean(agent);
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

/** How a card begins in UTF-16, in either order of bytes, with a mark and without. */
const UTF16: [RegExp, 'utf-16le' | 'utf-16be'][] = [
  [/^\xFF\xFE|^(?:[\t\n\r ]\0)*B\0E\0G\0I\0N\0/i, 'utf-16le'],
  [/^\xFE\xFF|^(?:\0[\t\n\r ])*\0B\0E\0G\0I\0N/i, 'utf-16be'],
];
/** Bytes from the beginning of a file in which it shows. */
const BEGINNING_BYTES = 64;

/** Some programs on Windows write UTF-16. Most say so with the byte order mark; the others show by how the file begins. */
function inUtf8(file: Uint8Array): string {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const start = bytes.toString('latin1', 0, BEGINNING_BYTES);
  const utf16 = UTF16.find(([begins]) => begins.test(start))?.[1];
  if (!utf16) return bytes.toString('latin1');
  return Buffer.from(new TextDecoder(utf16).decode(bytes), 'utf8').toString('latin1');
}

/** What nobody sees, as bytes of UTF-8: marks, zeros, the end of a file on old systems, spaces of every kind. */
const UNSEEN = String.raw`(?:[\0-\x08\x0B\x0C\x0E-\x20\t\x7F]|\xC2[\xA0\xAD]|\xE2\x80[\x80-\x8F\xAA-\xAF]|\xE2\x81[\xA0-\xAF]|\xE3\x80\x80|\xEF\xBB\xBF)*`;
const BEGIN = String.raw`BEGIN[ \t]*:[ \t]*VCARD`;
const END = String.raw`END[ \t]*:[ \t]*VCARD`;
const EMPTY = new RegExp(`^${UNSEEN}$`);
const BEGINS = new RegExp(`^${UNSEEN}${BEGIN}${UNSEEN}$`, 'i');
const ENDS = new RegExp(`^${UNSEEN}${END}${UNSEEN}$`, 'i');
/** vCard 2.1 puts a whole card inside another one after an AGENT, on the same line or on the next one. */
const AGENT = new RegExp(String.raw`^(?:[\w-]+\.)?AGENT[ \t]*(?:;[^:]*)?:[ \t]*(${BEGIN}[ \t]*)?$`, 'i');

/** Some programs write the end of a card and the beginning of the next one on one line. One that is folded is somebody's words. */
const GLUED = new RegExp(`^(?![ \\t])(${UNSEEN}${END})${UNSEEN}(?=${BEGIN})`, 'gim');
/**
 * Others end the last property with no line end. Only where the next line begins a card, or there is none: any other line may be
 * one in which somebody speaks of cards.
 */
const GLUED_BEFORE = new RegExp(
  `(?<=[^\\r\\n])(${END})${UNSEEN}(?=[\\r\\n]+(?:\xEF\xBB\xBF)*${BEGIN}|[\\r\\n]*(?![^]))`,
  'gi',
);

/** A file of which every line is indented, as cards are that stand in a mail or a document. */
function unindented(text: string): string {
  const [, indentation] = /^[\r\n]*([ \t]+)BEGIN[ \t]*:/i.exec(text) ?? [];
  return indentation === undefined ? text : text.replace(new RegExp(`^${indentation}`, 'gm'), '');
}

const LINE_END = /\r+\n|\n\r(?!\n)|\r|\n/;
/** The rest of a line, be it what nobody sees: it may join the parts of an emoji. */
const FOLDED = /^[ \t]+[^ \t]/;
/** White space at the end of a line is none of QUOTED-PRINTABLE (RFC 2045 6.7). */
const SOFT_BREAK = /=[ \t]*$/;

/**
 * Joins folded lines, also with empty ones between them, and QUOTED-PRINTABLE ones that go on after a "=" at the end, or without it
 * where nothing else begins so. White space that begins such a line is folding, for some programs do both.
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
  for (const line of text.replace(GLUED, '$1\n').replace(GLUED_BEFORE, '\n$1').split(LINE_END)) {
    if (soft && !isEnd(line)) {
      add(line.replace(/^[ \t]+/, ''));
    } else if (pieces.length > 0 && FOLDED.test(line)) {
      add(line.slice(1));
    } else if (EMPTY.test(line)) {
      // Between a line and what it is folded into nothing ends.
    } else if (quoted && /^=[\dA-F]{2}/i.test(line)) {
      add(line);
    } else {
      if (pieces.length > 0) yield finished();
      [pieces, length] = [[], 0];
      add(line);
      quoted = isQuotedPrintable(line) || QUOTED_LABEL.test(line);
    }
    soft = quoted && SOFT_BREAK.test(line);
    if (soft && pieces.length > 0) pieces.push((pieces.pop() ?? '').replace(SOFT_BREAK, ''));
  }
  if (pieces.length > 0) yield finished();
}

function isEnd(line: string): boolean {
  return ENDS.test(line);
}

/** A parameter in the head of a line as it came, with or without its name, and with the white space that 2.1 allows. */
const saying = (name: string, value: string) =>
  new RegExp(`^[^:]{0,500};[ \\t]*(?:${name}[ \\t]*=[ \\t]*)?${value}[ \\t]*[;:]`, 'i');
const QUOTED = saying('ENCODING', '"?QUOTED-PRINTABLE"?');
const ENCODED = saying('ENCODING', '"?(?:B|BASE64)"?');
/** Some say it of no line although they write so; in nothing else stand three such bytes in a row that are UTF-8. */
const QUOTED_UNSAID = /^[^:]*:(?!.*=\?).*=E[\dA-F](?:=[89AB][\dA-F]){2}/i;
/** The label of a phone in the person's own words may be so as well (vcard-line.ts). */
const QUOTED_LABEL = /^[^:"]*;[ \t]*X-[\w-]*\([^():]*ENCODING=QUOTED-PRINTABLE/i;
const OF_A_FILE = /^(?:[\w-]+\.)?(?:PHOTO|LOGO|SOUND|KEY)[ \t]*[;:]/i;

/** Whether the line says that its value is QUOTED-PRINTABLE. */
export function isQuotedPrintable(line: string): boolean {
  return QUOTED.test(line) || (!/^[^:]*;[ \t]*ENCODING/i.test(line) && QUOTED_UNSAID.test(line));
}

/** Whether the line says that its value is BASE64. */
export function isBase64(line: string): boolean {
  return ENCODED.test(line);
}

/** Whether the line, as it came, is a file in BASE64 or says that it is a picture, a sound or a key. */
export function isFileLike(line: string): boolean {
  return OF_A_FILE.test(line) || ENCODED.test(line);
}

/** Some phones do not indent the lines of a picture, and some do not say either that it is one in BASE64. */
function isRestOfPicture({ lines }: RawCard, line: RawLine): boolean {
  return /^[\w+/-]+={0,2}[ \t]*$/.test(line.bytes) && isFileLike(lines.at(-1)?.bytes ?? '');
}
