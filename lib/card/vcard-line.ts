/**
 * One content line of a vCard (RFC 6350 section 3.3, RFC 2426 section 4): its parts, its escapes, and how it is folded.
 * Nothing here knows what a property means.
 */

export type Parameter = { name: string; values: string[] };

/** A content line taken apart. `name`, `group` and parameter names in capitals; `value` still with its escapes. */
export type ContentLine = {
  group?: string;
  name: string;
  parameters: Parameter[];
  value: string;
  /** The line as it came, where that is a line of vCard 3.0 or 4.0. */
  asItCame?: string;
};

/** Octets of a line without its line end (RFC 6350 section 3.2). */
const FOLD_OCTETS = 75;

const encodings = /^(QUOTED-PRINTABLE|BASE64|B|[78]BIT)$/i;
/** 2.1 allows white space about the signs of a head. */
const head = /^(?:([\w-]{1,64})\.)?([A-Za-z][A-Za-z0-9-]{0,63})(?=[ \t]*[;:])/;

/**
 * Control characters, those that turn the direction of text around, which make one text look like another, and those that nobody
 * sees, which make equal texts different. What joins the parts of an emoji or of an Indian word stays.
 */
const unwanted =
  /(?![\t\n])\p{Cc}|[\u00AD\u061C\u180E\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u3164\uFEFF\uFFA0\uFFF9-\uFFFB]/gu;
/** Letters that nobody sees. Behind a black flag they say whose it is. */
const unseenLetters = /(?<!\u{1F3F4}[\u{E0020}-\u{E007F}]*)[\u{E0000}-\u{E007F}]/gu;
const loneSurrogate = /\p{Cs}/gu;

/** Text that can stand on a card: without control characters, trimmed; on one line unless `lines` is set. */
export function tidy(text: string, lines = false): string {
  const ends = text.replace(/\r\n?|\u0085|\u2028|\u2029/g, '\n');
  const clean = ends.replace(unwanted, '').replace(unseenLetters, '').replace(loneSurrogate, '\uFFFD');
  const rows = clean.split('\n').map((row) => row.trim());
  return lines ? clean.trim() : rows.filter(Boolean).join(' ');
}

/** A number or an address of the net: without anything in it that nobody sees, with plain spaces, and signs of usual width. */
export function tidyPlain(text: string): string {
  const seen = text.replace(/[\p{Cf}\p{Default_Ignorable_Code_Point}]/gu, '').replace(/\p{Zs}/gu, ' ');
  return tidy(seen.replace(/[\uFF01-\uFF5E]/g, (wide) => String.fromCharCode(wide.charCodeAt(0) - 0xfee0)));
}

