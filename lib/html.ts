const escapes: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as HTML says it, between tags or in quotes. */
export function text(words: string): string {
  return words.replace(/[&<>"']/g, (one) => escapes[one] ?? one);
}
