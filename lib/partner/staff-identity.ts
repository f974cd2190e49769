import type { JWTVerifyGetKey } from 'jose';
import { isCanonicalJws } from '../base64url';
import { endOfString, MAX_TOKEN_CHARS } from '../bounds';
import { AppError } from '../errors';
import { type TimeLimit, timeLimits, within } from '../time-limits';

/** The operator's people (个人信息保护负责人 is `officer`). */
export const staffRoles = ['support', 'responder', 'officer', 'auditor'] as const;
export type StaffRole = (typeof staffRoles)[number];

/** `issuedAtMs`: when they signed in, as the token says. */
export type StaffMember = { staffId: string; roles: StaffRole[]; issuedAtMs: number };

export type StaffIdentity = {
  /**
   * Who an access token speaks for.
   * @throws AppError SIGN_IN_REQUIRED; every flaw of a token looks the same
   * @throws AppError PARTNER_UNAVAILABLE when the issuer's keys cannot be had: then no token can be judged, and signing in
   * again would not help
   */
  verify(token: string): Promise<StaffMember>;
};

export type StaffIdentityParts = {
  /** The OIDC issuer, exactly as it stands in `iss`. While this or one of the next two is empty, no staff can sign in. */
  issuer: string;
  /** What the tokens must be meant for. */
  audience: string;
  /** Where the issuer publishes its keys. */
  jwksUrl: string;
  /** The shortest time between two looks at the keys, so that made-up key ids cannot make us ask all the time. */
  keysPauseMs?: number;
  limit?: TimeLimit;
  now(): number;
};

const ALGORITHMS = ['ES256', 'PS256', 'RS256'];
/** RFC 9068. An ID token of the same issuer is signed by the same key and is no access token. */
const TOKEN_TYPE = 'at+jwt';
/** However long the issuer says a token lives, ours is this at most. */
const MAX_TOKEN_AGE_SECONDS = 3600;
const CLOCK_TOLERANCE_SECONDS = 5;
const KEYS_PAUSE_MS = 30_000;
/** The name goes into people's ledgers. */
const STAFF_ID = /^[\w.@-]{1,64}$/;

/** Verifies staff tokens (OIDC, RFC 9068) with the issuer's published keys. The library is loaded on first use. */
export function createStaffIdentity(parts: StaffIdentityParts): StaffIdentity {
  const { issuer, audience, jwksUrl, now } = parts;
  let loaded: ReturnType<typeof loadVerifier> | undefined;
  return {
    async verify(token) {
      // The library takes an empty expectation for none at all.
      if (!issuer || !audience || !jwksUrl) throw new AppError('SIGN_IN_REQUIRED');
      if (token.length > MAX_TOKEN_CHARS || !isCanonicalJws(token)) throw new AppError('SIGN_IN_REQUIRED');
      try {
        loaded ??= loadVerifier(parts);
        const { keyOf, jwtVerify } = await loaded;
        const { payload } = await jwtVerify(token, keyOf, {
          issuer,
          audience,
          typ: TOKEN_TYPE,
          algorithms: ALGORITHMS,
          currentDate: new Date(now()),
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          maxTokenAge: MAX_TOKEN_AGE_SECONDS,
          requiredClaims: ['exp', 'iat', 'sub'],
        });
        refuseDuplicateClaims(token);
        // One in a list is one (RFC 7519, 4.1.3).
        if (Array.isArray(payload.aud) && payload.aud.length !== 1) throw new Error('several audiences');
        if (typeof payload.sub !== 'string' || !STAFF_ID.test(payload.sub)) throw new Error('no name');
        const issuedAtMs = Number(payload.iat) * 1000;
        return { staffId: payload.sub, roles: rolesOf(payload.roles), issuedAtMs };
      } catch (error) {
        throw error instanceof AppError ? error : new AppError('SIGN_IN_REQUIRED');
      }
    },
  };
}

/** The library, and a look at the issuer's keys that tells a key which is not there from keys which cannot be had. */
async function loadVerifier({
  jwksUrl,
  keysPauseMs = KEYS_PAUSE_MS,
  limit = timeLimits.partner,
}: StaffIdentityParts) {
  const { createRemoteJWKSet, errors, jwtVerify } = await import('jose');
  const keySet = createRemoteJWKSet(new URL(jwksUrl), {
    timeoutDuration: limit.attemptMs,
    cooldownDuration: keysPauseMs,
  });
  const keyOf: JWTVerifyGetKey = (header, token) =>
    within(limit.attemptMs, () => keySet(header, token)).catch((error: unknown) => {
      const known = [errors.JWKSNoMatchingKey, errors.JWKSMultipleMatchingKeys, errors.JOSENotSupported];
      throw known.some((one) => error instanceof one) ? error : new AppError('PARTNER_UNAVAILABLE');
    });
  return { keyOf, jwtVerify };
}

function rolesOf(claim: unknown): StaffRole[] {
  const named = Array.isArray(claim) ? claim : [];
  return staffRoles.filter((role) => named.includes(role));
}

/** JSON lets a name stand twice and parsers differ on which one counts, so even a signed token of that kind is refused. */
function refuseDuplicateClaims(token: string): void {
  for (const part of token.split('.').slice(0, 2)) {
    const text = Buffer.from(part, 'base64url').toString('utf8');
    const names = topLevelNames(text);
    if (new Set(names).size !== names.length) throw new Error('a claim stands twice');
  }
}

/** Of an object that parses. A string directly in it is a name unless it is the value behind a colon. */
function topLevelNames(json: string): string[] {
  const names: string[] = [];
  let depth = 0;
  let before = '';
  for (let at = 0; at < json.length; at += 1) {
    const one = json[at] ?? '';
    if (one === '"') {
      const end = endOfString(json, at);
      if (depth === 1 && before !== ':') names.push(JSON.parse(json.slice(at, end + 1)));
      at = end;
    } else if (one === '{' || one === '[') depth += 1;
    else if (one === '}' || one === ']') depth -= 1;
    if (one.trim()) before = one;
  }
  return names;
}
