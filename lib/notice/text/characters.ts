/**
 * Lengths as each channel reckons them. A Han character outside the basic plane, such as 𠮷 (U+20BB7), is one character to a
 * reader and two units to a network that speaks UCS-2.
 */

/** Code points: what a reader and a form count. */
export function charactersIn(text: string): number {
  return [...text].length;
}

/** Units of one SMS in UCS-2, and of each part of a longer one, which carries its place (3GPP TS 23.040, 9.2.3.24.1). */
const SMS_UNITS = 70;
const SMS_PART_UNITS = 67;

/** How many messages a text is sent and billed as. A pair of surrogates is never split between two. */
export function smsSegments(text: string): number {
  if (text.length <= SMS_UNITS) return 1;
  let segments = 1;
  let used = 0;
  for (const character of text) {
    if (used + character.length > SMS_PART_UNITS) {
      segments += 1;
      used = 0;
    }
    used += character.length;
  }
  return segments;
}

const breaks = /[\r\n\v\f\u0085\u2028\u2029]/;

export function hasLineBreak(text: string): boolean {
  return breaks.test(text);
}

/** Han characters, the rare ones included. */
export function hanIn(text: string): number {
  return text.match(/\p{Script=Han}/gu)?.length ?? 0;
}
