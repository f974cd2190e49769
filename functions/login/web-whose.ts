/** How many of the last characters of an account's number are shown: enough to compare with the phone, too few to find it by. */
const TAIL_CHARS = 4;

/**
 * Whose account a browser is about to open, for whoever sits before it and knows their own: the first character of the
 * nickname, where there is one, and the end of the account's number. The phone shows the same. A browser learns it only after
 * that person has approved it, so whoever merely shows a code to others learns nothing about them (promise A1).
 */
export function whose(subjectId: string, name: string | undefined): { name?: string; tail: string } {
  return { ...(name && { name }), tail: subjectId.slice(-TAIL_CHARS) };
}

/** 张*: the first character as a person sees it, and nothing of how long the rest is. */
export function maskName(nickname: string | undefined): string | undefined {
  const [first] = new Intl.Segmenter('zh').segment(nickname ?? '');
  return first && `${first.segment}*`;
}
