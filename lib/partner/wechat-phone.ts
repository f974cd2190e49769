import * as z from 'zod/mini';
import { AppError, type ErrorCode } from '../errors';
import type { WechatServer } from './wechat-server';

export type WechatPhone = {
  /**
   * The phone number behind a code that the person's tap gave, in E.164 form. WeChat checks the code against the
   * openid, and we check the answer against our own appid (promise A3).
   * @throws AppError LOGIN_CODE_INVALID | TOO_MANY_ATTEMPTS | PARTNER_UNAVAILABLE
   */
  exchangePhoneCode(code: string, openid: string): Promise<string>;
};

const meaning: Record<number, ErrorCode> = { 40029: 'LOGIN_CODE_INVALID', 45011: 'TOO_MANY_ATTEMPTS' };

const phoneSchema = z.object({
  phone_info: z.object({
    purePhoneNumber: z.string().check(z.regex(/^\d{5,15}$/)),
    // A number or a text, depending on the day.
    countryCode: z.union([z.string(), z.number()]),
    watermark: z.object({ appid: z.string() }),
  }),
});

export function createWechatPhone(server: WechatServer): WechatPhone {
  return {
    async exchangePhoneCode(code, openid) {
      const path = '/wxa/business/getuserphonenumber';
      const { errcode, json } = await server.ask('wechat-phone', path, { code, openid });
      if (errcode !== 0) throw new AppError(meaning[errcode] ?? 'PARTNER_UNAVAILABLE');
      const parsed = phoneSchema.safeParse(json);
      if (!parsed.success) throw new AppError('PARTNER_UNAVAILABLE');
      const { watermark, countryCode, purePhoneNumber } = parsed.data.phone_info;
      // A number given to somebody else's mini-program is not ours to use.
      if (watermark.appid !== server.appid) throw new AppError('LOGIN_CODE_INVALID');
      return `+${countryCode}${purePhoneNumber}`;
    },
  };
}
