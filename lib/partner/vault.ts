import { createHash } from 'node:crypto';
import { AppError } from '../errors';
import { type BucketParts, createBucket } from './s3';

/**
 * The locked bucket: what has ended is noted here, outside of everything that is ever restored (promise S7). It is under an
 * object lock in compliance mode, so nobody takes anything back before the last backup that could revive it is gone. No
 * name holds personal data beside random numbers, and no content holds any that is not sealed.
 */
export type Vault = {
  /** Puts something there for good, once: under a name that is taken the first content stays. @throws AppError PARTNER_UNAVAILABLE */
  put(name: string, content: Buffer): Promise<void>;
  /**
   * A page of the names that begin with `prefix` and come after `after`, in order. `last` is where to go on, absent at the
   * end. A name is found even where somebody with more rights has hidden it by a delete marker.
   * @throws AppError PARTNER_UNAVAILABLE
   */
  names(prefix: string, after?: string): Promise<{ names: string[]; last?: string }>;
  /** Undefined where there is none, or it is hidden. @throws AppError PARTNER_UNAVAILABLE */
  read(name: string): Promise<Buffer | undefined>;
};

/** A thousand versions with their owners and marks, which is what one page of a list may hold. */
const LIST_MAX_BYTES = 2 * 1024 * 1024;
export const CONTENT_MAX_BYTES = 64 * 1024;

export function createVault(parts: BucketParts): Vault {
  const { ask } = createBucket('vault', parts);
  return {
    async put(name, body) {
      // A bucket under a lock takes nothing without a checksum.
      const headers = {
        'if-none-match': '*',
        'x-amz-checksum-sha256': createHash('sha256').update(body).digest('base64'),
      };
      const { ok, status } = await ask('PUT', name, { headers, body });
      const isThere = status === 412;
      if (!ok && !isThere) throw new AppError('PARTNER_UNAVAILABLE');
    },

    async names(prefix, after) {
      const query = { versions: '', prefix, ...(after !== undefined && { 'key-marker': after }) };
      const { ok, content } = await ask('GET', '', { query, maxBytes: LIST_MAX_BYTES });
      if (!ok) throw new AppError('PARTNER_UNAVAILABLE');
      return namesIn(content.toString());
    },

    async read(name) {
      const { ok, status, content } = await ask('GET', name, { maxBytes: CONTENT_MAX_BYTES });
      if (status === 404) return undefined;
      if (!ok) throw new AppError('PARTNER_UNAVAILABLE');
      return content;
    },
  };
}

/** Names are our own, of letters that no XML escapes. A key that only a delete marker is left of has outlived its lock. */
function namesIn(list: string): { names: string[]; last?: string } {
  const found = [...list.matchAll(/<(Version|DeleteMarker)>.*?<Key>([\w/-]+)<\/Key>/gs)];
  const names = new Set(found.flatMap(([, what, name = '']) => (what === 'Version' ? [name] : [])));
  const last = found.at(-1)?.[2];
  const goesOn = list.includes('<IsTruncated>true</IsTruncated>') && last !== undefined;
  return { names: [...names], ...(goesOn && { last }) };
}
