import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { demandConsent } from '../../lib/gate/purpose';
import type { ConsentPurposeId } from '../../lib/policy/purposes';
import type { Item } from '../../lib/table/client';
import { consentOf, type Person } from '../../lib/table/person/person';
import { readGuardian } from '../../lib/table/real-name/minor';
import { requiredConsents, type WayId } from '../../lib/table/real-name/real-name';
import { guardianNotice } from './guardian-notice';

/** The epoch of each consent that a way rests on, as the gate saw them. @throws AppError CONSENT_REQUIRED */
export function epochsOf(
  deps: Pick<Deps, 'policy'>,
  person: Person,
  way: WayId,
): { epoch: number; wayEpoch?: number; entry: number } {
  const purposes: readonly ConsentPurposeId[] = requiredConsents[way];
  const [home, own] = purposes.map((purpose) => {
    demandConsent(deps, person, purpose);
    return consentOf(person, purpose);
  });
  return {
    epoch: home?.epoch ?? 0,
    entry: home?.entry ?? 0,
    ...(own && { wayEpoch: own.epoch }),
  };
}

/** Sees to it that a write happens only while the person agrees as they did when they called (promise K3). */
export function asAgreed(deps: Pick<Deps, 'policy'>, person: Person, way: WayId): (now: Person) => void {
  const before = epochsOf(deps, person, way);
  return (now) => {
    const after = epochsOf(deps, now, way);
    if (after.epoch !== before.epoch || after.wayEpoch !== before.wayEpoch)
      throw new AppError('CONSENT_REQUIRED', { purpose: requiredConsents[way][0] });
  };
}

/** @throws AppError GUARDIAN_REQUIRED unless a guardian has agreed to the notice in force */
export function demandGuardian(item: Item | undefined): void {
  const known = readGuardian(item);
  if (known?.state !== 'consented' || known.textHash !== guardianNotice.textHash)
    throw new AppError('GUARDIAN_REQUIRED');
}
