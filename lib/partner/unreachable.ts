import { AppError } from '../errors';

/** System errors of a connection that never came about, so that nothing of the call has left. */
const neverConnected = ['ECONNREFUSED', 'EHOSTUNREACH', 'ENETUNREACH', 'ENOTFOUND', 'EAI_AGAIN'];
/** The code under which a channel says so. */
export const UNREACHABLE = 'unreachable';

/** Whether the partner cannot have got anything of a call that failed with this error. */
export function neverReached(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { cause, code, originalCode } = error as { cause?: unknown; code?: unknown; originalCode?: unknown };
  return [code, originalCode].some((one) => neverConnected.includes(String(one))) || neverReached(cause);
}

/** PARTNER_UNAVAILABLE, and it is certain that the partner has got nothing. */
export class Unreachable extends AppError {
  constructor() {
    super('PARTNER_UNAVAILABLE');
  }
}
