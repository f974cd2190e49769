import { type AboutClient, REQUEST_TIMEOUT_MS, type Transport, within } from './transport';

/** As much of `wx.cloud` as is needed. */
export type WxCloud = {
  callFunction(request: { name: string; data: object }): Promise<{ result?: unknown }>;
};

/** `wx.cloud.callFunction`, inside the mini-program, where the platform says who is calling. */
export function cloudTransport(
  cloud: WxCloud,
  { timeoutMs = REQUEST_TIMEOUT_MS, ...client }: AboutClient & { timeoutMs?: number } = {},
): Transport {
  return async ({ name, ...data }) => {
    const answer = cloud.callFunction({ name, data: { ...data, client } });
    return (await within(timeoutMs, answer)).result;
  };
}
