import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import { sufficesOn } from '../../../lib/policy/true-identity';
import { beijingDay } from '../../../lib/policy/working-days';
import type { Person } from '../../../lib/table/person/person';
import { holdsPhone, phoneKey } from '../../../lib/table/person/phone';
import { readRealName, realNameKeys } from '../../../lib/table/real-name/real-name';

/**
 * Whoever shows something to everyone has to be known, by one of the ways that suffice today (lib/policy/true-identity.ts).
 * Costs a trip. @throws AppError NOT_NOW saying what is missing
 */
export async function demandTrueIdentity(deps: Deps, person: Person): Promise<void> {
  const suffices = sufficesOn(deps.trueIdentityRules, beijingDay(deps.clock.now()));
  if (suffices.length === 0) return;
  const { subjectId } = person;
  const { reachVersions } = deps.policy.inForce();
  const [bound, ...results] = await deps.table.getMany([phoneKey(subjectId), ...realNameKeys(subjectId)]);
  const holds = {
    phone: holdsPhone(reachVersions, person, bound),
    'real-name': results.some((item) => readRealName(reachVersions, item, person)),
  };
  if (suffices.some((proof) => holds[proof])) return;
  const asked = suffices.map((proof) => named[proof]).join('或者');
  throw new AppError('NOT_NOW', {
    why: `向所有人公开内容之前，须先${asked}（网络安全法第二十六条）。只给持有链接的人看不受影响。`,
  });
}

const named = { 'real-name': '完成实名核验', phone: '绑定手机号' } as const;
