import { CompactSign, importJWK, type JWK } from 'jose';
import { ALGORITHM, type Claims, TYPE } from './assertion';

/** Swears to a call. @param key an Ed25519 JWK (RFC 8037) with its private part and a `kid` */
export async function signAssertion(key: JWK, said: Claims): Promise<string> {
  return new CompactSign(Buffer.from(JSON.stringify(said)))
    .setProtectedHeader({ alg: ALGORITHM, kid: key.kid ?? '', typ: TYPE })
    .sign(await importJWK(key, ALGORITHM));
}
