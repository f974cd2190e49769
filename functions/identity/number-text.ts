/** What people type between the characters of a number without meaning it. */
const separators = /[\s\-‐‑‒–—－−_.·]/gu;
/** What is copied along with a number, such as marks of the direction of text. */
const unseen = /[\p{Cf}\p{Cc}]/gu;

/**
 * A number as it was meant: full-width characters made plain, spaces and dashes dropped, letters in upper case.
 */
export function normaliseNumber(text: string): string {
  return text.normalize('NFKC').replace(separators, '').replace(unseen, '').toUpperCase();
}
