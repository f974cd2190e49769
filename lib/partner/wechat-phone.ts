import * as z from 'zod/mini';
import type { Clock } from '../clock';
import { AppError, type ErrorCode } from '../errors';
import type { Log } from '../log';

export type WechatPhone = {
  /**
   * The phone number behind a code that the person's tap gave, in E.164 form. WeChat checks the code against the
   * openid, and we check the answer against our own appid (promise A3).
   * @throws AppError LOGIN_CODE_INVALID | TOO_MANY_ATTEMPTS | PARTNER_UNAVAILABLE
   */
  exchangePhoneCode(code: string, openid: string): Promise<string>;
};

export type WechatPhoneParts = { baseUrl: string; appid: string; secret: string; clock: Clock; log: Log };

const TIMEOUT_MS = 3_000;
/** WeChat renews a token five minutes early and keeps the old one good for as long (stable_token). */
const RENEW_EARLY_MS = 300_000;
const WECHAT_BUSY = -1;
const BUSY_PAUSE_MS = 150;
const TRIES = 2;

/** A token that WeChat no longer takes is fetched anew, once. */
const tokenRefused = [40001, 40014, 42001];
const meaning: Record<number, ErrorCode> = { 40029: 'LOGIN_CODE_INVALID', 45011: 'TOO_MANY_ATTEMPTS' };

const tokenSchema = z.object({ access_token: z.string().check(z.minLength(1)), expires_in: z.int() });
const phoneSchema = z.object({
  errcode: z.optional(z.int()),
  phone_info: z.optional(
    z.object({
      purePhoneNumber: z.string().check(z.regex(/^\d{5,15}$/)),
      // A number or a text, depending on the day.
      countryCode: z.union([z.string(), z.number()]),
      watermark: z.object({ appid: z.string() }),
    }),
  ),
});

export function openWechatPhone({ baseUrl, appid, secret, clock, log }: WechatPhoneParts): WechatPhone {
  let token: { value: Promise<string>; until: number } | undefined;

  /** One request at a time for all who wait; a failure is not kept. */
  function accessToken(): Promise<string> {
    if (token && clock.now() < token.until) return token.value;
    const fetching = post('/cgi-bin/stable_token', { grant_type: 'client_credential', appid, secret }).then(
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

  /** Bodies hold secrets and codes, so an error that rises here stays here. */
  async function post(path: string, body: object): Promise<unknown> {
    const request = { method: 'POST', body: JSON.stringify(body), redirect: 'error' } as const;
    const response = await fetch(`${baseUrl}${path}`, {
      ...request,
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    return response.json();
  }

  async function ask(code: string, openid: string): Promise<z.infer<typeof phoneSchema>> {
    const startedAt = clock.now();
    const said = (partnerCode: string | number) =>
      log({
        event: 'partner-call',
        partner: 'wechat-phone',
        partnerCode,
        milliseconds: clock.now() - startedAt,
      });
    try {
      const query = new URLSearchParams({ access_token: await accessToken() });
      const answer = phoneSchema.parse(
        await post(`/wxa/business/getuserphonenumber?${query}`, { code, openid }),
      );
      said(answer.errcode ?? 0);
      return answer;
    } catch (error) {
      said(error instanceof Error ? error.name : 'unknown');
      throw new AppError('PARTNER_UNAVAILABLE');
    }
  }

  return {
    async exchangePhoneCode(code, openid) {
      for (let tries = 1; ; tries += 1) {
        const { errcode = 0, phone_info: info } = await ask(code, openid);
        if (errcode === 0 && info) {
          // A number given to somebody else's mini-program is not ours to use.
          if (info.watermark.appid !== appid) throw new AppError('LOGIN_CODE_INVALID');
          return `+${info.countryCode}${info.purePhoneNumber}`;
        }
        const known = meaning[errcode];
        if (known) throw new AppError(known);
        const worthAnother = tokenRefused.includes(errcode) || errcode === WECHAT_BUSY;
        if (!worthAnother || tries === TRIES) throw new AppError('PARTNER_UNAVAILABLE');
        if (tokenRefused.includes(errcode)) token = undefined;
        else await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
      }
    },
  };
}
