import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Clock } from '../clock';
import { AppError } from '../errors';
import type { Log } from '../log';
import { type TimeLimit, timeLimits, within } from '../time-limits';
import { inTime } from './in-time';

/** What a holder of an upload address must send: exactly these headers, and exactly the bytes they describe. */
export type UploadAddress = { url: string; headers: Record<string, string> };

/** What is to be uploaded, as announced. `sha256` is hexadecimal. */
export type Announced = { key: string; contentType: string; bytes: number; sha256: string };

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
};

export type ObjectsParts = {
  bucket: string;
  region: string;
  /** Empty in the cloud. */
  endpoint: string;
  clock: Clock;
  log: Log;
  limit?: TimeLimit;
};

const ATTEMPTS = 2;

type Request = { body?: Buffer; maxBytes?: number; signal: AbortSignal };

/**
 * Speaks the S3 API: four requests, signed (Signature Version 4). The SDK's own client would add 250 KB to every
 * function (docs/adr says more). The host is made of the region that the residency check has passed, and redirects
 * are not followed, so a bucket elsewhere cannot be reached (promise S1).
 */
export function createObjects(parts: ObjectsParts): Objects {
  const { bucket, region, endpoint, clock, log, limit = timeLimits.partner } = parts;
  const base = new URL(endpoint || `https://${bucket}.s3.${region}.amazonaws.com.cn`);
  const folder = endpoint ? `/${bucket}` : '';
  const credentials = defaultProvider();
  const signer = new SignatureV4({
    service: 's3',
    region,
    credentials,
    sha256: Sha256,
    uriEscapePath: false,
    applyChecksum: true,
  });
  const describe = (method: string, key: string, headers: Record<string, string>, body?: Buffer) => ({
    method,
    protocol: base.protocol,
    hostname: base.hostname,
    ...(base.port && { port: Number(base.port) }),
    path: `${folder}/${key}`,
    query: {},
    headers: { host: base.host, ...headers },
    ...(body && { body }),
  });
  const now = () => ({ signingDate: new Date(clock.now()) });

  /** What a request came to. `maxBytes` of content are read, and none unless it succeeded. */
  type Answer = { status: number; ok: boolean; content: Buffer };

  async function once(method: string, key: string, { body, maxBytes = 0, signal }: Request): Promise<Answer> {
    const { headers, path } = await signer.sign(describe(method, key, {}, body), now());
    const request = { method, headers, redirect: 'error', signal, ...(body && { body }) } as const;
    const response = await fetch(new URL(path, base), request);
    const { status, ok } = response;
    if (ok && maxBytes > 0) return { status, ok, content: await readAtMost(response, maxBytes) };
    await response.body?.cancel();
    return { status, ok, content: Buffer.alloc(0) };
  }

  async function tries(method: string, key: string, request: Request): Promise<Answer> {
    const startedAt = clock.now();
    const said = (partnerCode: string | number) =>
      log({ event: 'partner-call', partner: 'objects', partnerCode, milliseconds: clock.now() - startedAt });
    for (let attempt = 1; ; attempt += 1) {
      try {
        const ask = (signal: AbortSignal) => once(method, key, { ...request, signal });
        const answer = await within(limit.attemptMs, ask, request.signal);
        said(answer.status);
        if (answer.status < 500) return answer;
      } catch (error) {
        if (error instanceof AppError) throw error;
        // The address holds a key, so the error stays here.
        said(error instanceof Error ? error.name : 'unknown');
      }
      if (attempt === ATTEMPTS) throw new AppError('PARTNER_UNAVAILABLE');
    }
  }

  const ask = (method: string, key: string, more: Omit<Request, 'signal'> = {}) =>
    inTime(limit, (signal) => tries(method, key, { ...more, signal }));

  return {
    async uploadAddress({ key, contentType, bytes, sha256 }, seconds) {
      const demanded = {
        'content-type': contentType,
        'x-amz-checksum-sha256': Buffer.from(sha256, 'hex').toString('base64'),
      };
      const headers = {
        ...demanded,
        'content-length': String(bytes),
        'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
      };
      const signed = await signer.presign(describe('PUT', key, headers), {
        ...now(),
        expiresIn: seconds,
        signableHeaders: new Set(['host', 'content-length', ...Object.keys(demanded)]),
        unhoistableHeaders: new Set(Object.keys(demanded)),
      });
      const url = new URL(signed.path, base);
      url.search = new URLSearchParams(signed.query as Record<string, string>).toString();
      return { url: url.href, headers: demanded };
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
  };
}

/** Reads no further than the limit, whatever length the other side claims. */
async function readAtMost(response: Response, maxBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.byteLength;
    if (bytes > maxBytes) break;
    parts.push(part);
  }
  if (bytes > maxBytes) throw new AppError('PARTNER_UNAVAILABLE');
  return Buffer.concat(parts);
}

/** The hash as the signer wants it: keyed or not. */
class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string | Uint8Array);
  }
  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}
