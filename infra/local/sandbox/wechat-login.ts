import { createHash } from 'node:crypto';
import type { PartnerPath, PartnerRequest } from './partner-path';
import { createQuota } from './quota';
import type { SandboxState } from './state';
import { findApp, type WechatErrcode, wechatError, wechatOk } from './wechat';

/** Exchanges of one person's codes in a minute. */
export const CALLS_PER_MINUTE = 100;

/** A person has another openid in every mini-program; only the unionid is the same. The sandbox names people by their first. */
function openidAt({ apps }: SandboxState, appid: string, openid: string): string {
  if (appid === apps[0]?.appid) return openid;
  return `o${createHash('sha256').update(`${appid}|${openid}`).digest('base64url').slice(0, 27)}`;
}

/** code2Session: who the person behind a wx.login code is. */
export function createLoginPath(): PartnerPath {
  const quota = createQuota(CALLS_PER_MINUTE, 60_000);

  function exchange(state: SandboxState, { method, query }: PartnerRequest): object | WechatErrcode {
    if (method !== 'GET') return 43001;
    const app = findApp(state, query.get('appid'), query.get('secret'));
    if (typeof app === 'number') return app;
    const jsCode = query.get('js_code');
    if (!jsCode) return 41008;
    if (query.get('grant_type') !== 'authorization_code') return 40002;
    const code = state.codes.get(jsCode);
    const now = state.clock.now();
    if (!code || code.appid !== app.appid) return 40029;
    if (!quota.take(code.openid, now)) return 45011;
    if (code.used || code.expiresAt <= now) return 40029;
    code.used = true;
    const person = state.people.get(code.openid);
    if (!person) return 40029;
    if (person.risk) return 40226;
    const { unionid } = person;
    const openid = openidAt(state, app.appid, person.openid);
    return { session_key: state.random(16).toString('base64'), openid, ...(unionid && { unionid }) };
  }

  return {
    path: '/sns/jscode2session',
    summary: '用 wx.login 的 code 换取 openid（code2Session）',
    answer(state, request) {
      const result = exchange(state, request);
      return typeof result === 'number' ? wechatError(state, result) : wechatOk(result);
    },
    busy: (state) => wechatError(state, -1),
    throttled: (state) => wechatError(state, 45011),
  };
}
