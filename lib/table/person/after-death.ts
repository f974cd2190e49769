/** What somebody has said about their account after their death: relatives may have it ended, or it is kept. */
export const afterDeath = ['end', 'keep', 'unsaid'] as const;
export type AfterDeath = (typeof afterDeath)[number];
