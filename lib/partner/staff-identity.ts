import { AppError } from '../errors';

/** The operator's people (个人信息保护负责人 is `officer`). */
export const staffRoles = ['support', 'responder', 'officer', 'auditor'] as const;
export type StaffRole = (typeof staffRoles)[number];

export type StaffMember = { staffId: string; roles: StaffRole[] };

export type StaffIdentity = {
  /** Who an access token speaks for. @throws AppError SIGN_IN_REQUIRED; every flaw of a token looks the same */
  verify(token: string): Promise<StaffMember>;
};

export type StaffIdentityParts = {
  /** The OIDC issuer, exactly as it stands in `iss`. */
  issuer: string;
  /** What the tokens must be meant for. */
  audience: string;
  /** Where the issuer publishes its keys. */
  jwksUrl: string;
  now(): number;
};

const ALGORITHMS = ['ES256', 'PS256', 'RS256'];
/** However long the issuer says a token lives, ours is this at most. */
const MAX_TOKEN_AGE_SECONDS = 3600;
const CLOCK_TOLERANCE_SECONDS = 5;
const KEYS_TIMEOUT_MS = 3_000;

/** Verifies staff tokens (OIDC, RFC 9068) with the issuer's published keys. The library is loaded on first use. */
export function openStaffIdentity({ issuer, audience, jwksUrl, now }: StaffIdentityParts): StaffIdentity {
  const load = async () => {
    const { createRemoteJWKSet, jwtVerify } = await import('jose');
    const keySet = createRemoteJWKSet(new URL(jwksUrl), { timeoutDuration: KEYS_TIMEOUT_MS });
    return { keySet, jwtVerify };
  };
  let loaded: ReturnType<typeof load> | undefined;
  return {
    async verify(token) {
      loaded ??= load();
      try {
        refuseDuplicateClaims(token);
        const { keySet, jwtVerify } = await loaded;
        const { payload } = await jwtVerify(token, keySet, {
          issuer,
          audience,
          algorithms: ALGORITHMS,
          currentDate: new Date(now()),
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          maxTokenAge: MAX_TOKEN_AGE_SECONDS,
          requiredClaims: ['exp', 'iat', 'sub'],
        });
        if (typeof payload.aud !== 'string') throw new Error('several audiences');
        return { staffId: String(payload.sub), roles: rolesOf(payload.roles) };
      } catch {
        throw new AppError('SIGN_IN_REQUIRED');
      }
    },
  };
}

function rolesOf(claim: unknown): StaffRole[] {
  const named = Array.isArray(claim) ? claim : [];
  return staffRoles.filter((role) => named.includes(role));
}

/** JSON lets a name stand twice and parsers differ on which one counts, so such a token is refused unread. */
function refuseDuplicateClaims(token: string): void {
  for (const part of token.split('.').slice(0, 2)) {
    const text = Buffer.from(part, 'base64url').toString('utf8');
    const names = topLevelNames(text);
    if (new Set(names).size !== names.length) throw new Error('a claim stands twice');
  }
}

function topLevelNames(json: string): string[] {
  const names: string[] = [];
  let depth = 0;
  for (const [piece] of json.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[{}[\]]/g)) {
    if (piece === '{' || piece === '[') depth += 1;
    else if (piece === '}' || piece === ']') depth -= 1;
    else if (depth === 1 && piece.endsWith(':')) names.push(JSON.parse(piece.slice(0, -1).trimEnd()));
  }
  return names;
}
