import * as z from 'zod/mini';
import type { Clock } from '../clock';
import { AppError } from '../errors';
import type { Log } from '../log';
import { type TimeLimit, timeLimits, within } from '../time-limits';
import { inTime } from './in-time';
import { neverReached, Unreachable } from './unreachable';

/** WeChat's server interface, for the calls that need its access token. */
export type WechatServer = {
  /** The mini-program that asks. */
  appid: string;
  /** Resolves when there is a token to ask under: until then nothing can have gone out. @throws Unreachable */
  ready(): Promise<void>;
  /**
   * Posts to a path under a valid token and answers what came back: its JSON, or a picture where WeChat sends one. A
   * token that WeChat no longer takes is fetched anew, once, and a busy WeChat is asked once more; when that does not
   * help, the answer is the refusal. `partner` is the name in our log.
   * @throws AppError PARTNER_UNAVAILABLE; Unreachable when WeChat cannot have got anything
   */
  ask(
    partner: string,
    path: string,
    body: object,
  ): Promise<{ errcode: number; json: unknown; image?: Buffer }>;
};

export type WechatServerParts = {
  baseUrl: string;
  appid: string;
  secret: string;
  clock: Clock;
  log: Log;
  limit?: TimeLimit;
};

/** WeChat renews a token five minutes early and keeps the old one good for as long (stable_token). */
const RENEW_EARLY_MS = 300_000;
const WECHAT_BUSY = -1;
const BUSY_PAUSE_MS = 150;
const TRIES = 2;
/** More than any picture of a code. */
const MAX_IMAGE_BYTES = 1024 * 1024;

const tokenRefused = [40001, 40014, 42001];
/** Why WeChat gives no token, where it is the operator's to mend: nothing that needs one works until then. */
const tokenFaults: Record<number, string> = {
  40125: '40125 secret-invalid',
  40164: '40164 address-not-listed',
};

const tokenSchema = z.object({ access_token: z.string().check(z.minLength(1)), expires_in: z.int() });
const answerSchema = z.looseObject({ errcode: z.optional(z.int()) });

export function createWechatServer(parts: WechatServerParts): WechatServer {
  const { baseUrl, appid, secret, clock, log, limit = timeLimits.partner } = parts;
  let token: { value: Promise<string>; until: number } | undefined;

  /** One request at a time for all who wait; a failure is not kept. */
  function accessToken(): Promise<string> {
    if (token && clock.now() < token.until) return token.value;
    const asked = { grant_type: 'client_credential', appid, secret };
    const fetching = within(limit.attemptMs, async (signal) => {
      const { access_token, expires_in } = await tokenOf(asked, signal);
      if (token) token.until = clock.now() + Math.max(0, expires_in * 1000 - RENEW_EARLY_MS);
      return access_token;
    });
    token = { value: fetching, until: Number.POSITIVE_INFINITY };
    fetching.catch(() => {
      token = undefined;
    });
    return fetching;
  }

  /** A busy WeChat is asked once more; what it refuses a token for is in our log, such as an address that is not on its list. */
  async function tokenOf(asked: object, signal: AbortSignal) {
    for (let tries = 1; ; tries += 1) {
      const json = await (await post('/cgi-bin/stable_token', asked, signal)).json();
      const { errcode = 0 } = answerSchema.parse(json);
      if (errcode === WECHAT_BUSY && tries < TRIES) await pause();
      else if (errcode === 0) return tokenSchema.parse(json);
      else {
        const operation = 'stable_token';
        const partnerCode = tokenFaults[errcode] ?? errcode;
        log({ event: 'partner-call', partner: 'wechat-token', operation, partnerCode });
        if (errcode in tokenFaults) log({ event: 'alarm', partner: 'wechat-token', operation, partnerCode });
        throw new AppError('PARTNER_UNAVAILABLE');
      }
    }
  }

  const pause = () => new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));

  /** Bodies hold secrets and what people wrote, so an error that rises here stays here. */
  function post(path: string, body: object, signal: AbortSignal): Promise<Response> {
    const headers = { 'content-type': 'application/json' };
    const request = { method: 'POST', headers, body: JSON.stringify(body), redirect: 'error' } as const;
    return fetch(`${baseUrl}${path}`, { ...request, signal });
  }

  async function take(path: string, body: object, signal: AbortSignal) {
    const query = new URLSearchParams({ access_token: await accessToken() });
    const response = await post(`${path}?${query}`, body, signal);
    if (response.headers.get('content-type')?.startsWith('image/')) {
      const image = Buffer.from(await response.arrayBuffer());
      if (!response.ok || image.length > MAX_IMAGE_BYTES) throw new AppError('PARTNER_UNAVAILABLE');
      return { errcode: 0, json: undefined, image };
    }
    const json = answerSchema.parse(readJson(await response.text()));
    return { errcode: json.errcode ?? 0, json };
  }

  async function once(partner: string, path: string, body: object, outside: AbortSignal) {
    const startedAt = clock.now();
    const said = (partnerCode: string | number) =>
      log({ event: 'partner-call', partner, partnerCode, milliseconds: clock.now() - startedAt });
    try {
      const answer = await within(limit.attemptMs, (signal) => take(path, body, signal), outside);
      said(answer.errcode);
      return answer;
    } catch (error) {
      said(nameOf(error));
      throw neverReached(error) ? new Unreachable() : new AppError('PARTNER_UNAVAILABLE');
    }
  }

  return {
    appid,
    ready: () =>
      accessToken().then(
        () => undefined,
        (error: unknown) => {
          // What WeChat has refused it for is said already.
          if (!(error instanceof AppError))
            log({ event: 'partner-call', partner: 'wechat-token', partnerCode: nameOf(error) });
          throw new Unreachable();
        },
      ),
    ask: (partner, path, body) =>
      inTime(limit, async (signal) => {
        for (let tries = 1; ; tries += 1) {
          const answer = await once(partner, path, body, signal);
          const stale = tokenRefused.includes(answer.errcode);
          if ((!stale && answer.errcode !== WECHAT_BUSY) || tries === TRIES) return answer;
          if (stale) token = undefined;
          else await pause();
        }
      }),
  };
}

/** A message id has more digits than a number of JavaScript keeps, so it is read as a text. */
function readJson(text: string): unknown {
  return JSON.parse(text.replace(/"msgid"\s*:\s*(\d+)/, '"msgid":"$1"'));
}

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}
