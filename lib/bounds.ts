/**
 * How much of what a caller sends is looked at before anybody knows who it is. No parser and no pattern runs over more
 * than this; lib/gate/guard.ts holds every host to it.
 */

/** Bytes of a whole input; an operation may be given more (`maxBodyBytes`). */
export const MAX_BODY_BYTES = 256 * 1024;
/** Objects and lists inside one another. */
export const MAX_DEPTH = 16;
/** A session token has 64; an access token of the staff carries its claims. API Gateway lets 10 240 bytes of headers in. */
export const MAX_TOKEN_CHARS = 8192;
/** A proof of self is made like a session token, of 64. */
export const MAX_PROOF_CHARS = 64;
/** An IPv4 address written as an IPv6 one (RFC 4291, 2.2): the longest form there is. */
export const MAX_ADDRESS_CHARS = 45;
/** Of what a client says of itself, a browser's User-Agent for one; the rest is cut off. */
export const MAX_CLIENT_CHARS = 512;

/** Bytes in UTF-8, and how many objects and lists lie inside one another. */
export type Measure = { bytes: number; depth: number };

/**
 * Measures JSON before it is parsed, in one pass and without recursion. The depth of text over `maxBytes` is not looked
 * for, and text that is no JSON gets a depth that means nothing: the parser will say so.
 */
export function measureText(text: string, maxBytes: number): Measure {
  const bytes = Buffer.byteLength(text);
  let depth = 0;
  let open = 0;
  for (let at = 0; bytes <= maxBytes && at < text.length; at += 1) {
    const one = text[at];
    if (one === '"') at = endOfString(text, at);
    else if (one === '{' || one === '[') depth = Math.max(depth, ++open);
    else if (one === '}' || one === ']') open -= 1;
  }
  return { bytes, depth };
}

/** Where the JSON string that begins at `start` has its closing quote; the end of the text when it has none. */
export function endOfString(json: string, start: number): number {
  let at = start + 1;
  while (at < json.length && json[at] !== '"') at += json[at] === '\\' ? 2 : 1;
  return at;
}

/**
 * Measures what a platform has parsed already: the bytes that `JSON.stringify` would write, without recursion. Stops
 * counting beyond `maxBytes`.
 */
export function measureValue(value: unknown, maxBytes: number): Measure {
  const measure = { bytes: 0, depth: 0 };
  const waiting: { value: unknown; depth: number }[] = [{ value, depth: 1 }];
  for (let next = waiting.pop(); next && measure.bytes <= maxBytes; next = waiting.pop()) {
    if (typeof next.value !== 'object' || next.value === null) {
      measure.bytes += bytesOf(next.value);
      continue;
    }
    const { depth } = next;
    const named = Array.isArray(next.value) ? [] : Object.keys(next.value);
    const children = Object.values(next.value).filter((child) => child !== undefined);
    measure.depth = Math.max(measure.depth, depth);
    measure.bytes +=
      2 + Math.max(0, children.length - 1) + named.reduce((sum, name) => sum + bytesOf(name) + 1, 0);
    if (measure.bytes <= maxBytes)
      for (const child of children) waiting.push({ value: child, depth: depth + 1 });
  }
  return measure;
}

function bytesOf(scalar: unknown): number {
  return Buffer.byteLength(JSON.stringify(scalar) ?? '');
}
