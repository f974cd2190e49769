import type { PartnerAnswer } from './partner-path';
import type { App, SandboxState } from './state';

/** WeChat's error codes and texts, as far as the sandbox uses them. */
export const wechatErrors = {
  [-1]: 'system error',
  40002: 'invalid grant_type',
  40013: 'invalid appid',
  40029: 'invalid code',
  40066: 'invalid url',
  40125: 'invalid appsecret',
  40226: 'high risk user, code blocked',
  41002: 'appid missing',
  41004: 'appsecret missing',
  41008: 'missing code',
  43001: 'require GET method',
  40001: 'invalid credential, access_token is invalid or not latest',
  41001: 'access_token missing',
  43002: 'require POST method',
  44002: 'empty post data',
  40003: 'invalid openid',
  40037: 'invalid template_id',
  41030: 'invalid page',
  43101: 'user refuse to accept the msg',
  43107: 'subscribe message has been banned',
  43108: 'concurrently send subscribe message to the same user',
  45168: 'sensitive word',
  47003: 'argument invalid',
  40129: 'invalid scene',
  40169: 'invalid length for scene, or the data is not json string',
  44991: 'over the limit of calls per minute',
  61010: 'code is expired',
  45009: 'reach max api daily quota limit',
  45011: 'api minute-quota reach limit, must slower, retry next minute',
  47001: 'data format error',
} as const;

export type WechatErrcode = keyof typeof wechatErrors;

/** WeChat refuses with HTTP 200, an errcode and a text that ends in the number its support asks for. */
export function wechatError(state: SandboxState, errcode: WechatErrcode): PartnerAnswer {
  const id = () => state.random(4).toString('hex');
  const errmsg = `${wechatErrors[errcode]} rid: ${id()}-${id()}-${id()}`;
  return { status: 200, body: { errcode, errmsg }, outcome: String(errcode) };
}

/** Success of most calls carries no errcode. */
export function wechatOk(body: object): PartnerAnswer {
  return { status: 200, body, outcome: 'ok' };
}

/** The mini-program that asks, or the code of what is wrong with how it names itself. */
export function findApp(state: SandboxState, appid: unknown, secret: unknown): App | WechatErrcode {
  if (!appid) return 41002;
  if (!secret) return 41004;
  const app = state.apps.find((known) => known.appid === appid);
  if (!app) return 40013;
  return app.secret === secret ? app : 40125;
}
