import type { KeyRing } from '../../../lib/crypto/key-ring';

/** 128 bits in base64url: short enough for a mini-program code, which carries it and nothing else. */
const TOKEN_BYTES = 16;
export const TOKEN_CHARS = 22;

/**
 * The token of a link. It follows from a random seed and a secret of the service, so it need not be kept anywhere, the
 * owner can be told it again, and whoever reads the whole table learns no token.
 */
export async function tokenOf(
  ring: KeyRing,
  subjectId: string,
  { shareId, seed }: { shareId: string; seed: string },
): Promise<string> {
  const mac = await ring.mac('share', `${subjectId}|${shareId}|${seed}`);
  return mac.subarray(0, TOKEN_BYTES).toString('base64url');
}

/** What leads from a token to its link. */
export function digestOfToken(ring: KeyRing, token: string): Promise<string> {
  return ring.digest('share', token);
}
