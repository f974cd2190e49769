import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { PartnerRequest } from './partner-path';
import type { SandboxState } from './state';

/** The account that the sandbox knows at Tencent Cloud. */
export const SANDBOX_TENCENT = { secretId: 'AKIDlocalsandbox', secretKey: 'local-secret' } as const;
export const SANDBOX_FACEID = { ...SANDBOX_TENCENT, ruleId: '1' } as const;

const MAX_SKEW_SECONDS = 300;
const authorization =
  /^TC3-HMAC-SHA256 Credential=([^/]+)\/(\d{4}-\d{2}-\d{2})\/(\w+)\/tc3_request, SignedHeaders=content-type;host, Signature=([0-9a-f]{64})$/;

/** What is wrong with how a call to a service is signed, in Tencent's words, or undefined. Written apart from the client's own code. */
export function signatureFault(
  state: SandboxState,
  service: string,
  { body, headers = {} }: PartnerRequest,
): string | undefined {
  const [, secretId, date, signedFor, signature] = authorization.exec(headers.authorization ?? '') ?? [];
  if (!secretId || !date || signedFor !== service || !signature) return 'AuthFailure.SignatureFailure';
  if (secretId !== SANDBOX_TENCENT.secretId) return 'AuthFailure.SecretIdNotFound';
  const timestamp = Number(headers['x-tc-timestamp']);
  const skew = Math.abs(state.clock.now() / 1000 - timestamp);
  if (!(skew <= MAX_SKEW_SECONDS)) return 'AuthFailure.SignatureExpire';
  if (new Date(timestamp * 1000).toISOString().slice(0, 10) !== date) return 'AuthFailure.SignatureFailure';
  const canonical = `POST\n/\n\ncontent-type:${headers['content-type']}\nhost:${headers.host}\n\ncontent-type;host\n${sha256(body)}`;
  const text = `TC3-HMAC-SHA256\n${timestamp}\n${date}/${service}/tc3_request\n${sha256(canonical)}`;
  const dateKey = hmac(`TC3${SANDBOX_TENCENT.secretKey}`, date);
  const expected = hmac(hmac(hmac(dateKey, service), 'tc3_request'), text);
  return timingSafeEqual(expected, Buffer.from(signature, 'hex'))
    ? undefined
    : 'AuthFailure.SignatureFailure';
}

function sha256(text: string): string {
  return createHash('sha256').update(text, 'utf8').digest('hex');
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text, 'utf8').digest();
}
