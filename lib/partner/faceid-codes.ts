import type { CheckResult } from './check-result';

/** BUSY is asked again, within bounds, and then it is UPSTREAM_ERROR. */
export type Meaning = CheckResult | 'BUSY';
type Codes = Record<string, Meaning>;

/**
 * What the `Result` of each action means. The numbers shift from action to action, so that no table may serve two of
 * them. A code that is not here is an UPSTREAM_ERROR and rings.
 */
export const faceidCodes = {
  IdCardVerification: {
    '0': 'VERIFIED',
    '-1': 'MISMATCH',
    '-2': 'INVALID_INPUT',
    '-3': 'INVALID_INPUT',
    '-4': 'UPSTREAM_ERROR',
    '-5': 'NO_RECORD',
    '-6': 'UPSTREAM_ERROR',
    '-7': 'RATE_LIMITED',
  },
  PhoneVerification: {
    '0': 'VERIFIED',
    '-4': 'MISMATCH',
    '-6': 'INVALID_INPUT',
    '-7': 'INVALID_INPUT',
    '-8': 'INVALID_INPUT',
    '-9': 'NO_RECORD',
    '-11': 'BUSY',
    '-12': 'RATE_LIMITED',
    '-13': 'UNSUPPORTED',
  },
  BankCard4EVerification: {
    '0': 'VERIFIED',
    '-1': 'MISMATCH',
    '-2': 'INVALID_INPUT',
    '-3': 'INVALID_INPUT',
    '-4': 'INVALID_INPUT',
    '-5': 'INVALID_INPUT',
    '-6': 'MISMATCH',
    '-7': 'CARD_STATE',
    '-8': 'CARD_STATE',
    '-9': 'CARD_STATE',
    '-10': 'UNSUPPORTED',
    '-11': 'CARD_STATE',
    '-12': 'CARD_STATE',
    '-13': 'CARD_STATE',
    '-14': 'CARD_STATE',
    '-15': 'CARD_STATE',
    '-16': 'CARD_STATE',
    '-17': 'CARD_STATE',
    '-18': 'BUSY',
    '-19': 'RATE_LIMITED',
    '-20': 'INVALID_INPUT',
    '-21': 'CARD_STATE',
  },
} as const satisfies Record<string, Codes>;

export type CheckAction = keyof typeof faceidCodes;

/** `Response.Error.Code`: of these it is known that asking again soon helps. Every other one is our fault or theirs. */
export const faceidBusyErrors: readonly string[] = ['RequestLimitExceeded'];
