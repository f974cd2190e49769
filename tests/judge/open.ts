import { createDecipheriv, createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';

/** Opens sealed blobs by what is written about their form, and by none of the service's own code. */

const AES = 1;
const SM = 2;
const DATA_KEY_VERSION_BYTES = 2;
const BRANCHES = 16;

/** What lies under a key at a place, or undefined where it does not open there. */
export function openAt(key: Buffer, blob: Uint8Array, place: string): Buffer | undefined {
  const [suite = 0] = blob;
  const body = Buffer.from(blob).subarray(1);
  const bound = Buffer.concat([Buffer.of(suite), Buffer.from(place, 'utf8')]);
  try {
    if (suite === AES) return openAes(key, body, bound);
    return suite === SM ? openSm(key, body, bound) : undefined;
  } catch {
    return undefined;
  }
}

/** AES-256-GCM: 12 bytes of nonce, the text, 16 bytes of tag. */
function openAes(key: Buffer, body: Buffer, bound: Buffer): Buffer {
  const decipher = createDecipheriv('aes-256-gcm', key, body.subarray(0, 12), { authTagLength: 16 });
  decipher.setAAD(bound).setAuthTag(body.subarray(-16));
  return Buffer.concat([decipher.update(body.subarray(12, -16)), decipher.final()]);
}

/** SM4-CTR: 16 bytes of counter, the text, 32 bytes of HMAC-SM3 over the length of the bound text, that text and the rest. */
function openSm(key: Buffer, body: Buffer, bound: Buffer): Buffer | undefined {
  const both = Buffer.from(hkdfSync('sm3', key, Buffer.alloc(0), 'sm4-ctr+hmac-sm3', 48));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bound.length);
  const covered = body.subarray(0, -32);
  const tag = createHmac('sm3', both.subarray(16))
    .update(Buffer.concat([length, bound, covered]))
    .digest();
  if (!timingSafeEqual(tag, body.subarray(-32))) return undefined;
  const decipher = createDecipheriv('sm4-ctr', both.subarray(0, 16), covered.subarray(0, 16));
  return Buffer.concat([decipher.update(covered.subarray(16)), decipher.final()]);
}

type StoredKey = { name: string; keyVersion: number; wrapped: Uint8Array; suite: string };
type StoredPlaceKey = { name: string; of: string; wrapped: Uint8Array };

/** A key that places end with: sealed under one that comes of the service's own. */
export function openPlaceKey(rootKey: string, stored: StoredKey[], key: StoredPlaceKey): Buffer | undefined {
  const service = stored.find(({ name }) => name === 'service');
  const opened = service && openAt(rootOf(rootKey), service.wrapped, 'ring|service|1');
  if (!opened) return undefined;
  const hash = service.suite === 'sm' ? 'sm3' : 'sha256';
  const under = Buffer.from(hkdfSync(hash, opened, Buffer.alloc(0), 'seal:place-key', 32));
  return openAt(under, key.wrapped, `place-key|${key.name}|${key.of}`);
}

const rootOf = (rootKey: string) => Buffer.from(rootKey.replace(/^local:/, ''), 'base64');

/**
 * A person's data key: two bytes say which version of the person's branch key wrapped it. `rootKey` is the setting of a
 * developer's root key; `stored` are the service's keys as they lie in the table.
 */
export function openDataKey(
  rootKey: string,
  stored: StoredKey[],
  subjectId: string,
  wrapped: Uint8Array,
): Buffer | undefined {
  const [first = 0] = Buffer.from(subjectId, 'base64url');
  const branch = first % BRANCHES;
  const version = Buffer.from(wrapped).readUInt16BE(0);
  const name = `branch:${branch}`;
  const found = stored.find((one) => one.name === name && one.keyVersion === version);
  const branchKey = found && openAt(rootOf(rootKey), found.wrapped, `ring|${name}|${version}`);
  const blob = wrapped.subarray(DATA_KEY_VERSION_BYTES);
  return branchKey && openAt(branchKey, blob, `data-key|${subjectId}|${branch}|${version}`);
}
