import type { RetentionId } from './retention';

/**
 * The rules by which something outlives the person whom it is about (PIPL art. 47 para 2). What stays by one of them is
 * sealed apart from birth (lib/crypto/stay-keys.ts), so that the person's own key can go first when they are erased.
 */
export const stayRules = [
  'proof-three-years',
  'review-three-years',
  'incident-life',
] as const satisfies readonly RetentionId[];
export type StayRule = (typeof stayRules)[number];
