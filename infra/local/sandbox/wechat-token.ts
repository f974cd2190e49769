import type { PartnerPath, PartnerRequest } from './partner-path';
import { createQuota } from './quota';
import type { SandboxState } from './state';
import { findApp, type WechatErrcode, wechatError, wechatOk } from './wechat';

export const TOKEN_LIFE_SECONDS = 7_200;
/** A token is replaced when less than this is left of it, so no answer ever promises less. */
export const RENEW_BEFORE_SECONDS = 300;
export const CALLS_PER_MINUTE = 10_000;
export const CALLS_PER_DAY = 500_000;
export const FORCED_PER_DAY = 20;
export const FORCED_APART_MS = 30_000;
const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;

type Token = { value: string; expiresAt: number };

/** The tokens in force, by appid; other paths ask whether one that they are shown is among them. */
export type Tokens = {
  tokens: Map<string, Token>;
  isLive(token: string | null, state: SandboxState): boolean;
};

export function createTokens(): Tokens {
  const tokens = new Map<string, Token>();
  const isLive: Tokens['isLive'] = (token, { clock }) =>
    [...tokens.values()].some(({ value, expiresAt }) => value === token && expiresAt > clock.now());
  return { tokens, isLive };
}

/** stable_token: the token for WeChat's server interface, the same one for everybody who asks. */
export function createTokenPath({ tokens }: Tokens): PartnerPath {
  const perMinute = createQuota(CALLS_PER_MINUTE, MINUTE_MS);
  const perDay = createQuota(CALLS_PER_DAY, DAY_MS);
  const forcedPerDay = createQuota(FORCED_PER_DAY, DAY_MS);
  const forcedAt = new Map<string, number>();

  function issue(state: SandboxState, request: PartnerRequest): object | WechatErrcode {
    if (request.method !== 'POST') return 43002;
    const body = readBody(request.body);
    if (typeof body === 'number') return body;
    if (body.grant_type !== 'client_credential') return 40002;
    const app = findApp(state, body.appid, body.secret);
    if (typeof app === 'number') return app;
    const now = state.clock.now();
    if (!perMinute.take(app.appid, now)) return 45011;
    if (!perDay.take(app.appid, now)) return 45009;
    const force = body.force_refresh === true;
    const refusal = force ? refuseForce(app.appid, now) : undefined;
    if (refusal) return refusal;
    const token = current(state, app.appid, force);
    const expiresIn = Math.floor((token.expiresAt - now) / 1000);
    return { access_token: token.value, expires_in: expiresIn };
  }

  function refuseForce(appid: string, now: number): WechatErrcode | undefined {
    if (now - (forcedAt.get(appid) ?? Number.NEGATIVE_INFINITY) < FORCED_APART_MS) return 45011;
    if (!forcedPerDay.take(appid, now)) return 45009;
    forcedAt.set(appid, now);
    return undefined;
  }

  function current(state: SandboxState, appid: string, force: boolean): Token {
    const now = state.clock.now();
    const known = tokens.get(appid);
    if (known && !force && known.expiresAt - now >= RENEW_BEFORE_SECONDS * 1000) return known;
    const value = state.random(96).toString('base64url');
    const fresh = { value, expiresAt: now + TOKEN_LIFE_SECONDS * 1000 };
    tokens.set(appid, fresh);
    return fresh;
  }

  return {
    path: '/cgi-bin/stable_token',
    summary: '取得稳定版接口调用凭据（stable_token）',
    answer(state, request) {
      const result = issue(state, request);
      return typeof result === 'number' ? wechatError(state, result) : wechatOk(result);
    },
    busy: (state) => wechatError(state, -1),
    throttled: (state) => wechatError(state, 45009),
  };
}

function readBody(text: string): Record<string, unknown> | WechatErrcode {
  if (text.trim() === '') return 44002;
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Record<string, unknown>) : 47001;
  } catch {
    return 47001;
  }
}
