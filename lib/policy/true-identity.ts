/** What shows whose an account is. */
export const identityProofs = ['real-name', 'phone'] as const;
export type IdentityProof = (typeof identityProofs)[number];

/** From a day in Beijing on (YYYY-MM-DD): any one of these is enough to show something to everyone; none is asked where empty. */
export type TrueIdentityRule = { from: string; suffices: readonly IdentityProof[] };

/**
 * Who publishes has to be known (网络安全法 art. 26 as numbered since 2026; 未成年人网络保护条例 art. 31): a verified name, or a phone,
 * which is registered to a name. The earliest rule first; another one begins on its day.
 */
export const trueIdentityRules: readonly TrueIdentityRule[] = [
  { from: '2017-06-01', suffices: ['real-name', 'phone'] },
];

/** What suffices on a day; empty where nothing is asked. */
export function sufficesOn(rules: readonly TrueIdentityRule[], day: string): readonly IdentityProof[] {
  return rules.filter(({ from }) => from <= day).at(-1)?.suffices ?? [];
}
