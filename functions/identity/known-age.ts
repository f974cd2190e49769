import { AppError } from '../../lib/errors';
import { type AgeBand, ageAfter, type KnownAge } from '../../lib/policy/age';
import type { WayId } from '../../lib/policy/assurance';
import type { Item } from '../../lib/table/client';
import { readAge } from '../../lib/table/real-name/minor';
import type { RealName } from '../../lib/table/real-name/real-name';
import { demandGuardian } from './check-limits';

type Said = { band?: AgeBand | undefined; way: WayId; uniqueDigest: string };
type Seen = { minor: Item | undefined; guardian: Item | undefined };

/**
 * How old the account is once this proof counts, by what is known of it (lib/policy/age.ts): not said is as known, and younger
 * than 14 nothing goes on without the guardian. `live` is the result in force, whose number may have grown up.
 * @throws AppError NOT_NOW for an age that the proof is too weak to show | GUARDIAN_REQUIRED
 */
export function demandAge(seen: Seen, live: RealName | undefined, said: Said): Partial<KnownAge> {
  const isSameNumber = live?.uniqueDigest === said.uniqueDigest;
  const age = ageAfter(readAge(seen.minor), { band: said.band, way: said.way, isSameNumber });
  if (!age)
    throw new AppError('NOT_NOW', {
      why: '填写的身份与这个账号已知的年龄不一致。请换一种更可靠的核验方式，或者申请人工复核。',
      instead: 'identity/appeal',
    });
  if (age.band === 'under-14') demandGuardian(seen.guardian);
  return age;
}
