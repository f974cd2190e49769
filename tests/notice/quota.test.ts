import fc from 'fast-check';
import { type Frontier, lease, nothingGiven } from '../../lib/notice/quota';
import type { Quota } from '../../lib/notice/rules';
import { beijingDay } from '../../lib/policy/working-days';
import { START } from '../support/world';

const anyQuota: fc.Arbitrary<Quota> = fc.record(
  {
    perSecond: fc.integer({ min: 1, max: 50 }),
    perMinute: fc.integer({ min: 1, max: 300 }),
    perDay: fc.integer({ min: 1, max: 2000 }),
  },
  { requiredKeys: ['perSecond'] },
);
/** Workers that ask for a block, use it when it begins, and ask again after a while. */
const anyAsking = fc.array(fc.record({ wanted: fc.integer({ min: 1, max: 120 }), pauseMs: fc.nat(3000) }), {
  minLength: 1,
  maxLength: 60,
});

describe('a channel’s time, given to workers in blocks (B6)', () => {
  it('is never more than the partner takes, in any second, minute or day', () => {
    fc.assert(
      fc.property(anyQuota, anyAsking, (quota, asking) => {
        let [frontier, nowMs]: [Frontier, number] = [nothingGiven, START];
        const given = new Map<string, number>();
        const give = (window: string, count: number) => given.set(window, (given.get(window) ?? 0) + count);
        for (const { wanted, pauseMs } of asking) {
          const next = lease(quota, frontier, wanted, nowMs);
          frontier = next.frontier;
          if ('startMs' in next.lease) {
            const { startMs, count } = next.lease;
            expect(count).toBeGreaterThan(0);
            expect(count).toBeLessThanOrEqual(wanted);
            give(`second ${Math.floor(startMs / 1000)}`, count);
            give(`minute ${Math.floor(startMs / 60_000)}`, count);
            give(`day ${beijingDay(startMs)}`, count);
          } else expect(next.lease.askAtMs).toBeGreaterThan(nowMs);
          nowMs += pauseMs;
        }
        const most = (window: string) =>
          Math.max(0, ...[...given].filter(([name]) => name.startsWith(window)).map(([, count]) => count));
        expect(most('second')).toBeLessThanOrEqual(quota.perSecond);
        expect(most('minute')).toBeLessThanOrEqual(quota.perMinute ?? Number.POSITIVE_INFINITY);
        expect(most('day')).toBeLessThanOrEqual(quota.perDay ?? Number.POSITIVE_INFINITY);
      }),
    );
  });

  it('leaves nothing unused while somebody asks', () => {
    let frontier = nothingGiven;
    let nowMs = START;
    let sent = 0;
    const quota = { perSecond: 7, perMinute: 300 };
    while (sent < 2000) {
      const next = lease(quota, frontier, 100, nowMs);
      frontier = next.frontier;
      if (!('startMs' in next.lease)) nowMs = next.lease.askAtMs;
      else {
        sent += next.lease.count;
        nowMs = Math.max(nowMs, next.lease.startMs);
      }
    }
    const idealMs = Math.max(2000 / 7, 2000 / 5) * 1000;
    expect(nowMs - START).toBeLessThanOrEqual(idealMs);
  });

  it('puts those in a line who find nothing near, each at a moment of their own', () => {
    const quota = { perSecond: 10 };
    let frontier: Frontier = { ...nothingGiven, second: START / 1000 + 60, ofSecond: 0 };
    const asked = Array.from({ length: 5 }, () => {
      const next = lease(quota, frontier, 20, START);
      frontier = next.frontier;
      return 'askAtMs' in next.lease ? next.lease.askAtMs - START : undefined;
    });
    expect(asked).toEqual([55_000, 57_000, 59_000, 61_000, 63_000]);
  });
});
