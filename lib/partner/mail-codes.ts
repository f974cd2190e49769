import type { Sent } from '../notice/channel';

type Refused = Exclude<Sent['status'], 'accepted'>;

/**
 * What an enhanced status code means (RFC 3463), the first that fits. Whatever else begins with 5 is a refusal of ours,
 * by policy or protocol: a technical failure.
 */
const enhanced: [RegExp, Refused][] = [
  [/^[45]\.2\.2$/, 'temporary-failure'], // the mailbox is full
  [/^5\.[12]\./, 'permanent-failure'], // no such address, mailbox or domain, or it takes nothing
  [/^4\.[12]\./, 'temporary-failure'],
  [/^4\./, 'throttled'],
];
/** The same by the three digits (RFC 5321, 4.2.3), where there is no enhanced code. */
const plain: [RegExp, Refused][] = [
  [/^552$/, 'temporary-failure'],
  [/^55[013]$/, 'permanent-failure'],
  [/^450$/, 'temporary-failure'],
  [/^4/, 'throttled'],
];

const meaningIn = (codes: [RegExp, Refused][], code: string): Refused =>
  codes.find(([pattern]) => pattern.test(code))?.[1] ?? 'technical-failure';

/** What a server's refusal means: `reply` is its three digits, `text` the whole of it, of which only the code is used. */
export function meaningOfReply(
  reply: number,
  text: string,
): { status: Refused; code: string; alarm: boolean } {
  const [, given] = /^\d{3}[ -]([245]\.\d{1,3}\.\d{1,3})\b/.exec(text) ?? [];
  const code = given ?? String(reply);
  const status = given ? meaningIn(enhanced, given) : meaningIn(plain, code);
  return { status, code, alarm: status === 'technical-failure' };
}
