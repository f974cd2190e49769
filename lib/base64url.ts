/**
 * Whether a text is base64url (RFC 4648, section 5) in the one spelling of its bytes: decoders take padding, the other alphabet,
 * spaces and spare bits as well, and what has several spellings is told apart where it should not be.
 */
export function isCanonical(text: string): boolean {
  return Buffer.from(text, 'base64url').toString('base64url') === text;
}

/** Whether a compact JWS (RFC 7515) is written in its one spelling. */
export function isCanonicalJws(jws: string): boolean {
  return jws.split('.').every(isCanonical);
}
