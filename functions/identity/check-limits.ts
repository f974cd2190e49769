import { DAY_MS, HOUR_MS } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { demandConsent } from '../../lib/gate/purpose';
import type { ConsentPurposeId } from '../../lib/policy/purposes';
import type { Item, Write } from '../../lib/table/client';
import { consentOf, type Person } from '../../lib/table/person/person';
import { readGuardian } from '../../lib/table/real-name/minor';
import { requiredConsents, type WayId } from '../../lib/table/real-name/real-name';
import { useWrite } from '../../lib/table/sign-in/limit-counter';
import { guardianNotice } from './guardian-notice';

/** Checks by one person, and checks of one number whoever asks, in a day. */
export const CHECKS_PER_PERSON = { name: 'CHECKS_PER_PERSON', max: 10, windowMs: DAY_MS } as const;
export const CHECKS_PER_NUMBER = { name: 'CHECKS_PER_NUMBER', max: 10, windowMs: DAY_MS } as const;
/** How often one person may ask whether a face check is done. */
export const FACE_RESULTS_PER_PERSON = {
  name: 'FACE_RESULTS_PER_PERSON',
  max: 60,
  windowMs: HOUR_MS,
} as const;

type Limit = { name: string; max: number; windowMs: number };

/** The count of one attempt, to ride in the transaction that registers the disclosure. */
export async function spendWrite(deps: Deps, limit: Limit, source: string): Promise<Write> {
  const digest = await deps.ring.digest('address', `${limit.name}|${source}`);
  return useWrite(digest, deps.clock.now(), limit.windowMs, limit.max);
}

/**
 * The same answer whichever limit was met: the count of a number would tell that others have asked about it.
 */
export function tooMany(): AppError {
  const { name: limit, max } = CHECKS_PER_PERSON;
  return new AppError('TOO_MANY_ATTEMPTS', { limit, max });
}

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
