import { within } from './time-out';
import { type AboutClient, REQUEST_TIMEOUT_MS, type Request, type Transport } from './transport';

/** As much of `wx.cloud` as is needed. */
export type WxCloud = {
  callFunction(request: { name: string; data: object }): Promise<{ result?: unknown }>;
};

/** What `callFunction` takes, as documented, less what the platform adds. In characters, which are bytes or more. */
export const MAX_CLOUD_REQUEST_CHARS = 30_000;

export type CloudOptions = AboutClient & {
  timeoutMs?: number;
  /** Carries what CloudBase cannot, about 100 KB in and 1 MB out: `httpTransport` with the address of the API. */
  large?: Transport;
};

/** `wx.cloud.callFunction`, inside the mini-program, where the platform says who is calling. */
export function cloudTransport(
  cloud: WxCloud,
  { timeoutMs = REQUEST_TIMEOUT_MS, large, device, version }: CloudOptions = {},
): Transport {
  return async (request) => {
    if (large && JSON.stringify(request.input).length > MAX_CLOUD_REQUEST_CHARS) return large(request);
    const { name, operation, input, token, proof }: Request = request;
    const data = { operation, input, token, proof, client: { device, version } };
    const answer = cloud.callFunction({ name, data });
    const { result } = await within(timeoutMs, answer);
    return large && isTooLarge(result) ? large(request) : result;
  };
}

/** The door says so when the answer does not fit; what was asked for has happened, and a repeat answers the same. */
function isTooLarge(reply: unknown): boolean {
  const { error } = (reply || {}) as { error?: { code?: unknown } };
  return error !== undefined && error.code === 'TOO_LARGE_FOR_CLOUDBASE';
}
