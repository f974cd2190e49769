import * as z from 'zod/mini';
import type { PartnerPath, PartnerRequest } from './partner-path';
import type { SandboxState } from './state';
import { type WechatErrcode, wechatError, wechatOk } from './wechat';

const bodySchema = z.object({ code: z.string(), openid: z.optional(z.string()) });

/** getuserphonenumber: the number behind the code of a tap on the phone button. */
export function createPhonePath(isLive: (token: string | null, state: SandboxState) => boolean): PartnerPath {
  function exchange(state: SandboxState, { method, query, body }: PartnerRequest): object | WechatErrcode {
    if (method !== 'POST') return 43002;
    if (!isLive(query.get('access_token'), state)) return query.get('access_token') ? 40001 : 41001;
    if (body === '') return 44002;
    const parsed = parse(body);
    if (!parsed) return 47001;
    const given = state.phoneCodes.get(parsed.code);
    const now = state.clock.now();
    if (!given || given.used || given.expiresAt <= now) return 40029;
    if (parsed.openid && parsed.openid !== given.openid) return 40029;
    given.used = true;
    const { phone, countryCode, appid } = given;
    const watermark = { timestamp: Math.floor(now / 1000), appid };
    const full = `${countryCode === '86' ? '' : countryCode}${phone}`;
    return {
      errcode: 0,
      errmsg: 'ok',
      phone_info: { phoneNumber: full, purePhoneNumber: phone, countryCode, watermark },
    };
  }

  return {
    path: '/wxa/business/getuserphonenumber',
    summary: '用手机号按钮给出的 code 换取手机号',
    answer(state, request) {
      const result = exchange(state, request);
      return typeof result === 'number' ? wechatError(state, result) : wechatOk(result);
    },
    busy: (state) => wechatError(state, -1),
    throttled: (state) => wechatError(state, 45011),
  };
}

function parse(body: string): z.infer<typeof bodySchema> | undefined {
  try {
    const parsed = bodySchema.safeParse(JSON.parse(body));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
