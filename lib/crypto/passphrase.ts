import { scrypt, timingSafeEqual } from 'node:crypto';

/** About 50 ms and 16 MB each: a stolen digest is slow to guess at. RFC 7914. */
const COST = { N: 16_384, r: 8, p: 1 };
const DIGEST_BYTES = 32;

/** The digest of a pass-phrase under a salt of its own, in base64url. The same phrase typed in another form is the same. */
export function digestPassphrase(passphrase: string, salt: string): Promise<string> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFKC'), salt, DIGEST_BYTES, COST, (error, digest) => {
      if (error) reject(error);
      else resolve(digest.toString('base64url'));
    });
  });
}

/** Whether a pass-phrase is the one behind a digest, in constant time. */
export async function isPassphrase(passphrase: string, salt: string, digest: string): Promise<boolean> {
  const given = Buffer.from(await digestPassphrase(passphrase, salt));
  const known = Buffer.from(digest);
  return given.length === known.length && timingSafeEqual(given, known);
}
