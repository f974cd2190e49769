import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Item, Write } from '../../lib/table/client';
import { textOf } from '../../lib/table/keys';
import { keysOf, type Person } from '../../lib/table/person/person';
import { holdsPhone, phoneKey, stillBound } from '../../lib/table/person/phone';
import { minorKey, minorMark, noMinor } from '../../lib/table/real-name/minor';
import {
  isSurelyAdult,
  readRealName,
  realNameKeys,
  stillVerified,
} from '../../lib/table/real-name/real-name';

/** What shows that somebody may answer for a child, as `demandGrownUp` takes it. */
export const grownUpKeys = (subjectId: string) => [
  minorKey(subjectId),
  phoneKey(subjectId),
  ...realNameKeys(subjectId),
];

/**
 * Who may answer for a child: an adult, by a proof that a child cannot give in somebody else's name (lib/policy/assurance.ts)
 * and by all that is known of the account; with a phone of their own, which is another one than the child's, as a number is
 * one account's. Answers the conditions by which a transaction is held to all that this rests on.
 * @param shown the items at `grownUpKeys`
 * @throws AppError CALLER_NOT_ALLOWED
 */
export function demandGrownUp(
  deps: Deps,
  person: Person,
  [mark, bound, ...results]: (Item | undefined)[],
): Write[] {
  const { subjectId } = person;
  const { reachVersions } = deps.policy.inForce();
  const surely = results.find((item) => isSurelyAdult(readRealName(reachVersions, item, person)));
  if (surely && !minorMark.is(mark) && holdsPhone(reachVersions, person, bound))
    return [noMinor(subjectId), stillBound(subjectId, bound), stillVerified(surely)];
  throw new AppError('CALLER_NOT_ALLOWED', {
    why: '监护人须是成年人，用银行卡、人脸或者国家网络身份认证完成核验，并绑定自己的手机号。',
  });
}

/** Nobody answers for themself from a second account: it has to be another WeChat. @throws AppError CALLER_NOT_ALLOWED */
export function demandOtherPerson(guardian: Person, child: Person): void {
  const theirs = new Set(keysOf(child.identities).map(textOf));
  const own = keysOf(guardian.identities).map(textOf);
  if (own.length > 0 && !own.some((key) => theirs.has(key))) return;
  throw new AppError('CALLER_NOT_ALLOWED', { why: '监护人须用自己的微信，不能与孩子的账号相同。' });
}
