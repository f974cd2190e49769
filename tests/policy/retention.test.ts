import fc from 'fast-check';
import { kinds } from '../../lib/policy/kinds';
import { addMonths, endOfPeriod, lastStartOfEnded, mayOutlast } from '../../lib/policy/period';
import { retention } from '../../lib/policy/retention';
import type { RetentionRule } from '../../lib/policy/retention-rule';
import { entities } from '../../lib/table/entities';
import type { AnyEntity } from '../../lib/table/readers/any-entity';
import { contradictionsIn } from '../../lib/table/retention/contradictions';
import { amount } from '../proof/sample';

const all = Object.values(entities) as unknown as AnyEntity[];
const beijing = (text: string) => Date.parse(`${text}+08:00`);
const read = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 19);

describe('periods of calendar months (S2)', () => {
  it.each([
    // From, months, and the first moment after the last day's twenty-fourth hour.
    ['2026-08-31T10:00:00', 6, '2027-03-01T00:00:00'],
    ['2027-08-31T23:59:59', 6, '2028-03-01T00:00:00'],
    ['2028-02-29T00:00:00', 36, '2031-03-01T00:00:00'],
    ['2028-02-29T12:00:00', 48, '2032-03-01T00:00:00'],
    ['2027-02-28T12:00:00', 12, '2028-02-29T00:00:00'],
    ['2026-11-30T00:00:00', 3, '2027-03-01T00:00:00'],
    ['2026-12-31T08:00:00', 2, '2027-03-01T00:00:00'],
    ['2026-01-15T00:00:00', 1, '2026-02-16T00:00:00'],
  ])('from %s in Beijing, %d of them are over at %s', (from, months, over) => {
    expect(read(endOfPeriod({ months }, beijing(from)))).toBe(over);
  });

  it('are reckoned by the day in Beijing, whatever zone the moment is written in', () => {
    const lastSecond = Date.parse('2026-08-30T15:59:59Z');
    expect(read(endOfPeriod({ months: 1 }, lastSecond))).toBe('2026-10-01T00:00:00');
    expect(read(endOfPeriod({ months: 1 }, lastSecond + 1000))).toBe('2026-10-01T00:00:00');
    expect(read(endOfPeriod({ months: 2 }, lastSecond))).toBe('2026-10-31T00:00:00');
    expect(read(endOfPeriod({ months: 2 }, lastSecond + 1000))).toBe('2026-11-01T00:00:00');
  });

  it('never end before what began earlier, and what has ended is found from both sides', () => {
    const moment = fc.integer({ min: beijing('2026-01-01T00:00:00'), max: beijing('2060-01-01T00:00:00') });
    const length = fc.oneof(
      fc.record({ months: fc.integer({ min: 1, max: 120 }) }),
      fc.record({ days: fc.integer({ min: 1, max: 400 }) }),
    );
    fc.assert(
      fc.property(moment, moment, length, (one, other, period) => {
        const [early, late] = [Math.min(one, other), Math.max(one, other)];
        expect(endOfPeriod(period, early)).toBeLessThanOrEqual(endOfPeriod(period, late));
        const last = lastStartOfEnded(period, late);
        expect(endOfPeriod(period, last)).toBeLessThanOrEqual(late);
        expect(endOfPeriod(period, last + 1)).toBeGreaterThan(late);
      }),
      { numRuns: amount(5000, 100) },
    );
  });

  it('go back where they came from, but for days that a month does not have', () => {
    expect(addMonths('2028-02-29', -12)).toBe('2027-02-28');
    expect(addMonths('2027-01-31', 13)).toBe('2028-02-29');
    expect(addMonths('2027-12-01', 1)).toBe('2028-01-01');
  });

  it('are compared by their longest and their shortest months', () => {
    expect(mayOutlast({ months: 6 }, { days: 185 })).toBe(false);
    expect(mayOutlast({ months: 6 }, { days: 184 })).toBe(true);
    expect(mayOutlast({ days: 181 }, { months: 6 })).toBe(false);
    expect(mayOutlast({ days: 185 }, { months: 6 })).toBe(true);
    expect(mayOutlast({ hours: 24 }, { days: 1 })).toBe(false);
  });
});

