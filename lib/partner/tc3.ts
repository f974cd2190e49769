import { createHash, createHmac } from 'node:crypto';

/** One call to a Tencent Cloud API (version 3), as it goes over the wire. */
export type Tc3Request = {
  url: string;
  service: string;
  action: string;
  version: string;
  region: string;
  body: string;
  secretId: string;
  secretKey: string;
  nowMs: number;
};

const ALGORITHM = 'TC3-HMAC-SHA256';
const CONTENT_TYPE = 'application/json';
const SIGNED_HEADERS = 'content-type;host';

/**
 * The headers of a signed call (TC3-HMAC-SHA256). The signature covers the body, the host and the moment; Tencent
 * refuses it more than five minutes later.
 */
export function tc3Headers(request: Tc3Request): Record<string, string> {
  const { url, service, action, version, region, body, secretId, secretKey, nowMs } = request;
  const { host } = new URL(url);
  const timestamp = Math.floor(nowMs / 1000);
  const scope = `${new Date(timestamp * 1000).toISOString().slice(0, 10)}/${service}/tc3_request`;
  const canonical = [
    'POST',
    '/',
    '',
    `content-type:${CONTENT_TYPE}`,
    `host:${host}`,
    '',
    SIGNED_HEADERS,
    sha256(body),
  ].join('\n');
  const signature = hmac(
    signingKey(secretKey, scope),
    [ALGORITHM, timestamp, scope, sha256(canonical)].join('\n'),
  ).toString('hex');
  return {
    authorization: `${ALGORITHM} Credential=${secretId}/${scope}, SignedHeaders=${SIGNED_HEADERS}, Signature=${signature}`,
    'content-type': CONTENT_TYPE,
    'x-tc-action': action,
    'x-tc-version': version,
    'x-tc-timestamp': String(timestamp),
    'x-tc-region': region,
  };
}

function signingKey(secretKey: string, scope: string): Buffer {
  return scope
    .split('/')
    .reduce((key: string | Buffer, part) => hmac(key, part), `TC3${secretKey}`) as Buffer;
}

function hmac(key: string | Buffer, data: string): Buffer {
  return createHmac('sha256', key).update(data, 'utf8').digest();
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}
