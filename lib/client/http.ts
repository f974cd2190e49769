import { within } from './time-out';
import { type AboutClient, REQUEST_TIMEOUT_MS, type Transport } from './transport';

/** As much of `fetch` as is needed. The signal is an AbortSignal, which not every platform has a type for. */
export type Fetch = (
  url: string,
  // biome-ignore lint/suspicious/noExplicitAny: see above
  init: { method: 'POST'; headers: Record<string, string>; body: string; signal: any },
) => Promise<{ text(): Promise<string> }>;

/** As much of `wx` as is needed. */
export type WxRequest = {
  request(options: {
    url: string;
    method: 'POST';
    header: Record<string, string>;
    data: string;
    /** Anything but `json` leaves the answer as it came. */
    dataType: 'text';
    timeout: number;
    success(answer: { data: unknown }): void;
    fail(error: unknown): void;
  }): unknown;
};

export type HttpOptions = AboutClient & {
  /** Where the API is. */
  baseUrl: string;
  /** What carries the calls: `wx.request` or `fetch`. When both are absent, the platform's own, in this order. */
  wx?: WxRequest;
  fetch?: Fetch;
  timeoutMs?: number;
};

type Post = (url: string, headers: Record<string, string>, body: string) => Promise<unknown>;

declare const wx: Partial<WxRequest> | undefined;

/** `POST <baseUrl>/<function>/<operation>`, by `fetch` or, in a mini-program, by `wx.request`. */
export function httpTransport(options: HttpOptions): Transport {
  const { device, version } = options;
  const base = options.baseUrl.replace(/\/+$/, '');
  const post = chooseWay(options);
  return async ({ name, operation, input, token, proof }) => {
    const headers: Record<string, string> = { 'content-type': 'application/json' };
    if (token) headers.authorization = `Bearer ${token}`;
    if (proof) headers['x-self-proof'] = proof;
    if (device) headers['x-client-device'] = headerText(device);
    if (version) headers['x-client-version'] = headerText(version);
    return parse(await post(`${base}/${name}/${operation}`, headers, JSON.stringify(input)));
  };
}

function chooseWay({ fetch: given, wx: givenWx, timeoutMs = REQUEST_TIMEOUT_MS }: HttpOptions): Post {
  if (givenWx) return byWx(givenWx, timeoutMs);
  if (given) return byFetch(given, timeoutMs);
  // First wx: only a mini-program has wx.request, while its simulator may also show a fetch that no phone has.
  if (typeof wx === 'object' && wx.request) return byWx(wx as WxRequest, timeoutMs);
  if (typeof fetch === 'function') return byFetch((url, init) => fetch(url, init), timeoutMs);
  throw new Error('There is neither fetch nor wx.request here: pass one to httpTransport.');
}

function byFetch(send: Fetch, timeoutMs: number): Post {
  return (url, headers, body) => {
    const abort = new AbortController();
    const answer = send(url, { method: 'POST', headers, body, signal: abort.signal });
    const text = answer.then((response) => response.text());
    return within(timeoutMs, text, () => abort.abort());
  };
}

function byWx(wxGiven: WxRequest, timeout: number): Post {
  return (url, header, data) => {
    const answer = new Promise<unknown>((resolve, reject) => {
      const success = (response: { data: unknown }) => resolve(response.data);
      wxGiven.request({
        url,
        method: 'POST',
        header,
        data,
        dataType: 'text',
        timeout,
        success,
        fail: reject,
      });
    });
    return within(timeout, answer);
  };
}

function parse(text: unknown): unknown {
  try {
    return JSON.parse(text as string);
  } catch {
    return undefined;
  }
}

/** Headers carry ASCII only, and a device may have a Chinese name: better a part of it than no call at all. */
function headerText(text: string): string {
  return text.replace(/[^ -~]+/g, ' ').trim();
}
