/** One of two that are compared: what each turn took, in any unit, and the trips that one call of it made. */
export type Side = { name: string; times: number[]; trips: number[] };

export type Compared = {
  /** The first over the second, of neighbours in time; the median of all such pairs. */
  ratio: number;
  /** The trips that a call of either makes. */
  trips: number;
};

/** The two sides did not do the same work, so a ratio of their times would say nothing. */
export class UnequalTrips extends Error {
  constructor(what: string, sides: Side[]) {
    const told = sides.map(({ name, trips }) => `${name} made ${spread(trips)}`).join(', ');
    super(
      `${what}: trips of a call: ${told}. No ratio is printed of unequal work; tests/bench/first-calls.ts says which trips a call needs.`,
    );
    this.name = 'UnequalTrips';
  }
}

/**
 * Neighbours suffer the same load, so the median of their ratios is steadier than the ratio of two medians.
 * @throws UnequalTrips unless every call of both sides made as many trips
 */
export function compare(what: string, ours: Side, other: Side): Compared {
  const [trips = Number.NaN, ...others] = new Set([...ours.trips, ...other.trips]);
  if (others.length > 0) throw new UnequalTrips(what, [ours, other]);
  return { ratio: median(ours.times.map((time, turn) => time / (other.times[turn] ?? Number.NaN))), trips };
}

/** How a comparison says that both sides do the same work. */
export function tripsEach(trips: number): string {
  return `${trips} ${trips === 1 ? 'trip' : 'trips'} each`;
}

export function median(values: number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

function spread(trips: number[]): string {
  const [least, most] = [Math.min(...trips), Math.max(...trips)];
  return least === most ? `${least}` : `${least} to ${most}`;
}
