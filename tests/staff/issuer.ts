import { createServer } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { type CryptoKey, exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose';
import { close, listen } from '../../infra/local/ports';
import {
  createStaffIdentity,
  type StaffIdentity,
  type StaffIdentityParts,
} from '../../lib/partner/staff-identity';

export type SigningKey = { kid: string; privateKey: CryptoKey; publicJwk: JWK };

/** An issuer whose keys, answers and health the test decides on. */
export type Issuer = {
  url: string;
  keys: SigningKey[];
  /** How the key set is answered. */
  answer: 'keys' | 'error' | 'rubbish' | 'late';
  /** How often the key set was asked for. */
  asked: number;
  /** Verification against this issuer, with the token and clock of the test. */
  verifier(change?: Partial<StaffIdentityParts>): StaffIdentity;
  stop(): Promise<void>;
};

/** A second beyond what a caller of the service may be made to wait. */
const LATE_MS = 4_000;

export const AUDIENCE = 'https://console.example.cn';
export const NOW = Date.parse('2026-12-01T02:00:00.000Z');
export const NOW_SECONDS = NOW / 1000;

export async function newKey(kid: string): Promise<SigningKey> {
  const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });
  return { kid, privateKey, publicJwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
}

export async function startIssuer(): Promise<Issuer> {
  const server = createServer(async (_, response) => {
    issuer.asked += 1;
    // The keys are good, for who waits longer than anybody should.
    if (issuer.answer === 'late') await pause(LATE_MS, undefined, { ref: false });
    if (issuer.answer === 'error') response.statusCode = 500;
    const keys = issuer.keys.map(({ publicJwk }) => publicJwk);
    response.end(issuer.answer === 'rubbish' ? '<html>' : JSON.stringify({ keys }));
  });
  const url = `http://127.0.0.1:${await listen(server, 0)}`;
  const issuer: Issuer = {
    url,
    keys: [await newKey('first')],
    answer: 'keys',
    asked: 0,
    verifier: (change) =>
      createStaffIdentity({
        issuer: url,
        audience: AUDIENCE,
        jwksUrl: `${url}/jwks`,
        now: () => NOW,
        ...change,
      }),
    stop: () => close(server),
  };
  return issuer;
}

export const goodHeader = { alg: 'ES256', typ: 'at+jwt', kid: 'first' };

export function goodClaims(issuer: Issuer): Record<string, unknown> {
  const times = { iat: NOW_SECONDS - 60, exp: NOW_SECONDS + 600 };
  return { iss: issuer.url, aud: AUDIENCE, sub: 'wang.officer', roles: ['officer'], ...times };
}

/** A token that is right but for what the test changes; `undefined` takes a claim away. */
export function sign(
  issuer: Issuer,
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
  key: SigningKey | undefined = issuer.keys[0],
): Promise<string> {
  if (!key) throw new Error('the issuer has no key');
  return new SignJWT({ ...goodClaims(issuer), ...claims })
    .setProtectedHeader({ ...goodHeader, ...header })
    .sign(key.privateKey);
}
