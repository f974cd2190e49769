import type { Browser } from './browser';

/** One call as a host hands it to the gate, whatever it came in as. */
export type Call = {
  operation: string;
  /** JSON as it came, not parsed yet; the guard measures it first. */
  text?: string | undefined;
  /** Instead of `text`: what the platform has parsed already, or what the host says itself. Still unknown to us. */
  input?: unknown;
  requestId: string;
  host: 'aws' | 'cloudbase' | 'test';
  /** How it reached us, as the platform attests; never taken from the input. */
  trigger: 'client' | 'queue' | 'schedule' | 'webhook';
  /** Session token as presented. Nothing is proved by it yet. */
  token?: string | undefined;
  /** A proof of self as presented, for operations that need one (promise A6). */
  proof?: string | undefined;
  /** Identity attested by the platform (CloudBase), never by the caller. */
  platform?: Platform | undefined;
  /** Network address as the platform saw it. Used for limits by digest, and truncated before it is kept. */
  address?: string | undefined;
  /** Our own page in a browser, as far as its request shows; the token may then come from a cookie. */
  browser?: Browser | undefined;
  /** What the client says of itself. Kept only after the notice, and only sealed (promise S8). */
  client?: { device?: string | undefined; version?: string | undefined } | undefined;
};

/** Who WeChat says is calling. `nonce` is of this one attestation: where it is the credential, it counts once. */
export type Platform = { openid: string; unionid?: string | undefined; nonce: string };

/** What every caller gets back. */
export type Reply =
  | { ok: true; data: unknown }
  | { ok: false; error: { code: string; message: string; details?: object; requestId: string } };
