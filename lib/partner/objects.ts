import { AppError } from '../errors';
import { type BucketParts, createBucket } from './s3';

/** What a holder of an upload address must send: exactly these headers, and exactly the bytes they describe. */
export type UploadAddress = { url: string; headers: Record<string, string> };

/** What is to be uploaded, as announced. `sha256` is hexadecimal. */
export type Announced = { key: string; contentType: string; bytes: number; sha256: string };

/** A list of one name, with what S3 says around it. */
const LIST_MAX_BYTES = 16 * 1024;

/** The objects partner: files too large for the table. Keys are random and say nothing about anybody. */
export type Objects = {
  /** An address that takes one file for `seconds`: this length, this type and these very bytes, nothing else. */
  uploadAddress(announced: Announced, seconds: number): Promise<UploadAddress>;
  /** An object, or undefined when there is none. @throws AppError PARTNER_UNAVAILABLE, also for one over `maxBytes` */
  read(key: string, maxBytes: number): Promise<Buffer | undefined>;
  /** @throws AppError PARTNER_UNAVAILABLE */
  write(key: string, content: Buffer): Promise<void>;
  /** Deletes objects. One that is not there counts as deleted. @throws AppError PARTNER_UNAVAILABLE */
  remove(keys: readonly string[]): Promise<void>;
  /** Those of some objects that there are, whatever is in them. @throws AppError PARTNER_UNAVAILABLE */
  has(keys: readonly string[]): Promise<string[]>;
};

/** The files in a bucket that is never versioned: what is deleted there is gone. */
export function createObjects(parts: BucketParts): Objects {
  const { ask, putAddress } = createBucket('objects', parts);
  return {
    async uploadAddress({ key, contentType, bytes, sha256 }, seconds) {
      const headers = {
        'content-type': contentType,
        'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
      };
      return { url: await putAddress(key, bytes, headers, seconds), headers };
    },

    async read(key, maxBytes) {
      const { status, ok, content } = await ask('GET', key, { maxBytes });
      if (status === 404) return undefined;
      if (!ok) throw new AppError('PARTNER_UNAVAILABLE');
      return content;
    },

    async write(key, content) {
      if (!(await ask('PUT', key, { body: content })).ok) throw new AppError('PARTNER_UNAVAILABLE');
    },

    async remove(keys) {
      for (const key of keys) {
        const { ok, status } = await ask('DELETE', key);
        if (!ok && status !== 404) throw new AppError('PARTNER_UNAVAILABLE');
      }
    },

    async has(keys) {
      const there: string[] = [];
      for (const key of keys) {
        // A list names what is there to who may not read it; a look at the object itself would tell them nothing.
        const query = { 'list-type': '2', prefix: key, 'max-keys': '1' };
        const { ok, content } = await ask('GET', '', { query, maxBytes: LIST_MAX_BYTES });
        if (!ok) throw new AppError('PARTNER_UNAVAILABLE');
        if (content.toString().includes(`<Key>${key}</Key>`)) there.push(key);
      }
      return there;
    },
  };
}
