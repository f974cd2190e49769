import type { Recipient } from './recipients';

/** So many days before its last one an agreement is warned of: time to renew it, and for the version of the policy that says so. */
export const AGREEMENT_WARNING_DAYS = 30;
const DAY_MS = 86_400_000;

export type AgreementState = 'in-force' | 'ends-soon' | 'expired';

/**
 * How the agreement of a recipient stands on a day in Beijing (YYYY-MM-DD), its last one counted in (PIPL art. 21; promise D3);
 * undefined for who needs none.
 */
export function agreementOn(
  day: string,
  { agreement }: Recipient,
): { state: AgreementState; daysLeft: number } | undefined {
  if (!agreement) return undefined;
  const daysLeft = Math.round((Date.parse(agreement.expiresOn) - Date.parse(day)) / DAY_MS);
  if (daysLeft < 0) return { state: 'expired', daysLeft };
  return { state: daysLeft < AGREEMENT_WARNING_DAYS ? 'ends-soon' : 'in-force', daysLeft };
}
