import { createHash, timingSafeEqual } from 'node:crypto';
import type { Random } from './random';

/**
 * A session token: the person's 128-bit id and a 256-bit secret, in base64url. The id lets one read find session,
 * consent and data key together; only the secret proves anything, and only its digest is kept (promise A5).
 */
export type Token = { subjectId: string; sessionId: string; secretDigest: Buffer };

const SUBJECT_BYTES = 16;
const SECRET_BYTES = 32;
const SESSION_ID_CHARS = 16;
const TOKEN_CHARS = ((SUBJECT_BYTES + SECRET_BYTES) * 8) / 6;

/** A new token for a person, and what is kept of it. The token itself exists only in the answer to the caller. */
export function issueToken(subjectId: string, random: Random): Token & { token: string } {
  const secret = random(SECRET_BYTES);
  const token = Buffer.concat([Buffer.from(subjectId, 'base64url'), secret]).toString('base64url');
  return { token, ...identify(subjectId, secret) };
}

/** What a presented token claims, or undefined when it is not a token at all. Nothing is proved yet. */
export function parseToken(token: string): Token | undefined {
  if (token.length !== TOKEN_CHARS || !/^[\w-]+$/.test(token)) return undefined;
  const bytes = Buffer.from(token, 'base64url');
  const subjectId = bytes.subarray(0, SUBJECT_BYTES).toString('base64url');
  return identify(subjectId, bytes.subarray(SUBJECT_BYTES));
}

/** Whether two digests are the same, in constant time. */
export function sameDigest(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b);
}

function identify(subjectId: string, secret: Buffer): Token {
  const secretDigest = createHash('sha256').update(secret).digest();
  return {
    subjectId,
    sessionId: secretDigest.toString('base64url').slice(0, SESSION_ID_CHARS),
    secretDigest,
  };
}
