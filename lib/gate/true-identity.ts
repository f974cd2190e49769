import type { Deps } from '../deps';
import { AppError } from '../errors';
import { type IdentityProof, sufficesOn } from '../policy/true-identity';
import { beijingDay } from '../policy/working-days';
import type { Person } from '../table/person/person';
import { identityKeys, isIdentified } from '../table/real-name/true-identity';

/** By what whoever shows something to everyone has to be known today; by nothing where it is empty. */
export function identityAsked({ trueIdentityRules, clock }: Deps): readonly IdentityProof[] {
  return sufficesOn(trueIdentityRules, beijingDay(clock.now()));
}

/**
 * Whoever shows something to everyone has to be known, by one of the ways that suffice today (lib/policy/true-identity.ts).
 * Costs a trip. @throws AppError NOT_NOW saying what is missing
 */
export async function demandTrueIdentity(deps: Deps, person: Person): Promise<void> {
  const suffices = identityAsked(deps);
  const { reachVersions } = deps.policy.inForce();
  const wanted = identityKeys(suffices, reachVersions, person);
  const items = wanted.length > 0 ? await deps.table.getMany(wanted) : [];
  if (isIdentified(suffices, reachVersions, person, items)) return;
  const asked = suffices.map((proof) => named[proof]).join('或者');
  throw new AppError('NOT_NOW', {
    why: `向所有人公开内容，须先${asked}（网络安全法第二十六条）。只给持有链接的人看不受影响。`,
  });
}

const named = { 'real-name': '完成实名核验', phone: '绑定手机号' } as const;
