import type { ApiError } from './api-error';
import { reads } from './reads';
import type { Request } from './transport';

/**
 * After NETWORK and BUSY nobody knows what has happened. What only reads, as its row says, may go out again, and so may what
 * the service recognises as a repeat: by its idempotency key, or by the version it set out from. Not so with a proof of self:
 * the first try may have used it up, and the refusal of the second would hide that the act was done.
 */
export function mayRepeat(code: ApiError['code'], { name, operation, input, proof }: Request): boolean {
  if ((code !== 'NETWORK' && code !== 'BUSY') || proof) return false;
  const isRead = (reads[name] || '').split(' ').includes(operation);
  return isRead || 'idempotencyKey' in input || 'version' in input;
}