describe('every kind of data has one rule that agrees with itself (S2)', () => {
  it('in this build', () => expect(contradictionsIn(all)).toEqual([]));

  const base = retention['location-day'];
  const rule = (change: Partial<RetentionRule>): string[] =>
    contradictionsIn([], { ...retention, 'location-day': { ...base, ...change } });
  const entity = (name: string, life: object, more: object = {}): string[] => {
    const one = all.find((each) => each.name === name) as AnyEntity;
    const declaration = { ...one.declaration, life, ...more } as AnyEntity['declaration'];
    return contradictionsIn([...all.filter((each) => each !== one), { ...one, declaration }]);
  };

  it.each<[string, () => string[], string]>([
    [
      'a minimum above the period',
      () => rule({ ends: { days: 180 }, minimum: { months: 6 }, basis: '网络安全法' }),
      'rule location-day: its minimum is longer than its period',
    ],
    [
      'a minimum that no law sets',
      () => rule({ minimum: { hours: 1 }, basis: '习惯' }),
      'rule location-day: a minimum needs the law that sets it',
    ],
    [
      'a minimum that an event may cut short',
      () => rule({ ends: { event: 'work-done' }, minimum: { months: 6 }, basis: '网络安全法' }),
      'rule location-day: an event may end it before its minimum',
    ],
    [
      'what would be frozen for good',
      () => rule({ atEnd: 'freeze' }),
      'rule location-day: what is frozen by the clock is never deleted',
    ],
    [
      'a kind without a rule',
      () =>
        contradictionsIn(all, retention, {
          ...kinds,
          nickname: { ...kinds.nickname, retention: 'none' as never },
        }),
      'kind nickname: there is no rule none',
    ],
    [
      'an entity without a rule',
      () => entity('nickname', { rule: 'none' }),
      'entity nickname: there is no rule none',
    ],
    [
      'two ends',
      () => entity('risk-pass', { rule: 'risk-pass-life', from: 'givenAt', until: 'givenAt' }),
      'entity risk-pass: its end is said in two ways',
    ],
    [
      'a period that counts from nothing',
      () => entity('risk-pass', { rule: 'risk-pass-life' }),
      'entity risk-pass: risk-pass-life counts from nothing',
    ],
    [
      'an end by event that is counted all the same',
      () => entity('risk-pass', { rule: 'account-life', from: 'givenAt' }),
      'entity risk-pass: an event ends account-life, and it counts from a moment',
    ],
    [
      'the end of an account that is counted from something else',
      () => entity('ledger-entry', { rule: 'proof-three-years', from: 'at' }),
      'entity ledger-entry: proof-three-years begins with an event, and it counts from a moment',
    ],
    [
      'what counts from the end of the account, and goes with it',
      () => entity('authorisation-event', { rule: 'proof-three-years' }, { outlives: undefined }),
      'entity authorisation-event: proof-three-years goes on when its person is gone, and it goes with them',
    ],
    [
      'what a law has us keep, and goes with the account',
      () =>
        entity(
          'confirmed-recipient',
          { rule: 'evidence-three-years', from: 'confirmedAt' },
          { outlives: undefined },
        ),
      'entity confirmed-recipient: evidence-three-years goes on when its person is gone, and it goes with them',
    ],
    [
      'what is swept, and should be told less exactly',
      () =>
        contradictionsIn(all, {
          ...retention,
          'risk-pass-life': { ...retention['risk-pass-life'], atEnd: 'coarsen' },
        }),
      'entity risk-pass: the sweep deletes it, and risk-pass-life says coarsen',
    ],
    [
      'what outlives its person for good',
      () => entity('ledger-entry', { rule: 'proof-three-years' }, { outlives: 'card-life' }),
      'entity ledger-entry: it outlives its person by card-life, which has no end',
    ],
    [
      'a kind in what is kept longer than the kind may be',
      () => entity('location', { rule: 'offer-life', until: 'expiresAtSeconds' }),
      'entity location: cell is kept longer than location-point may be',
    ],
  ])('fails the build with %s', (_, planted, says) => {
    expect(planted()).toContain(says);
  });
});
