import * as z from 'zod/mini';

/** More than any client should wait. */
const SLOW_DEFAULT_MS = 5_000;
const SLOW_LIMIT_MS = 60_000;
const CALLS_LIMIT = 10_000;

/** Trouble for the next calls of a path. */
export type Fault = z.output<typeof faultInput>;

export const faultInput = z.strictObject({
  path: z.string(),
  /**
   * slow: the right answer, late · down: 502 · reset: the connection breaks · lying: 200 with broken JSON ·
   * busy and throttled: the partner's own words for it
   */
  kind: z.enum(['slow', 'down', 'reset', 'lying', 'busy', 'throttled']),
  /** How many calls it lasts. */
  calls: z._default(z.int().check(z.minimum(1), z.maximum(CALLS_LIMIT)), 1),
  /** How late, for slow. */
  milliseconds: z._default(z.int().check(z.minimum(1), z.maximum(SLOW_LIMIT_MS)), SLOW_DEFAULT_MS),
});

export type Faults = {
  /** Replaces what the path had. */
  put(fault: Fault): void;
  /** The trouble for one call of a path, counted down. */
  take(path: string): Fault | undefined;
  list(): Fault[];
  clear(): void;
};

export function createFaults(): Faults {
  const byPath = new Map<string, Fault>();
  return {
    put: (fault) => byPath.set(fault.path, { ...fault }),
    take(path) {
      const fault = byPath.get(path);
      if (!fault) return undefined;
      fault.calls -= 1;
      if (fault.calls === 0) byPath.delete(path);
      return fault;
    },
    list: () => [...byPath.values()],
    clear: () => byPath.clear(),
  };
}