/** Android's own labels, `X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=E5…)`, as a TYPE that can be read. */
export function unquotedLabels(line: string): string {
  const label = /^([^:"]*;)[ \t]*X-[\w-]*\(([^():]*)\)(?=[ \t]*[;:])/i.exec(line);
  if (!label) return line;
  const [whole, before = '', within = ''] = label;
  const said = within.split(',').filter((one) => !/^(CHARSET|ENCODING)=/i.test(one));
  const escaped = said
    .join(',')
    .replace(/%/g, '%25')
    .replace(/=([0-9A-F]{2})/gi, '%$1');
  return `${before}TYPE="${circumflex(tidy(percentDecoded(escaped)))}"${line.slice(whole.length)}`;
}

/** What percent signs stand for in an address or a label; where they stand for nothing, the text itself. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/**
 * A line taken apart, or undefined when it is none. Bare parameters (vCard 2.1) become TYPE or ENCODING; one whose name is no name
 * is passed over, for a phone is worth more than what somebody's program says of it.
 */
export function parseLine(text: string): ContentLine | undefined {
  const start = head.exec(text);
  if (!start) return undefined;
  const parameters: Parameter[] = [];
  let at = pastBlanks(text, start[0].length);
  while (text[at] === ';') {
    const name = /[^=;:"]*/y;
    name.lastIndex = at + 1;
    const written = name.exec(text)?.[0] ?? '';
    at += 1 + written.length;
    if (text[at] === '=') {
      const values: string[] = [];
      do {
        const value = parameterValue(text, pastBlanks(text, at + 1));
        if (!value) return undefined;
        values.push(value.text);
        at = value.end;
      } while (text[at] === ',');
      const named = written.trim();
      if (/^[\w-]+$/.test(named)) parameters.push({ name: named.toUpperCase(), values });
    } else if (written.trim() !== '') {
      const bare = written.trim();
      parameters.push({ name: encodings.test(bare) ? 'ENCODING' : 'TYPE', values: bare.split(',') });
    }
  }
  if (text[at] !== ':') return undefined;
  const group = start[1] === undefined ? {} : { group: start[1].toUpperCase() };
  return { ...group, name: (start[2] ?? '').toUpperCase(), parameters, value: text.slice(at + 1) };
}

function pastBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at += 1;
  return at;
}

/** In quotes; in quotes with others inside, behind backslashes; without, or with one that is never closed. */
const parameterValues = [/"([^"]*)"/y, /"((?:[^"\\]|\\.)*)"/y, /"?([^,;:]*)/y];

function parameterValue(text: string, from: number): { text: string; end: number } | undefined {
  for (const pattern of parameterValues) {
    pattern.lastIndex = from;
    const [whole, written = ''] = pattern.exec(text) ?? [];
    const end = pastBlanks(text, from + (whole ?? '').length);
    if (whole !== undefined && /[,;:]/.test(text.charAt(end)))
      return { text: uncircumflex(written.replace(/\\?"/g, '"').trimEnd()), end };
  }
  return undefined;
}

const circumflexes: Record<string, string> = { '^n': '\n', "^'": '"', '^^': '^' };

/** RFC 6868. */
function uncircumflex(text: string): string {
  return text.replace(/\^[n'^]/g, (pair) => circumflexes[pair] ?? pair);
}

function circumflex(text: string): string {
  return text.replace(/[\n"^]/g, (one) => (one === '\n' ? '^n' : one === '"' ? "^'" : '^^'));
}

/** The line as text, not folded. Parameter values are encoded (RFC 6868), and quoted unless they are plain words. */
export function formatLine({ group, name, parameters, value }: ContentLine): string {
  const written = parameters.map(({ name: parameter, values }) => {
    const safe = values
      .map((one) => circumflex(one))
      .map((one) => (/^[\w.+/-]*$/.test(one) ? one : `"${one}"`));
    return `;${parameter}=${safe.join(',')}`;
  });
  return `${group === undefined ? '' : `${group}.`}${name}${written.join('')}:${value}`;
}

/** All values of a parameter, in the order in which they stand; lists inside quotes are taken apart too. */
export function parameterOf({ parameters }: ContentLine, name: string): string[] {
  return parameters.filter((one) => one.name === name).flatMap(({ values }) => values);
}

/**
 * Text as a value or a part of one. The semicolon is escaped where nothing would be separated by it as well: 3.0 asks for
 * it, 4.0 allows it, and some readers split there.
 */
export function escapeText(text: string): string {
  return text.replace(/[\\,;]/g, '\\$&').replace(/\n/g, '\\n');
}

/** Undoes every escape that is about, those that no version of the standard asks for (colon, quote) included. */
export function unescapeText(value: string): string {
  return value.replace(/\\([\\,;:"nN])/g, (_, one: string) => (one === 'n' || one === 'N' ? '\n' : one));
}

/** The components of a structured value, still with their escapes. */
export function splitValue(value: string, separator: ';' | ','): string[] {
  const parts = [''];
  for (let at = 0; at < value.length; at += 1) {
    const one = value.charAt(at);
    if (one === separator) parts.push('');
    else parts[parts.length - 1] += one === '\\' ? value.slice(at, ++at + 1) : one;
  }
  return parts;
}

/** Folds a line so that none of its pieces is longer than 75 octets and no code point is cut. */
export function fold(line: string): string {
  let folded = '';
  let octets = 0;
  for (const character of line) {
    const size = Buffer.byteLength(character);
    if (octets + size > FOLD_OCTETS) {
      folded += '\r\n ';
      octets = 1;
    }
    folded += character;
    octets += size;
  }
  return folded;
}
