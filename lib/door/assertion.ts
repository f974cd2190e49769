import { createHash } from 'node:crypto';
import type { JWK } from 'jose';
import * as z from 'zod/mini';
import { isCanonicalJws } from '../base64url';

/**
 * What the door in CloudBase swears to the API about one call: a compact JWS (RFC 7515) by EdDSA over Ed25519 (RFC 8037).
 * The door holds the private key and nothing else of ours; the API holds the public halves, several while one is being
 * changed. It names the function, the caller as the platform attests them, and the body by its hash, so that it is worth
 * nothing beside another body, for another function, or a minute later.
 */
export const TYPE = 'leliao-door';
export const ALGORITHM = 'EdDSA';

/** The header that carries it. */
export const DOOR_HEADER = 'x-leliao-door';

/** How long an assertion is good for, and how far the clocks of the two clouds may be apart, in seconds. */
export const ASSERTION_LIFE_SECONDS = 60;
export const CLOCK_SKEW_SECONDS = 30;
/** With every claim at its longest it has about 900; whatever is longer is not looked at. */
export const MAX_ASSERTION_CHARS = 2_048;

const claims = z.object({
  /** Function and operation, as in the path. */
  to: z.string(),
  /** SHA-256 of the body's bytes, base64url. */
  body: z.string(),
  appid: z.string(),
  /** Absent for somebody whom WeChat has not signed in. */
  openid: z.optional(z.string()),
  unionid: z.optional(z.string()),
  /** Network address as the platform saw it. */
  address: z.optional(z.string()),
  /** Random, never twice. */
  nonce: z.string().check(z.minLength(16)),
  /** Epoch seconds by the door's clock. */
  iat: z.int(),
});
export type Claims = z.output<typeof claims>;

export function bodyHash(body: string): string {
  return createHash('sha256').update(body, 'utf8').digest('base64url');
}

/** Why an assertion is not believed: by an enumerated name, for the log and never for the caller. */
export type Disbelief = 'too-long' | 'forged' | 'other-call' | 'other-body' | 'other-app' | 'late' | 'early';

/** What the API itself knows of the call. */
export type Expected = { to: string; body: string; appid: string; nowMs: number };

/**
 * The claims of an assertion that one of `publicKeys` has signed for exactly this call, or why it is not believed.
 * Whether it was used before is for whoever takes it as a credential to ask (`nonce`).
 */
export async function verifyAssertion(
  publicKeys: JWK[],
  jws: string,
  { to, body, appid, nowMs }: Expected,
): Promise<Claims | { disbelief: Disbelief; ageSeconds?: number }> {
  if (jws.length > MAX_ASSERTION_CHARS) return { disbelief: 'too-long' };
  const said = await readSigned(publicKeys, jws);
  if (!said) return { disbelief: 'forged' };
  if (said.to !== to) return { disbelief: 'other-call' };
  if (said.body !== bodyHash(body)) return { disbelief: 'other-body' };
  if (said.appid !== appid) return { disbelief: 'other-app' };
  const ageSeconds = Math.floor(nowMs / 1000) - said.iat;
  if (ageSeconds > ASSERTION_LIFE_SECONDS + CLOCK_SKEW_SECONDS) return { disbelief: 'late', ageSeconds };
  if (ageSeconds < -CLOCK_SKEW_SECONDS) return { disbelief: 'early', ageSeconds };
  return said;
}

async function readSigned(publicKeys: JWK[], jws: string): Promise<Claims | undefined> {
  if (!isCanonicalJws(jws)) return undefined;
  const { compactVerify, createLocalJWKSet } = await import('jose');
  try {
    const keySet = createLocalJWKSet({ keys: publicKeys });
    const { payload, protectedHeader } = await compactVerify(jws, keySet, { algorithms: [ALGORITHM] });
    if (protectedHeader.typ !== TYPE) return undefined;
    return claims.parse(JSON.parse(Buffer.from(payload).toString('utf8')));
  } catch {
    return undefined;
  }
}
