import { randomBytes } from 'node:crypto';

/** A fresh idempotency key. */
export function onceKey(): string {
  return randomBytes(12).toString('hex');
}
