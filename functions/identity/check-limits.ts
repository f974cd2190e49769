import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { WayId } from '../../lib/policy/assurance';
import type { ConsentPurposeId } from '../../lib/policy/purposes';
import type { Item } from '../../lib/table/client';
import { consentInForce, consentRequired } from '../../lib/table/person/consents';
import type { Person } from '../../lib/table/person/person';
import { readGuardian } from '../../lib/table/real-name/minor';
import { requiredConsents } from '../../lib/table/real-name/real-name';
import { guardianNotice } from './guardian-notice';

/** The epoch of each consent that a way rests on, as the gate saw them. @throws AppError CONSENT_REQUIRED */
export function epochsOf(
  deps: Pick<Deps, 'policy'>,
  person: Person,
  way: WayId,
): { epoch: number; wayEpoch?: number; entry: number } {
  const { reachVersions } = deps.policy.inForce();
  const purposes: readonly ConsentPurposeId[] = requiredConsents[way];
  const [home, own] = purposes.map((purpose) => {
    const agreed = consentInForce(reachVersions, person, purpose);
    if (!agreed) throw consentRequired(person, purpose);
    return agreed;
  });
  return {
    epoch: home?.epoch ?? 0,
    entry: home?.entry ?? 0,
    ...(own && { wayEpoch: own.epoch }),
  };
}

/** Whether a guardian has agreed to the notice in force. */
export function isGuarded(item: Item | undefined): boolean {
  const known = readGuardian(item);
  return known?.state === 'consented' && known.textHash === guardianNotice.textHash;
}

/** @throws AppError GUARDIAN_REQUIRED unless a guardian has agreed to the notice in force */
export function demandGuardian(item: Item | undefined): void {
  if (!isGuarded(item)) throw new AppError('GUARDIAN_REQUIRED');
}
