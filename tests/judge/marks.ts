import { brotliDecompressSync, gunzipSync, inflateRawSync, inflateSync } from 'node:zlib';

/** Looks for marked values in anything, however they are written there: plain, base64, hex, escaped, or compressed. */
export type Marks = {
  /** The marks that a value says in any way, by name. */
  in(value: unknown): string[];
};

/** Bytes that stand for themselves whatever comes before and after: base64 takes three at a time. */
const BASE64_GROUP = 3;

/** @param marks the values by the name that a finding is told by */
export function createMarks(marks: Record<string, string>): Marks {
  const forms = Object.entries(marks).map(([name, value]): [string, Set<string>] => {
    const bytes = Buffer.from(value);
    return [
      name,
      new Set([
        value,
        bytes.toString('hex'),
        JSON.stringify(value).slice(1, -1),
        [...value].map((one) => (one < '\x80' ? one : escaped(one))).join(''),
        encodeURIComponent(value),
        ...inBase64(bytes),
      ]),
    ];
  });

  function inText(text: string): string[] {
    const lower = text.toLowerCase();
    return forms.flatMap(([name, written]) =>
      [...written].some((form) => text.includes(form) || lower.includes(form.toLowerCase())) ? [name] : [],
    );
  }

  function inBytes(bytes: Buffer, deep = true): string[] {
    const found = [...inText(bytes.toString('utf8')), ...inText(bytes.toString('utf16le'))];
    return deep ? [...found, ...unpacked(bytes).flatMap((inner) => inBytes(inner, false))] : found;
  }

  function look(value: unknown): string[] {
    if (value instanceof Uint8Array) return inBytes(Buffer.from(value));
    if (typeof value === 'string') {
      const bytes = Buffer.from(value, 'base64');
      return [...inText(value), ...(bytes.length > 8 ? unpacked(bytes).flatMap((one) => inBytes(one)) : [])];
    }
    if (Array.isArray(value)) return value.flatMap(look);
    if (value instanceof Map || value instanceof Set) return look([...value]);
    if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(look);
    return value === undefined ? [] : inText(String(value));
  }
  return { in: (value) => [...new Set(look(value))] };
}

const escaped = (character: string): string =>
  [...Array(character.length).keys()]
    .map((at) => `\\u${character.charCodeAt(at).toString(16).padStart(4, '0')}`)
    .join('');

/** What is in the middle of the base64 of the bytes, wherever they begin in it, in both alphabets. */
function inBase64(bytes: Buffer): string[] {
  const shifts = Array.from({ length: BASE64_GROUP }, (_, shift) => {
    const padded = Buffer.concat([Buffer.alloc(shift), bytes]);
    const whole = padded.toString('base64').replace(/=+$/, '');
    // The first and the last group say something of their neighbours as well.
    return whole.slice(shift === 0 ? 0 : 4, padded.length % BASE64_GROUP === 0 ? undefined : -2);
  });
  const long = shifts.filter(({ length }) => length >= 6);
  return long.flatMap((text) => [text, text.replaceAll('+', '-').replaceAll('/', '_')]);
}

/** What lies in bytes that were compressed in one of the usual ways. */
function unpacked(bytes: Buffer): Buffer[] {
  return [gunzipSync, inflateSync, inflateRawSync, brotliDecompressSync].flatMap((open) => {
    try {
      return [open(bytes)];
    } catch {
      return [];
    }
  });
}
