import type * as z from 'zod/mini';
import type { PartnerAnswer, PartnerPath } from './partner-path';
import type { SandboxState } from './state';
import { type WechatErrcode, wechatError, wechatOk } from './wechat';

/** Whether an access token is the one in force. */
export type IsLive = (token: string | null, state: SandboxState) => boolean;

type Posted<Body> = {
  path: string;
  summary: string;
  body: z.ZodMiniType<Body>;
  /** What a missing body and a malformed one are answered with. */
  refuses?: { empty: WechatErrcode; malformed: WechatErrcode };
  /** What WeChat says when the calls of a minute or a day are used up. */
  overQuota: WechatErrcode;
  /** The fields of a success, a picture, or the code of what is wrong. */
  answer(state: SandboxState, body: Body): object | Buffer | WechatErrcode;
};

/** A call of WeChat's that a server posts: the access token in the query, JSON in the body. */
export function postedPath<Body>(isLive: IsLive, call: Posted<Body>): PartnerPath {
  const { path, summary, refuses = { empty: 44002, malformed: 47001 }, overQuota } = call;

  function result(state: SandboxState, method: string, token: string | null, body: string) {
    if (method !== 'POST') return 43002;
    if (!isLive(token, state)) return token ? 40001 : 41001;
    if (body === '') return refuses.empty;
    const parsed = call.body.safeParse(jsonOf(body));
    return parsed.success ? call.answer(state, parsed.data) : refuses.malformed;
  }

  return {
    path,
    summary,
    answer(state, { method, query, body }): PartnerAnswer {
      const said = result(state, method, query.get('access_token'), body);
      if (typeof said === 'number') return wechatError(state, said);
      return Buffer.isBuffer(said) ? { ...wechatOk({}), image: said } : wechatOk(said);
    },
    busy: (state) => wechatError(state, -1),
    throttled: (state) => wechatError(state, overQuota),
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
