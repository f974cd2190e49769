import type { JWK } from 'jose';
import { isCanonicalJws } from '../base64url';
import type { KeyRing } from './key-ring';

/**
 * Signatures that anyone can check offline with the published keys: ES256 (RFC 7518) in compact JWS (RFC 7515). The
 * library is loaded on first use: most calls sign nothing.
 */
const ALGORITHM = 'ES256';

/** Signs `payload` as a compact JWS. `type` goes into the header, so that a receipt can never pass for something else. */
export async function sign(keys: KeyRing, type: string, payload: object): Promise<string> {
  const { CompactSign } = await import('jose');
  const { kid, privateJwk } = await keys.signingKey();
  return new CompactSign(Buffer.from(JSON.stringify(payload)))
    .setProtectedHeader({ alg: ALGORITHM, kid, typ: type })
    .sign(privateJwk as JWK);
}

/** The payload of a JWS of the given type. @throws JOSEError when it was not signed by one of `publicKeys` */
export async function verify(publicKeys: JWK[], type: string, jws: string): Promise<unknown> {
  if (!isCanonicalJws(jws)) throw new Error('a signed document in another spelling');
  const { compactVerify, createLocalJWKSet } = await import('jose');
  const keySet = createLocalJWKSet({ keys: publicKeys });
  const options = { algorithms: [ALGORITHM] };
  const { payload, protectedHeader } = await compactVerify(jws, keySet, options);
  if (protectedHeader.typ !== type) throw new Error('a signed document of another type');
  return JSON.parse(Buffer.from(payload).toString('utf8'));
}

/** A new signing key pair as JWKs that share a key id. */
export async function newSigningKey(kid: string): Promise<{ privateJwk: JWK; publicJwk: JWK }> {
  const { exportJWK, generateKeyPair } = await import('jose');
  const pair = await generateKeyPair(ALGORITHM, { extractable: true });
  const named = { kid, alg: ALGORITHM, use: 'sig' };
  return {
    privateJwk: { ...(await exportJWK(pair.privateKey)), ...named },
    publicJwk: { ...(await exportJWK(pair.publicKey)), ...named },
  };
}
