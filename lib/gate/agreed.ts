import type { Deps } from '../deps';
import { type ConsentPurposeId, needsConsent, type PurposeId } from '../policy/purposes';
import { consentRequired, epochOf } from '../table/person/consents';
import type { Person } from '../table/person/person';
import type { PersonChange } from '../table/person/standing';
import { demandConsent } from './purpose';

/** Consents as they were seen. A later one has another epoch. */
export type Agreed = { purpose: ConsentPurposeId; epoch: number };

/** What a person agrees to of these purposes, so that it can be held to at each write. */
export function agreedBy(person: Person, purposes: PurposeId[]): Agreed[] {
  const asked = [...new Set(purposes)].filter(needsConsent);
  return asked.map((purpose) => ({ purpose, epoch: epochOf(person, purpose) }));
}

/**
 * A consent given anew is another one: what began under the first does not go on under it (promises K3, K4).
 * @throws AppError CONSENT_REQUIRED
 */
export function demandSame(deps: Deps, now: Person, agreed: Agreed[]): void {
  for (const { purpose, epoch } of agreed) {
    demandConsent(deps, now, purpose);
    if (epochOf(now, purpose) !== epoch) throw consentRequired(now, purpose);
  }
}

/** The same, as a condition of the transaction that moves the head of the person's ledger. */
export function onlyWhile(agreed: Agreed[]): PersonChange | undefined {
  if (agreed.length === 0) return undefined;
  const each = (what: (one: Agreed, index: number) => [string, unknown]) =>
    Object.fromEntries(agreed.map(what)) as Record<string, never>;
  return {
    condition: agreed
      .map(
        (_, at) => `#consents.#agreed${at}.granted = :agreed AND #consents.#agreed${at}.epoch = :epoch${at}`,
      )
      .join(' AND '),
    names: { '#consents': 'consents', ...each(({ purpose }, at) => [`#agreed${at}`, purpose]) },
    values: { ':agreed': true, ...each(({ epoch }, at) => [`:epoch${at}`, epoch]) },
  };
}
