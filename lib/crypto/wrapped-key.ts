import type { SuiteName } from './suite';

/**
 * The seed of pseudonyms (pseudonym.ts). Its version is the number of the first day that it makes keys for, and it is sealed
 * under the service key, so that who destroys the days before needs no right to wrap by the root key.
 */
export const TRAIL_KEY = 'trail';
/** The name of the keys that sign (signing-keys.ts). */
export const SIGNING_KEY = 'signing';
/** Begins the names of stay keys (stay-keys.ts): the rule follows, and the version is the year. */
export const STAY_KEYS = 'stay:';
/** In place of a root key's id, for what the service key seals. */
export const BY_SERVICE_KEY = 'service-key';

/** A key as it is stored: wrapped by the root key named in `rootId`. */
export type WrappedKey = {
  /** `service`, `branch:<number>`, `signing`, `trail` or `stay:<rule>`. */
  name: string;
  version: number;
  rootId: string;
  wrapped: Uint8Array;
  /** The same under every other root key there was, by its id: each region of the service has one of its own (promise S7). */
  copies?: Record<string, Uint8Array> | undefined;
  suite: SuiteName;
  createdAt: string;
};

/** Where a wrapped key belongs; it unwraps nowhere else. */
export function ringPlace(name: string, version: number): string {
  return `ring|${name}|${version}`;
}
