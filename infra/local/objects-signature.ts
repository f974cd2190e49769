import { createHash, createHmac } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Clock } from '../../lib/clock';

/** S3 takes a signed request for this long, either side of its own clock. */
const SKEW_MS = 15 * 60_000;

type Signed = { method: string; url: URL; headers: IncomingHttpHeaders; body: Buffer };
type Holder = { accessKeyId: string; secretAccessKey: string; clock: Clock };

const sha256 = (data: Buffer | string) => createHash('sha256').update(data).digest('hex');
const hmac = (key: Buffer | string, data: string) => createHmac('sha256', key).update(data).digest();

/**
 * Verifies AWS Signature Version 4 of a request or of an address, written from its description and not from the
 * library that the service signs with. Answers S3's error code, or undefined when all is well.
 */
export function checkSignature(request: Signed, holder: Holder): string | undefined {
  const claim = claimOf(request);
  if (!claim) return 'AccessDenied';
  const [accessKeyId, ...scope] = claim.credential.split('/');
  if (accessKeyId !== holder.accessKeyId) return 'InvalidAccessKeyId';
  const signedAt = Date.parse(claim.date.replace(/^(....)(..)(..)T(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  const age = holder.clock.now() - signedAt;
  if (!(age < (claim.seconds === undefined ? SKEW_MS : claim.seconds * 1000))) return 'AccessDenied';
  if (age < -SKEW_MS) return 'RequestTimeTooSkewed';
  if (claim.payload !== 'UNSIGNED-PAYLOAD' && claim.payload !== sha256(request.body)) {
    return 'XAmzContentSHA256Mismatch';
  }
  const text = ['AWS4-HMAC-SHA256', claim.date, scope.join('/'), sha256(canonical(request, claim))].join(
    '\n',
  );
  const key = scope.reduce<Buffer | string>(
    (before, part) => hmac(before, part),
    `AWS4${holder.secretAccessKey}`,
  );
  return hmac(key, text).toString('hex') === claim.signature ? undefined : 'SignatureDoesNotMatch';
}

type Claim = {
  credential: string;
  date: string;
  signedHeaders: string[];
  signature: string;
  payload: string;
  /** An address says for how long it is good. */
  seconds?: number;
};

function claimOf({ url, headers }: Signed): Claim | undefined {
  const query = (name: string) => url.searchParams.get(name) ?? '';
  if (url.searchParams.has('X-Amz-Signature')) {
    return {
      credential: query('X-Amz-Credential'),
      date: query('X-Amz-Date'),
      signedHeaders: query('X-Amz-SignedHeaders').split(';'),
      signature: query('X-Amz-Signature'),
      payload: query('X-Amz-Content-Sha256') || 'UNSIGNED-PAYLOAD',
      seconds: Number(query('X-Amz-Expires')),
    };
  }
  const form = /^AWS4-HMAC-SHA256 Credential=(\S+), SignedHeaders=(\S+), Signature=(\w+)$/;
  const [, credential, names, signature] = form.exec(headers.authorization ?? '') ?? [];
  const payload = headers['x-amz-content-sha256'];
  const date = headers['x-amz-date'];
  if (!credential || !names || !signature || typeof payload !== 'string' || typeof date !== 'string') {
    return undefined;
  }
  return { credential, date, signedHeaders: names.split(';'), signature, payload };
}

function canonical({ method, url, headers }: Signed, { signedHeaders, payload }: Claim): string {
  const query = [...url.searchParams]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => `${escapeText(name)}=${escapeText(value)}`)
    .sort();
  const lines = signedHeaders.map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`);
  return [method, url.pathname, query.join('&'), lines.join(''), signedHeaders.join(';'), payload].join('\n');
}

function escapeText(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
