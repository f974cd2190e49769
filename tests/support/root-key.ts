import { randomBytes } from 'node:crypto';

/** A root key of no other world's: two services that must not know each other's keys bring one each. */
export const newRootKey = (): string => `local:${randomBytes(32).toString('base64')}`;
