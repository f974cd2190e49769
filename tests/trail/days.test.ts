import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { createDayKeys } from '../../lib/crypto/day-keys';
import type { SuiteName } from '../../lib/crypto/suite';
import type { WrappedKey } from '../../lib/crypto/wrapped-key';

/** Days by one seed, which lies open where the ring seals it. */
async function daysFrom(day: string, suite: SuiteName = 'aes') {
  let stored: WrappedKey;
  const made = () =>
    createDayKeys({
      stored: async () => stored,
      fresh: async () => stored,
      open: async ({ wrapped }) => Buffer.from(wrapped),
      seal: async (seed) => seed,
      ...{ suite, now: () => 0, random: randomBytes },
    });
  stored = await made().newTrailKey(day);
  return {
    anew: made,
    move: async (to: string) => {
      const moved = await made().trailKeyFrom(to);
      if (moved) stored = moved.after;
      return moved !== undefined;
    },
  };
}
const anybody = () => randomBytes(16).toString('base64url');

describe.each(['aes', 'sm'] as const)('pseudonyms of days, by %s (B3, S8)', (suite) => {
  it('are the same all day, and turn back on their day alone', async () => {
    const { anew } = await daysFrom('2026-11-01', suite);
    const [today, tomorrow, elsewhere] = [
      await anew().dayCipher('2026-11-27'),
      await anew().dayCipher('2026-11-28'),
      await (await daysFrom('2026-11-01', suite)).anew().dayCipher('2026-11-27'),
    ];
    if (!today || !tomorrow || !elsewhere) throw new Error('no cipher');
    const people = Array.from({ length: 50 }, anybody);
    const again = await anew().dayCipher('2026-11-27');
    expect(people.map((one) => again?.of(one))).toEqual(people.map(today.of));
    expect(people.map(today.of).map(today.back)).toEqual(people);
    // Neither the day after nor another service's key leads anywhere: not to the person, and not from one day to the other.
    const known = new Set([...people, ...people.map(today.of)]);
    for (const cipher of [tomorrow, elsewhere])
      for (const one of people) {
        expect(known.has(cipher.of(one))).toBe(false);
        expect(known.has(cipher.back(today.of(one)))).toBe(false);
      }
  });

  it('stay the same when the seed is moved on, and those of the days before are gone for good', async () => {
    const days = await daysFrom('2026-11-01', suite);
    const dayOf = (number: number) => new Date(Date.UTC(2026, 10, 1 + number)).toISOString().slice(0, 10);
    const one = anybody();
    const before = new Map<number, string | undefined>();
    for (let day = 0; day < 40; day += 1) before.set(day, (await days.anew().dayCipher(dayOf(day)))?.of(one));
    let first = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 0, max: 4 }), async (step) => {
        expect(await days.move(dayOf(first + step))).toBe(step > 0);
        first += step;
        for (const day of [first - 1, first, first + 7, 39])
          expect((await days.anew().dayCipher(dayOf(day)))?.of(one)).toBe(
            day < first ? undefined : (before.get(day) ?? expect.any(String)),
          );
      }),
      { numRuns: 9 },
    );
  });
});
