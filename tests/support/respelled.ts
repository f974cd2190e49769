const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

/** Other spellings that a lenient decoder takes for the same bytes as a text in base64url, or as a JWS of it. */
export function respelled(text: string): string[] {
  const last = text.slice(text.lastIndexOf('.') + 1);
  const spare = last.length % 4 === 0 ? [] : [ALPHABET[ALPHABET.indexOf(text.at(-1) ?? '') + 1] ?? ''];
  return [
    ...spare.map((one) => `${text.slice(0, -1)}${one}`),
    `${text}=`,
    ` ${text}`,
    text.replaceAll('-', '+').replaceAll('_', '/'),
  ].filter((one) => one !== text);
}
