import { SealError } from './suite';
import { SIGNING_KEY, type WrappedKey } from './wrapped-key';

/** A private key as a JWK (RFC 7517), with its id. */
export type SigningKey = Record<string, string> & { kid: string };

/** What of a private key of ours may be shown (RFC 7518 6.2.1): the curve and the point, and what it is called. */
const PUBLIC_PARTS = ['kty', 'crv', 'x', 'y', 'kid', 'alg', 'use'] as const;

type Parts = {
  newest(): Promise<WrappedKey>;
  /** Every key of the ring, no older than is allowed. */
  all(): Promise<WrappedKey[]>;
  /** @throws SealError for what nobody wrapped there */
  open(record: WrappedKey): Promise<Buffer>;
};

/**
 * The keys that sign receipts and certificates. What is published of them is derived from the opened private keys: who can write
 * the table but holds no key cannot have a key of their own believed, and a row that does not open is no key.
 */
export function createSigningKeys({ newest, all, open }: Parts) {
  /** By their opened bytes. jose keeps what it makes of a JWK as long as it is given the same object. */
  const known = new WeakMap<Buffer, SigningKey>();

  async function privateKey(record: WrappedKey): Promise<SigningKey> {
    const bytes = await open(record);
    const jwk = known.get(bytes) ?? (JSON.parse(bytes.toString('utf8')) as SigningKey);
    known.set(bytes, jwk);
    return jwk;
  }

  return {
    /** The newest signing key: its id and private half as a JWK, the same object every time while it is the newest. */
    async signingKey(): Promise<{ kid: string; privateJwk: SigningKey }> {
      const privateJwk = await privateKey(await newest());
      return { kid: privateJwk.kid, privateJwk };
    },
    /** Public halves of every signing key whose signatures may still be shown to us (RFC 7517). */
    async publicKeys(): Promise<Record<string, string>[]> {
      const records = (await all()).filter(({ name }) => name === SIGNING_KEY);
      const tried = await Promise.allSettled(records.map(privateKey));
      const found = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
      const errors = tried.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
      const grave = errors.find((error) => !isNotOurs(error)) ?? (found.length === 0 && errors[0]);
      if (grave) throw grave;
      return found.map(publicHalf);
    },
  };
}

export type SigningKeys = ReturnType<typeof createSigningKeys>;

/** Whether an error says that a row is none of ours: a root key that cannot be asked just now says nothing. */
const isNotOurs = (error: unknown): boolean =>
  error instanceof SealError || (error instanceof Error && error.name === 'KeyRingError');

function publicHalf(jwk: SigningKey): Record<string, string> {
  const parts = PUBLIC_PARTS.flatMap((part): [string, string][] => (jwk[part] ? [[part, jwk[part]]] : []));
  return Object.fromEntries(parts);
}
