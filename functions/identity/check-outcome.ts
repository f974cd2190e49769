import { AppError } from '../../lib/errors';
import type { CheckAnswer } from '../../lib/partner/check-result';
import type { Attempt } from '../../lib/table/real-name/real-name-attempt';

/** What the person and their register may learn of a partner's answer. */
export type PublicOutcome = NonNullable<Attempt['outcome']>;

/**
 * A mismatch, no record and a blocked card are all NOT_VERIFIED: whoever tries another person's number must not learn
 * from us which numbers exist, nor what state a card is in. The register says the same, for it is shown too.
 */
const publicOutcomes: Record<CheckAnswer['result'], PublicOutcome> = {
  VERIFIED: 'VERIFIED',
  MISMATCH: 'NOT_VERIFIED',
  NO_RECORD: 'NOT_VERIFIED',
  INVALID_INPUT: 'NOT_VERIFIED',
  UNSUPPORTED: 'NOT_VERIFIED',
  CARD_STATE: 'NOT_VERIFIED',
  RATE_LIMITED: 'LATER',
  UPSTREAM_ERROR: 'UNAVAILABLE',
};

export function publicOutcome({ result }: Pick<CheckAnswer, 'result'>): PublicOutcome {
  return publicOutcomes[result];
}

/** @throws AppError NOT_VERIFIED | TOO_MANY_ATTEMPTS | PARTNER_UNAVAILABLE */
export function demandVerified(outcome: PublicOutcome | undefined): void {
  if (outcome === 'NOT_VERIFIED') throw new AppError('NOT_VERIFIED');
  if (outcome === 'LATER') throw new AppError('TOO_MANY_ATTEMPTS');
  if (outcome !== 'VERIFIED') throw new AppError('PARTNER_UNAVAILABLE');
}
