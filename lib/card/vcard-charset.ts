import { guess } from './vcard-guess';

/**
 * In which charset the lines of a card are. Many programs do not say, and some say what is not so; a line is never read as
 * another charset only because one of its characters is damaged.
 */

/** A line as it came: its bytes, and the charset that it names. */
export type Undecoded = { bytes: Buffer; declared: string | undefined };
/**
 * A line as text. `damaged`: something in it was no character, and stands as U+FFFD. `guessed`: the charset that it was taken for
 * although neither it nor the standard says so. Without text: a charset that nobody can read.
 */
export type Decoded = { text?: string; damaged?: true; guessed?: Guessed };
type Guessed = 'GB18030' | 'Big5' | 'Shift_JIS' | 'EUC-JP' | 'Windows-1252' | 'UTF-8';

const names: Record<Exclude<ReturnType<typeof guess>, 'utf-8'>, Guessed> = {
  gb18030: 'GB18030',
  big5: 'Big5',
  shift_jis: 'Shift_JIS',
  'euc-jp': 'EUC-JP',
  'windows-1252': 'Windows-1252',
};

/** Sequences of three and four bytes (RFC 3629): nothing else than UTF-8 has many of them. */
const LONG = /[\xE0-\xEF][\x80-\xBF]{2}|[\xF0-\xF4][\x80-\xBF]{3}/g;
const SHORT = /[\xC2-\xDF][\x80-\xBF]/g;

/** The text of each line of one card, from the lines together. */
export function decodeAll(lines: readonly Undecoded[]): Decoded[] {
  const first = lines.map(asItSays);
  if (!first.includes(undefined)) return first as Decoded[];
  const open = lines.filter((_, index) => first[index] === undefined).map(({ bytes }) => inPairs(bytes));
  // Two bytes that could be either are UTF-8 unless the rest of the card is something else.
  const unclear = new Set(lines.filter(({ bytes, declared }) => !declared && isShortOnly(inPairs(bytes))));
  const isOtherwiseUtf8 = lines.some(({ bytes, declared }) => !declared && isUtf8(bytes) && has(LONG, bytes));
  const charset = guess([...open, ...[...unclear].map(({ bytes }) => bytes)], isOtherwiseUtf8, decode);
  return lines.map((line, index) => {
    const known = first[index];
    if (known && (!unclear.has(line) || charset === 'windows-1252')) return known;
    if (charset === 'utf-8') return known ?? withDamage(line.bytes);
    const text = decode(line.bytes, charset);
    return text === undefined ? withDamage(line.bytes) : { text, guessed: names[charset] };
  });
}

/** What the line is by its own word or, where it has none, as UTF-8. Undefined where it is not. */
function asItSays({ bytes, declared }: Undecoded): Decoded | undefined {
  const mended = inPairs(bytes);
  const text = decode(mended, 'utf-8');
  const charset = declared && encodingOf(declared);
  if (declared && charset !== 'utf-8') {
    // What could not be said in UTF-8 by chance is UTF-8, whatever it says of itself.
    const byChance = charset === undefined || ONE_BYTE.test(charset) ? /[\x80-\xFF]/ : LONG;
    if (text !== undefined && has(byChance, bytes)) return { text, guessed: 'UTF-8' };
    if (charset === undefined) return text === undefined || IN_ASCII.test(declared) ? {} : { text };
    const said = decode(bytes, charset);
    return said === undefined ? undefined : { text: said };
  }
  if (text !== undefined) return { text };
  return mostlyUtf8(mended) ? withDamage(mended) : undefined;
}

