import type { JWK } from 'jose';
import { type CardContent, type Field, fields } from './content';
import {
  digestOf,
  MAX_SIGNED_CARD_LIFETIME_MS,
  REAL_NAME_CLAIM,
  SIGNED_CARD_KIND,
  SIGNED_CARD_TYPE,
  SignedCardError,
  severalParts,
} from './signed-card';

/** Checking a signed card (RFC 9901 section 7), offline, with the published keys of the service. */

/** How far the clock of whoever checks may be off. */
export const CLOCK_LEEWAY_MS = 60_000;
/** Bytes that are looked at. More than any card of ours; a code or a file may hold anything. */
const MAX_CHECKED_BYTES = 16 * 1024;
const ALGORITHM = 'ES256';

export type VerifiedCard = {
  content: Partial<CardContent>;
  /** Whether the service vouches that the name which is shown was verified when it signed: of a card without its name, no. */
  realNameVerified: boolean;
  /** Fields that were signed and then left out by whoever passed the card on. */
  leftOut: number;
  issuer: string;
  issuedAtMs: number;
  expiresAtMs: number;
};

type Claims = { iss: string; iat: number; exp: number; nbf?: number; vct: string; _sd: string[] };

/**
 * What a signed card says, if it holds at `nowMs`. Nothing is fetched and nothing is believed before the signature.
 * @param issuer whom the card must be from; anyone whose keys are given when absent
 * @throws SignedCardError
 */
export async function verifySignedCard(
  text: string,
  { keys, nowMs, issuer }: { keys: readonly JWK[]; nowMs: number; issuer?: string },
): Promise<VerifiedCard> {
  if (Buffer.byteLength(text) > MAX_CHECKED_BYTES) throw new SignedCardError('malformed');
  const [jws = '', ...rest] = text.split('~');
  if (!jws.split('.').every(isCanonical)) throw new SignedCardError('malformed');
  // The last part would be a proof of a holder's key (section 4.3), and our cards have none.
  if (rest.length === 0 || rest.pop() !== '') throw new SignedCardError('malformed');
  const claims = claimsFrom(await payloadOf(jws, keys));
  if (issuer !== undefined && claims.iss !== issuer) throw new SignedCardError('issuer');
  const { iat, nbf = iat } = claims;
  if (Math.max(iat, nbf) * 1000 > nowMs + CLOCK_LEEWAY_MS) throw new SignedCardError('not-yet-valid');
  if (claims.exp * 1000 + CLOCK_LEEWAY_MS <= nowMs) throw new SignedCardError('expired');
  const disclosed = disclosedBy(rest, claims);
  const content = contentFrom(disclosed);
  return {
    content,
    realNameVerified: disclosed.get(REAL_NAME_CLAIM) === true && content.name !== undefined,
    leftOut: claims._sd.length - disclosed.size,
    issuer: claims.iss,
    issuedAtMs: claims.iat * 1000,
    expiresAtMs: claims.exp * 1000,
  };
}

/** Written in the one way that base64url has for these bytes: one card is one text (RFC 4648, 3.5). */
function isCanonical(part: string): boolean {
  return Buffer.from(part, 'base64url').toString('base64url') === part;
}

async function payloadOf(jws: string, keys: readonly JWK[]): Promise<Uint8Array> {
  const { compactVerify, decodeProtectedHeader, errors, importJWK } = await import('jose');
  const header = await refuse('malformed', () => decodeProtectedHeader(jws));
  if (header.alg !== ALGORITHM) throw new SignedCardError('algorithm');
  if (header.typ !== SIGNED_CARD_TYPE) throw new SignedCardError('other-kind');
  const jwk = keys.find(({ kid }) => kid !== undefined && kid === header.kid);
  if (!jwk) throw new SignedCardError('unknown-key');
  const key = await refuse('unknown-key', () => importJWK(jwk, ALGORITHM));
  try {
    return (await compactVerify(jws, key, { algorithms: [ALGORITHM] })).payload;
  } catch (error) {
    const forged = error instanceof errors.JWSSignatureVerificationFailed;
    throw new SignedCardError(forged ? 'signature' : 'malformed');
  }
}

async function refuse<T>(reason: 'malformed' | 'unknown-key', act: () => T | Promise<T>): Promise<T> {
  try {
    return await act();
  } catch {
    throw new SignedCardError(reason);
  }
}

function claimsFrom(payload: Uint8Array): Claims {
  const claims = parseJson(Buffer.from(payload).toString('utf8')) as Partial<
    Claims & { _sd_alg: string }
  > | null;
  if (typeof claims !== 'object' || claims?.vct !== SIGNED_CARD_KIND) throw new SignedCardError('other-kind');
  const { iss, iat, exp, nbf, _sd: digests, _sd_alg: hash = 'sha-256' } = claims;
  const sound =
    typeof iss === 'string' &&
    Number.isSafeInteger(iat) &&
    Number.isSafeInteger(exp) &&
    (nbf === undefined || Number.isSafeInteger(nbf)) &&
    Number(exp) - Number(iat) <= MAX_SIGNED_CARD_LIFETIME_MS / 1000 &&
    Array.isArray(digests) &&
    digests.every((one) => typeof one === 'string') &&
    hash === 'sha-256';
  if (!sound) throw new SignedCardError('malformed');
  if (new Set(digests).size < (digests ?? []).length) throw new SignedCardError('disclosure-repeated');
  return claims as Claims;
}

/** Each disclosure must be signed for, once, and name a claim that is not there already (section 7.1). */
function disclosedBy(disclosures: string[], claims: Claims): Map<string, unknown> {
  const disclosed = new Map<string, unknown>();
  if (new Set(disclosures).size < disclosures.length) throw new SignedCardError('disclosure-repeated');
  for (const disclosure of disclosures) {
    if (!claims._sd.includes(digestOf(disclosure))) throw new SignedCardError('disclosure-foreign');
    if (!isCanonical(disclosure)) throw new SignedCardError('malformed');
    const parts = parseJson(Buffer.from(disclosure, 'base64url').toString('utf8'));
    const [salt, name, value] = Array.isArray(parts) && parts.length === 3 ? parts : [];
    if (typeof salt !== 'string' || typeof name !== 'string') throw new SignedCardError('malformed');
    if (name === '_sd' || name === '...' || name in claims) throw new SignedCardError('malformed');
    if (disclosed.has(name)) throw new SignedCardError('disclosure-repeated');
    disclosed.set(name, value);
  }
  return disclosed;
}

function contentFrom(disclosed: Map<string, unknown>): Partial<CardContent> {
  const parts = [...disclosed].map(([name, value]) => {
    if (!fields.includes(name as Field)) return {};
    return severalParts.includes(name as Field) ? (value as object) : { [name]: value };
  });
  return Object.assign({}, ...parts);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new SignedCardError('malformed');
  }
}

/** The card with only these fields left in it; what is not there stays away. It verifies like the whole one. */
export function leaveOnly(text: string, shown: readonly Field[]): string {
  const [jws = '', ...disclosures] = text.split('~').slice(0, -1);
  const names: readonly string[] = [...shown, REAL_NAME_CLAIM];
  const left = disclosures.filter((disclosure) => {
    const parts = parseJson(Buffer.from(disclosure, 'base64url').toString('utf8'));
    return Array.isArray(parts) && names.includes(String(parts[1]));
  });
  return [jws, ...left, ''].join('~');
}
