/** What people type between the characters of a number without meaning it. */
const separators = /[\s\-‐‑‒–—－_.·]/gu;

/**
 * A number as it was meant: full-width characters made plain, spaces and dashes dropped, letters in upper case.
 */
export function normaliseNumber(text: string): string {
  return text.normalize('NFKC').replace(separators, '').toUpperCase();
}
