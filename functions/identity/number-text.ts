/** What people type between the characters of a number, or about it, without meaning it. */
const separators = /[\s\p{Pd}−_.·'"‘’“”`,，;；、。]/gu;
/** What is copied along with a number, such as marks of the direction of text. */
const unseen = /\u20E3|[\p{Cf}\p{Cc}\p{Default_Ignorable_Code_Point}]/gu;
/** What it is, in front of it. */
const label = /^[^\p{L}\p{N}]*\p{L}+[:：]/u;
/** The last character of many numbers, as keyboards have something like it. */
const likeX = /[×✕✖хХχΧ]$/u;

/**
 * A number as it was meant: full-width characters made plain, spaces and dashes dropped, what is in front of it and about it as
 * well, letters in upper case.
 */
export function normaliseNumber(text: string): string {
  const plain = text.normalize('NFKC').replace(unseen, '').replace(label, '');
  return plain.replace(separators, '').replace(likeX, 'X').toUpperCase();
}
