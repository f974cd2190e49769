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
export type Decoded = { text?: string; damaged?: true; guessed?: 'GB18030' | 'Windows-1252' };

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
  const isUtf8 = lines.some(({ bytes, declared }) => !declared && validUtf8(bytes) && has(LONG, bytes));
  const charset = guess([...open, ...[...unclear].map(({ bytes }) => bytes)], isUtf8);
  return lines.map((line, index) => {
    const known = first[index];
    const isUnclear = unclear.has(line) && charset === 'gb18030';
    if (known && !isUnclear) return known;
    if (charset === 'utf-8') return withDamage(line.bytes);
    const text = decode(line.bytes, charset);
    if (text === undefined) return withDamage(line.bytes);
    return { text, guessed: charset === 'gb18030' ? 'GB18030' : 'Windows-1252' };
  });
}

/** What the line is by its own word or, where it has none, as UTF-8. Undefined where it is not. */
function asItSays({ bytes, declared }: Undecoded): Decoded | undefined {
  if (declared && !/^utf-?8$/i.test(declared)) {
    if (!isKnown(declared)) return {};
    const text = decode(bytes, declared);
    return text === undefined ? undefined : { text };
  }
  const mended = inPairs(bytes);
  const text = decode(mended, 'utf-8');
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

/**
 * GB18030, as older Chinese phones write; Windows-1252, as older European ones; or UTF-8 with damage, where other lines of
 * the card are UTF-8 and these look like neither.
 */
function guess(lines: readonly Buffer[], isUtf8: boolean): 'gb18030' | 'windows-1252' | 'utf-8' {
  const bytes = Buffer.from(lines.map((line) => line.toString('latin1')).join('\n'), 'latin1');
  const chinese = decode(bytes, 'gb18030');
  if (chinese !== undefined && looksChinese(bytes.toString('latin1'), chinese)) return 'gb18030';
  if (isUtf8) return 'utf-8';
  return looksEuropean(bytes.toString('latin1')) ? 'windows-1252' : 'utf-8';
}

/** Pairs whose second byte is a high one, and pairs that swallow a character of ASCII. */
const PAIR = /[\x81-\xFE](?:[\x30-\x39][\x81-\xFE][\x30-\x39]|[\x40-\x7E\x80-\xFE])/g;
/** A letter of Latin-1 beside one of ASCII, which is what accents look like. */
const BETWEEN_LETTERS = /(?<=[A-Za-z])[\xC0-\xFE]{1,2}(?=[a-z])|(?<=[a-z])[\xC0-\xFE]{1,2}(?![\x80-\xFF])/g;

/**
 * Chinese has Han characters, most of them pairs of two high bytes; of those in the middle of Latin words none counts. Whole lines of
 * signs, a number or a tick behind a Chinese name, say nothing against it.
 */
function looksChinese(latin: string, text: string): boolean {
  if (/[\p{Co}\p{Cn}\p{Cc}]/u.test(text.replace(/[\t\n]/g, '')) || !/\p{Script=Han}/u.test(text))
    return false;
  const pairs = latin.match(PAIR) ?? [];
  const common = pairs.filter((pair) => /^[\x81-\xFE][\xA1-\xFE]$/.test(pair)).length;
  const inWords = latin.match(BETWEEN_LETTERS)?.length ?? 0;
  return common > inWords && common >= pairs.length - common;
}

/** Letters, or signs that are as common (a degree, a euro, quotation marks); and nothing that stands for no character there. */
function looksEuropean(latin: string): boolean {
  const others = latin.replace(/[\x80\x85\x91-\x97\xA0-\xBF]/g, '').match(/[\x80-\xFF]/g)?.length ?? 0;
  const letters = latin.match(/[\x8A\x8C\x8E\x9A\x9C\x9E\x9F\xC0-\xD6\xD8-\xF6\xF8-\xFF]/g)?.length ?? 0;
  return !/[\x81\x8D\x8F\x90\x9D]/.test(latin) && letters * 2 >= others;
}

const has = (pattern: RegExp, bytes: Buffer) => bytes.toString('latin1').search(pattern) >= 0;
const validUtf8 = (bytes: Buffer) => decode(inPairs(bytes), 'utf-8') !== undefined;
const isShortOnly = (bytes: Buffer) =>
  decode(bytes, 'utf-8') !== undefined && has(SHORT, bytes) && !has(LONG, bytes);

function isKnown(charset: string): boolean {
  try {
    return new TextDecoder(charset) !== undefined;
  } catch {
    return false;
  }
}

function decode(bytes: Buffer, charset: string): string | undefined {
  try {
    return new TextDecoder(charset, { fatal: true }).decode(bytes);
  } catch {
    return undefined;
  }
}
