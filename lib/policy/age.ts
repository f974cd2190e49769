/** Age as far as the law asks (PIPL art. 31; 未成年人网络保护条例): never a birth date. */
export const ageBands = ['under-14', 'under-18', 'adult'] as const;
export type AgeBand = (typeof ageBands)[number];
