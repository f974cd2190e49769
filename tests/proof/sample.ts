import fc from 'fast-check';

/** `npm run proof` sets it: everything is gone through, and nothing is left to a sample. */
const isWhole = process.env.PROOF === 'whole';

/** How much of something: all of it in a proof, `sample` in `npm test`. */
export const amount = (whole: number, sample: number): number => (isWhole ? whole : sample);

/** All of something in a proof, in `npm test` so many of them, others in each run: for what is prepared before the tests. */
export const some = <T>(cases: readonly T[], sample: number): T[] =>
  isWhole
    ? [...cases]
    : fc.sample(fc.shuffledSubarray([...cases], { minLength: sample, maxLength: sample }), 1).flat();

/**
 * Holds every case in a proof; in `npm test` so many of them, others in each run. What fails is reported with the case
 * and the seed that brings it back.
 */
export async function holdsFor<T>(
  cases: readonly T[],
  sample: number,
  holds: (one: T) => Promise<void>,
): Promise<void> {
  if (isWhole) for (const one of cases) await holds(one);
  else await fc.assert(fc.asyncProperty(fc.constantFrom(...cases), holds), { numRuns: sample });
}

/** Defines tests of a proof alone: of what one case costs more than `npm test` has for a whole file. */
export function inProofAlone(define: () => void): void {
  if (isWhole) define();
}
