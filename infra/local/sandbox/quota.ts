/** Counts uses per key in fixed windows of time, as WeChat does per minute and per Beijing day. */
export type Quota = {
  /** Takes one use if there is one left; false when there is none. */
  take(key: string, now: number): boolean;
};

const BEIJING_OFFSET_MS = 8 * 3_600_000;

/** A quota of `limit` uses per key in every window of `windowMs`. */
export function createQuota(limit: number, windowMs: number): Quota {
  let current = Number.NaN;
  let uses = new Map<string, number>();
  return {
    take(key, now) {
      const window = Math.floor((now + BEIJING_OFFSET_MS) / windowMs);
      if (window !== current) {
        current = window;
        uses = new Map();
      }
      const used = uses.get(key) ?? 0;
      if (used >= limit) return false;
      uses.set(key, used + 1);
      return true;
    },
  };
}

/** Quotas of partner paths that are set from outside; what has none takes everything. */
export type Quotas = {
  put(path: string, limit: number, windowMs: number): void;
  take(path: string, now: number): boolean;
  clear(): void;
};

export function createQuotas(): Quotas {
  const byPath = new Map<string, Quota>();
  return {
    put: (path, limit, windowMs) => void byPath.set(path, createQuota(limit, windowMs)),
    take: (path, now) => byPath.get(path)?.take(path, now) ?? true,
    clear: () => byPath.clear(),
  };
}
