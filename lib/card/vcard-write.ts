import type { VCardVersion } from './vcard-forms';
import { fold, formatLine } from './vcard-line';
import { lineOf, propertiesOf, type Writable } from './vcard-properties';

/**
 * A card as vCard 4.0 (RFC 6350) or 3.0 (RFC 2426, which phones read best): UTF-8 text, lines of at most 75 octets that
 * end in CRLF. The same content gives the same bytes. `kept` lines go along; what another person gets has none of them
 * (`only` in content.ts leaves them out).
 */
export function writeVCard(content: Writable, version: VCardVersion): string {
  const lines = propertiesOf(content, version).map((property) => {
    const line = lineOf(property);
    return line.asItCame ?? formatLine(line);
  });
  const all = ['BEGIN:VCARD', `VERSION:${version}`, ...lines, 'END:VCARD'];
  return all.map((line) => `${fold(line)}\r\n`).join('');
}

/** Several cards in one file, one after the other. */
export function writeVCards(contents: readonly Writable[], version: VCardVersion): string {
  return contents.map((content) => writeVCard(content, version)).join('');
}
