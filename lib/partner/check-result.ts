/**
 * What a check of an identity came to, whichever partner made it. Only VERIFIED raises anybody's standing. The partners'
 * own codes end in their own files, because they differ from action to action.
 */
export const checkResults = [
  'VERIFIED',
  'MISMATCH',
  'INVALID_INPUT',
  'NO_RECORD',
  'UNSUPPORTED',
  'CARD_STATE',
  'RATE_LIMITED',
  'UPSTREAM_ERROR',
] as const;
export type CheckResult = (typeof checkResults)[number];

/** A check's result, and the partner's number for it: empty unless it has the shape of one. */
export type CheckAnswer = { result: CheckResult; partnerRequestId: string };

/** A partner's request number as it may be stored: a UUID and nothing that could carry something else. */
export function requestIdOf(given: unknown): string {
  const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
  return typeof given === 'string' && uuid.test(given) ? given : '';
}

/** A partner's code as it may be logged: short and of the form of a code, or the word for anything else. */
export function codeOf(given: unknown): string {
  return typeof given === 'string' && /^([+-]?\d{1,3}|[A-Za-z_]{1,40}(\.[A-Za-z]{1,60})*)$/.test(given)
    ? given
    : 'malformed';
}
