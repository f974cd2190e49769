import type { Deps } from '../../lib/deps';

/** The public keys that receipts verify with, as a JWK set. */
export async function jwks({ ring }: Deps) {
  return { keys: await ring.publicKeys() };
}
