import type { Deps } from '../../lib/deps';
import type { Item } from '../../lib/table/client';
import { consentInForce } from '../../lib/table/person/consents';
import type { Person } from '../../lib/table/person/person';
import { readNickname } from '../../lib/table/profile/nickname';
import type { Sealer } from '../../lib/table/sealer';

/** How many of the last characters of an account's number are shown: enough to compare with the phone, too few to find it by. */
const TAIL_CHARS = 4;

/**
 * Whose account a browser is about to open, for whoever sits before it and knows their own: the first character of the
 * nickname, where there is one that may be used, and the end of the account's number. The phone shows the same. A browser
 * learns it only after that person has approved it, so whoever merely shows a code to others learns nothing of them
 * (promise A1).
 */
export function whose(
  { policy }: Deps,
  person: Person,
  nickname: Item | undefined,
  sealer: Sealer | undefined,
): { name?: string; tail: string } {
  const agreed = consentInForce(policy.inForce().reachVersions, person, 'profile');
  const name = agreed && sealer && masked(readNickname(nickname, agreed.epoch, sealer)?.nickname);
  return { ...(name && { name }), tail: person.subjectId.slice(-TAIL_CHARS) };
}

/** 张*: the first character as people see it, and nothing of how long the rest is. */
function masked(nickname: string | undefined): string | undefined {
  const [first] = new Intl.Segmenter('zh').segment(nickname ?? '');
  return first && `${first.segment}*`;
}