/** Java writes a character beyond the first plane as two halves of three bytes each, and a zero as two bytes (CESU-8). */
function inPairs(bytes: Buffer): Buffer {
  const latin = bytes.toString('latin1');
  const whole = latin.replace(/\xED([\xA0-\xAF])([\x80-\xBF])\xED([\xB0-\xBF])([\x80-\xBF])/g, (pair) => {
    const [, b = 0, c = 0, , e = 0, f = 0] = Buffer.from(pair, 'latin1');
    const [high, low] = [((b & 0x0f) << 6) | (c & 0x3f), ((e & 0x0f) << 6) | (f & 0x3f)];
    return Buffer.from(String.fromCodePoint(0x10000 + (high << 10) + low), 'utf8').toString('latin1');
  });
  return Buffer.from(whole.replace(/\xC0\x80/g, ''), 'latin1');
}

/** More of it is whole characters of UTF-8 than is not: one that is cut does not make it something else. */
function mostlyUtf8(bytes: Buffer): boolean {
  const latin = bytes.toString('latin1');
  const long = latin.match(LONG)?.join('').length ?? 0;
  const rest =
    latin
      .replace(LONG, '')
      .replace(SHORT, '')
      .match(/[\x80-\xFF]/g)?.length ?? 0;
  return long > rest;
}

function withDamage(bytes: Buffer): Decoded {
  const text = new TextDecoder('utf-8').decode(inPairs(bytes));
  return text.includes('\uFFFD') ? { text, damaged: true } : { text };
}

const has = (pattern: RegExp, bytes: Buffer) => bytes.toString('latin1').search(pattern) >= 0;

/** Whether it is UTF-8, or what Java calls so. */
export const isUtf8 = (bytes: Buffer) => decode(inPairs(bytes), 'utf-8') !== undefined;

const isShortOnly = (bytes: Buffer) =>
  decode(bytes, 'utf-8') !== undefined && has(SHORT, bytes) && !has(LONG, bytes);

/** Charsets with one byte a character, in which pairs that are UTF-8 make no sense. */
const ONE_BYTE = /^(windows-125|iso-8859-|koi8-|macintosh|ibm866|x-mac)/;

/** Charsets that nobody reads any more, and whose bytes are ASCII that means something else. */
const IN_ASCII = /^(utf-?7|hz|iso-?2022)/i;

/** What Windows and old phones call charsets, without their hyphens and underlines, where the standard does not know it. */
const ALIASES: Record<string, string> = {
  cp65001: 'utf-8',
  ...aliases('gbk', '936', 'gb2312', 'gb231280', 'euccn', 'gb'),
  ...aliases('shift_jis', '932', 'shiftjis', 'sjis'),
  ...aliases('euc-kr', '949', 'euckr', 'ksc5601', 'uhc'),
  ...aliases('big5', '950', 'xbig5', 'big5eten'),
};

function aliases(charset: string, page: string, ...others: string[]): Record<string, string> {
  const all = [...['cp', 'ms', 'windows', 'ibm', 'x'].map((begins) => `${begins}${page}`), ...others];
  return Object.fromEntries(all.map((one) => [one, charset]));
}

/** The charset of that name, or undefined for one that nobody knows. */
function encodingOf(name: string): string | undefined {
  const plain = name.toLowerCase().replace(/[-_]/g, '');
  for (const label of [ALIASES[plain] ?? name, plain]) {
    try {
      return new TextDecoder(label).encoding;
    } catch {
      // The next way in which it is written.
    }
  }
  return undefined;
}

/** What the bytes from 0x80 are in Windows-1252; Node takes them for control characters. */
const WINDOWS_80 = '€\x81‚ƒ„…†‡ˆ‰Š‹Œ\x8DŽ\x8F\x90‘’“”•–—˜™š›œ\x9DžŸ';

function decode(bytes: Buffer, charset: string): string | undefined {
  try {
    const text = new TextDecoder(charset, { fatal: true }).decode(bytes);
    if (charset !== 'windows-1252') return text;
    return text.replace(/[\x80-\x9F]/g, (one) => WINDOWS_80.charAt(one.charCodeAt(0) - 0x80));
  } catch {
    return undefined;
  }
}
