import * as z from 'zod/mini';
import type { Clock } from '../clock';
import { AppError } from '../errors';
import type { Log } from '../log';

/** WeChat's server interface: what is asked in the mini-program's own name, with an interface token. */
export type WechatServer = {
  appid: string;
  /**
   * Posts to a path with the token in its query, and answers the JSON that came, whatever its `errcode`. A token that
   * WeChat no longer takes is fetched anew, once; a busy WeChat is asked twice.
   * @throws AppError PARTNER_UNAVAILABLE when there is no JSON to answer
   */
  post(partner: string, path: string, body: object): Promise<{ errcode: number }>;
};

export type WechatServerParts = { baseUrl: string; appid: string; secret: string; clock: Clock; log: Log };

const TIMEOUT_MS = 3_000;
/** WeChat renews a token five minutes early and keeps the old one good for as long (stable_token). */
const RENEW_EARLY_MS = 300_000;
const WECHAT_BUSY = -1;
const BUSY_PAUSE_MS = 150;
const TRIES = 2;
const tokenRefused = [40001, 40014, 42001];

const tokenSchema = z.object({ access_token: z.string().check(z.minLength(1)), expires_in: z.int() });
const answerSchema = z.looseObject({ errcode: z._default(z.int(), 0) });

export function openWechatServer({ baseUrl, appid, secret, clock, log }: WechatServerParts): WechatServer {
  let token: { value: Promise<string>; until: number } | undefined;

  /** One request at a time for all who wait; a failure is not kept. */
  function accessToken(): Promise<string> {
    if (token && clock.now() < token.until) return token.value;
    const fetching = send('/cgi-bin/stable_token', { grant_type: 'client_credential', appid, secret }).then(
      (answer) => {
        const { access_token, expires_in } = tokenSchema.parse(answer);
        if (token) token.until = clock.now() + Math.max(0, expires_in * 1000 - RENEW_EARLY_MS);
        return access_token;
      },
    );
    token = { value: fetching, until: Number.POSITIVE_INFINITY };
    fetching.catch(() => {
      token = undefined;
    });
    return fetching;
  }

  /** Bodies hold secrets and codes, so an error that rises here stays in `ask`. */
  async function send(path: string, body: object): Promise<unknown> {
    const request = { method: 'POST', body: JSON.stringify(body), redirect: 'error' } as const;
    const response = await fetch(`${baseUrl}${path}`, {
      ...request,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return response.json();
  }

  async function ask(partner: string, path: string, body: object): Promise<{ errcode: number }> {
    const startedAt = clock.now();
    const said = (partnerCode: string | number) =>
      log({ event: 'partner-call', partner, partnerCode, milliseconds: clock.now() - startedAt });
    try {
      const query = new URLSearchParams({ access_token: await accessToken() });
      const answer = answerSchema.parse(await send(`${path}?${query}`, body));
      said(answer.errcode);
      return answer;
    } catch (error) {
      said(error instanceof Error ? error.name : 'unknown');
      throw new AppError('PARTNER_UNAVAILABLE');
    }
  }

  return {
    appid,
    async post(partner, path, body) {
      for (let tries = 1; ; tries += 1) {
        const answer = await ask(partner, path, body);
        const stale = tokenRefused.includes(answer.errcode);
        if ((!stale && answer.errcode !== WECHAT_BUSY) || tries === TRIES) return answer;
        if (stale) token = undefined;
        else await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
      }
    },
  };
}
