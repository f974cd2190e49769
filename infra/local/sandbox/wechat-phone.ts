import * as z from 'zod/mini';
import type { PartnerPath } from './partner-path';
import { type IsLive, postedPath } from './wechat-posted';

/** getuserphonenumber: the number behind the code of a tap on the phone button. */
export function createPhonePath(isLive: IsLive): PartnerPath {
  return postedPath(isLive, {
    path: '/wxa/business/getuserphonenumber',
    summary: '用手机号按钮给出的 code 换取手机号',
    body: z.object({ code: z.string(), openid: z.optional(z.string()) }),
    overQuota: 45011,
    answer(state, { code, openid }) {
      const given = state.phoneCodes.get(code);
      const now = state.clock.now();
      if (!given || given.used || given.expiresAt <= now) return 40029;
      if (openid && openid !== given.openid) return 40029;
      given.used = true;
      const { phone, countryCode, appid } = given;
      const watermark = { timestamp: Math.floor(now / 1000), appid };
      const full = `${countryCode === '86' ? '' : countryCode}${phone}`;
      return {
        errcode: 0,
        errmsg: 'ok',
        phone_info: { phoneNumber: full, purePhoneNumber: phone, countryCode, watermark },
      };
    },
  });
}
