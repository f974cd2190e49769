import * as z from 'zod/mini';
import type { Clock } from '../clock';
import { AppError, type ErrorCode } from '../errors';
import type { Log } from '../log';
import { type TimeLimit, timeLimits, within } from '../time-limits';
import { inTime } from './in-time';

/** Who WeChat says a person is. */
export type WechatIdentity = { openid: string; unionid?: string | undefined };

export type Wechat = {
  /**
   * Exchanges a wx.login code, once, for the person's identity (code2Session). The session key that comes with it is
   * dropped here: nothing needs it.
   * @throws AppError LOGIN_CODE_INVALID | TOO_MANY_ATTEMPTS | WECHAT_RISK_BLOCKED | PARTNER_UNAVAILABLE
   */
  exchangeCode(code: string): Promise<WechatIdentity>;
};

export type WechatParts = {
  baseUrl: string;
  appid: string;
  secret: string;
  clock: Clock;
  log: Log;
  limit?: TimeLimit;
};

const ATTEMPTS_WHEN_BUSY = 2;
const BUSY_PAUSE_MS = 150;
const WECHAT_BUSY = -1;

/** WeChat answers success without an errcode and failure with HTTP 200. */
const answerSchema = z.object({
  openid: z.optional(z.string().check(z.minLength(1))),
  unionid: z.optional(z.string()),
  errcode: z.optional(z.int()),
});

/** Codes that mean something to the person; every other one is our trouble or WeChat's. */
const meaning: Record<number, ErrorCode> = {
  40029: 'LOGIN_CODE_INVALID',
  40163: 'LOGIN_CODE_INVALID',
  45011: 'TOO_MANY_ATTEMPTS',
  40226: 'WECHAT_RISK_BLOCKED',
};

export function createWechat(parts: WechatParts): Wechat {
  const { baseUrl, appid, secret, clock, log, limit = timeLimits.partner } = parts;

  async function ask(code: string, outside: AbortSignal): Promise<z.infer<typeof answerSchema>> {
    const query = new URLSearchParams({ appid, secret, js_code: code, grant_type: 'authorization_code' });
    const startedAt = clock.now();
    const said = (partnerCode: string | number) =>
      log({ event: 'partner-call', partner: 'wechat', partnerCode, milliseconds: clock.now() - startedAt });
    try {
      const url = `${baseUrl}/sns/jscode2session?${query}`;
      const once = async (signal: AbortSignal) => (await fetch(url, { signal, redirect: 'error' })).json();
      const answer = answerSchema.parse(await within(limit.attemptMs, once, outside));
      said(answer.errcode ?? 0);
      return answer;
    } catch (error) {
      // The URL holds our secret and the code, so the error stays here.
      said(error instanceof Error ? error.name : 'unknown');
      throw new AppError('PARTNER_UNAVAILABLE');
    }
  }

  async function exchange(code: string, signal: AbortSignal): Promise<WechatIdentity> {
    for (let attempt = 1; ; attempt += 1) {
      const { openid, unionid, errcode = 0 } = await ask(code, signal);
      if (errcode === 0 && openid) return { openid, unionid };
      const known = meaning[errcode];
      if (known) throw new AppError(known);
      if (errcode !== WECHAT_BUSY || attempt === ATTEMPTS_WHEN_BUSY)
        throw new AppError('PARTNER_UNAVAILABLE');
      await new Promise((resolve) => setTimeout(resolve, BUSY_PAUSE_MS));
    }
  }

  return { exchangeCode: (code) => inTime(limit, (signal) => exchange(code, signal)) };
}
