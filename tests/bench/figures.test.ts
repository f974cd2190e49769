import { join } from 'node:path';
import { compare, type Side, UnequalTrips } from './compare';
import { inProcess } from './in-process';

const side = (name: string, times: number[], trips: number[]): Side => ({ name, times, trips });

describe('a comparison', () => {
  it('is the median ratio of neighbours, and says the trips of both sides', () => {
    const ours = side('cards', [10, 30, 90], [2, 2, 2]);
    const bare = side('bare', [10, 10, 10], [2, 2, 2]);
    expect(compare('a start', ours, bare)).toEqual({ ratio: 3, trips: 2 });
  });

  it('is refused when one side makes more trips than the other, and the refusal names both', () => {
    const ours = side('cards', [10, 10], [1, 1]);
    const bare = side('bare', [10, 10], [2, 2]);
    expect(() => compare('a card read', ours, bare)).toThrow(UnequalTrips);
    expect(() => compare('a card read', ours, bare)).toThrow(/a card read.*cards made 1, bare made 2/);
  });

  it('is refused when a single call of one side made another trip', () => {
    const ours = side('cards', [10, 10, 10], [1, 2, 1]);
    const bare = side('bare', [10, 10, 10], [1, 1, 1]);
    expect(() => compare('a card read', ours, bare)).toThrow(/cards made 1 to 2, bare made 1\b/);
  });
});

it('counts the trips that really leave a process, not those that a handler is said to make', async () => {
  const { trips, answer } = await inProcess<{ trips: number; answer: unknown }>(
    'cold.cjs',
    [join(__dirname, 'three-trips.cjs'), '{}'],
    {},
  );
  expect({ trips, answer }).toEqual({ trips: 3, answer: { statusCode: 200 } });
});
