import { createCipheriv, createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { Random } from './random';

/**
 * The two cipher suites (promise S5). A sealed blob starts with its suite's id, so reading understands both whatever
 * the service writes today.
 */
export type SuiteName = 'aes' | 'sm';

type Suite = {
  id: number;
  hash: 'sha256' | 'sm3';
  /** The bare block cipher, for a single block (pseudonym.ts). */
  block: { name: 'aes-256-ecb' | 'sm4-ecb'; keyBytes: number };
  seal(key: Buffer, plaintext: Buffer, aad: Buffer, random: Random): Buffer;
  open(key: Buffer, sealed: Buffer, aad: Buffer): Buffer;
};

/** Sealed data could not be opened: wrong key, wrong place or altered. All causes look the same on purpose. */
export class SealError extends Error {
  constructor() {
    super('sealed data cannot be opened');
    this.name = 'SealError';
  }
}

const AES_IV_BYTES = 12;
const AES_TAG_BYTES = 16;
const SM_IV_BYTES = 16;
const SM_TAG_BYTES = 32;

/** AES-256-GCM. */
const aes: Suite = {
  id: 1,
  hash: 'sha256',
  block: { name: 'aes-256-ecb', keyBytes: 32 },
  seal(key, plaintext, aad, random) {
    const iv = random(AES_IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(aad);
    const body = Buffer.concat([cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([iv, body, cipher.getAuthTag()]);
  },
  open(key, sealed, aad) {
    const iv = sealed.subarray(0, AES_IV_BYTES);
    const tag = sealed.subarray(sealed.length - AES_TAG_BYTES);
    const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: AES_TAG_BYTES });
    decipher.setAAD(aad).setAuthTag(tag);
    const body = sealed.subarray(AES_IV_BYTES, sealed.length - AES_TAG_BYTES);
    return Buffer.concat([decipher.update(body), decipher.final()]);
  },
};

/** SM4-CTR, then HMAC-SM3 over associated data, iv and ciphertext (Node has no SM4-GCM). */
const sm: Suite = {
  id: 2,
  hash: 'sm3',
  block: { name: 'sm4-ecb', keyBytes: 16 },
  seal(key, plaintext, aad, random) {
    const keys = smKeys(key);
    const iv = random(SM_IV_BYTES);
    const cipher = createCipheriv('sm4-ctr', keys.cipher, iv);
    const body = Buffer.concat([iv, cipher.update(plaintext), cipher.final()]);
    return Buffer.concat([body, smTag(keys.mac, aad, body)]);
  },
  open(key, sealed, aad) {
    const keys = smKeys(key);
    const body = sealed.subarray(0, sealed.length - SM_TAG_BYTES);
    const tag = sealed.subarray(sealed.length - SM_TAG_BYTES);
    if (body.length < SM_IV_BYTES || !timingSafeEqual(tag, smTag(keys.mac, aad, body))) throw new SealError();
    const decipher = createDecipheriv('sm4-ctr', keys.cipher, body.subarray(0, SM_IV_BYTES));
    return Buffer.concat([decipher.update(body.subarray(SM_IV_BYTES)), decipher.final()]);
  },
};

function smKeys(key: Buffer): { cipher: Buffer; mac: Buffer } {
  const derived = Buffer.from(hkdfSync('sm3', key, Buffer.alloc(0), 'sm4-ctr+hmac-sm3', 48));
  return { cipher: derived.subarray(0, 16), mac: derived.subarray(16) };
}

/** The length prefix keeps associated data and ciphertext from sliding into each other. */
function smTag(key: Buffer, aad: Buffer, body: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(aad.length);
  return createHmac('sm3', key).update(length).update(aad).update(body).digest();
}

export const suites: Record<SuiteName, Suite> = { aes, sm };

/**
 * Seals `plaintext` under a 32-byte key. `place` says where the blob belongs (person, entity, item); it opens only
 * there.
 */
export function seal(
  suite: SuiteName,
  key: Buffer,
  plaintext: Buffer,
  place: string,
  random: Random,
): Buffer {
  const { id } = suites[suite];
  const sealed = suites[suite].seal(key, plaintext, placeBytes(id, place), random);
  return Buffer.concat([Buffer.of(id), sealed]);
}

/** Opens what `seal` made, in whichever suite. @throws SealError */
export function decrypt(key: Buffer, blob: Uint8Array, place: string): Buffer {
  const suite = Object.values(suites).find(({ id }) => id === blob[0]);
  if (!suite) throw new SealError();
  const bytes = Buffer.from(blob.buffer, blob.byteOffset + 1, blob.byteLength - 1);
  try {
    return suite.open(key, bytes, placeBytes(suite.id, place));
  } catch {
    throw new SealError();
  }
}

function placeBytes(suiteId: number, place: string): Buffer {
  return Buffer.concat([Buffer.of(suiteId), Buffer.from(place, 'utf8')]);
}
