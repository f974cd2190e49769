import type { ApiError } from './api-error';
import type { Request } from './transport';

/** Operations named so only read; a test holds every operation table to that. */
export const readsByName = /^(get|list|status|history|policy|jwks|ways|services)(?![a-z])/;

/**
 * After NETWORK and BUSY nobody knows what has happened. A read may go out again, and so may what the service
 * recognises as a repeat: by its idempotency key, or by the version it set out from. Not so with a proof of self: the
 * first try may have used it up, and the refusal of the second would hide that the act was done.
 */
export function mayRepeat(code: ApiError['code'], { operation, input, proof }: Request): boolean {
  if ((code !== 'NETWORK' && code !== 'BUSY') || proof) return false;
  return readsByName.test(operation) || 'idempotencyKey' in input || 'version' in input;
}
