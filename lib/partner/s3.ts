import type { Clock } from '../clock';
import { AppError } from '../errors';
import type { Log } from '../log';
import { type TimeLimit, timeLimits, within } from '../time-limits';
import { requestTo, signerOf } from './aws-request';
import { inTime } from './in-time';

export type BucketParts = {
  bucket: string;
  region: string;
  /** Empty in the cloud. */
  endpoint: string;
  clock: Clock;
  log: Log;
  limit?: TimeLimit;
};

/** A request to a bucket. An empty key asks about the bucket itself. */
export type BucketRequest = {
  query?: Record<string, string>;
  headers?: Record<string, string>;
  body?: Buffer;
  /** How much content is read, at most; none when absent. */
  maxBytes?: number;
};

/** What a request came to. Content is read only of one that succeeded. */
export type BucketAnswer = { status: number; ok: boolean; content: Buffer };

export type Bucket = {
  /** @throws AppError PARTNER_UNAVAILABLE when it does not answer, fails, or sends more than `maxBytes` */
  ask(method: string, key: string, request?: BucketRequest): Promise<BucketAnswer>;
  /** An address that takes one PUT for `seconds`, with these headers and this length and no others. */
  putAddress(key: string, bytes: number, demanded: Record<string, string>, seconds: number): Promise<string>;
};

const ATTEMPTS = 2;

/**
 * Speaks the S3 API with one bucket by requests signed here (Signature Version 4): the SDK's own client would add 250 KB to
 * every function. The host is made of the region that the residency check has passed, and redirects are not followed, so a
 * bucket elsewhere cannot be reached (promise S1). `partner` is its name in the log.
 */
export function createBucket(partner: string, parts: BucketParts): Bucket {
  const { bucket, region, endpoint, clock, log, limit = timeLimits.partner } = parts;
  const base = new URL(endpoint || `https://${bucket}.s3.${region}.amazonaws.com.cn`);
  const folder = endpoint ? `/${bucket}` : '';
  const signer = signerOf('s3', region, { uriEscapePath: false, applyChecksum: true });
  const describe = (method: string, key: string, { query = {}, headers, body }: BucketRequest) =>
    requestTo(base, { method, path: `${folder}/${key}`, query, headers, body });
  const now = () => ({ signingDate: new Date(clock.now()) });
  const addressOf = (path: string, query: unknown) => {
    const url = new URL(path, base);
    url.search = new URLSearchParams(query as Record<string, string>).toString();
    return url;
  };

  async function once(
    method: string,
    key: string,
    request: BucketRequest,
    signal: AbortSignal,
  ): Promise<BucketAnswer> {
    const { body, query = {}, maxBytes = 0 } = request;
    const { headers, path } = await signer.sign(describe(method, key, request), now());
    const asked = { method, headers, redirect: 'error', signal, ...(body && { body }) } as const;
    const response = await fetch(addressOf(path, query), asked);
    const { status, ok } = response;
    if (ok && maxBytes > 0) return { status, ok, content: await readAtMost(response, maxBytes) };
    await response.body?.cancel();
    return { status, ok, content: Buffer.alloc(0) };
  }

  async function tries(
    method: string,
    key: string,
    request: BucketRequest,
    whole: AbortSignal,
  ): Promise<BucketAnswer> {
    const startedAt = clock.now();
    const said = (partnerCode: string | number) =>
      log({ event: 'partner-call', partner, partnerCode, milliseconds: clock.now() - startedAt });
    for (let attempt = 1; ; attempt += 1) {
      try {
        const answer = await within(limit.attemptMs, (signal) => once(method, key, request, signal), whole);
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

  return {
    ask: (method, key, request = {}) => inTime(limit, (signal) => tries(method, key, request, signal)),
    async putAddress(key, bytes, demanded, seconds) {
      const headers = {
        ...demanded,
        'content-length': String(bytes),
        'X-Amz-Content-Sha256': 'UNSIGNED-PAYLOAD',
      };
      const signed = await signer.presign(describe('PUT', key, { headers }), {
        ...now(),
        expiresIn: seconds,
        signableHeaders: new Set(['host', 'content-length', ...Object.keys(demanded)]),
        unhoistableHeaders: new Set(Object.keys(demanded)),
      });
      return addressOf(signed.path, signed.query).href;
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
