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

type StoredKey = { name: string; keyVersion: number; wrapped: Uint8Array };

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
  const branchKey = openRooted(rootKey, stored, name, version);
  const blob = wrapped.subarray(DATA_KEY_VERSION_BYTES);
  return branchKey && openAt(branchKey, blob, `data-key|${subjectId}|${branch}|${version}`);
}

/** A key that the root key wrapped. */
function openRooted(rootKey: string, stored: StoredKey[], name: string, version: number): Buffer | undefined {
  const found = stored.find((one) => one.name === name && one.keyVersion === version);
  const root = Buffer.from(rootKey.replace(/^local:/, ''), 'base64');
  return found && openAt(root, found.wrapped, `ring|${name}|${version}`);
}

const HASHES = { aes: 'sha256', sm: 'sm3' } as const;
const YEAR_BYTES = 2;

/** What lies under a stay key at a place: two bytes say the year, and each owner has a key of their own from it. */
export type OpenStaying = (subjectId: string, blob: Uint8Array, place: string) => Buffer | undefined;

/** Tries every stay key of the year that a blob names: they lie under the service key. */
export function stayingOpener(rootKey: string, stored: (StoredKey & { suite: 'aes' | 'sm' })[]): OpenStaying {
  const service = stored.find(({ name }) => name === 'service');
  const serviceKey = service && openRooted(rootKey, stored, 'service', service.keyVersion);
  if (!service || !serviceKey) return () => undefined;
  const under = derive(service.suite, serviceKey, 'seal:stay');
  const shared = stored
    .filter(({ name }) => name.startsWith('stay:'))
    .map(({ name, keyVersion, wrapped, suite }) => ({
      year: keyVersion,
      suite,
      key: openAt(under, wrapped, `ring|${name}|${keyVersion}`),
    }));
  return (subjectId, blob, place) => {
    const year = Buffer.from(blob).readUInt16BE(0);
    for (const { key, suite } of shared.filter((one) => one.year === year)) {
      if (!key) continue;
      const text = openAt(derive(suite, key, `stay|${subjectId}`), blob.subarray(YEAR_BYTES), place);
      if (text) return text;
    }
    return undefined;
  };
}

function derive(suite: 'aes' | 'sm', key: Buffer, label: string): Buffer {
  return Buffer.from(hkdfSync(HASHES[suite], key, Buffer.alloc(0), label, 32));
}
