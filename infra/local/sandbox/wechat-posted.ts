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
  /** The fields of a success or their JSON, a picture, or the code of what is wrong. */
  answer(state: SandboxState, body: Body): object | string | Buffer | WechatErrcode;
  /** Whether the connection breaks after it was carried out, before the answer. */
  isCut?(body: Body): boolean;
};

type Said = { said: object | string | Buffer | WechatErrcode; cut?: boolean | undefined };

/** A call of WeChat's that a server posts: the access token in the query, JSON in the body. */
export function postedPath<Body>(isLive: IsLive, call: Posted<Body>): PartnerPath {
  const { path, summary, refuses = { empty: 44002, malformed: 47001 }, overQuota } = call;

  function result(state: SandboxState, method: string, token: string | null, body: string): Said {
    if (method !== 'POST') return { said: 43002 };
    if (!isLive(token, state)) return { said: token ? 40001 : 41001 };
    if (body === '') return { said: refuses.empty };
    const parsed = call.body.safeParse(jsonOf(body));
    if (!parsed.success) return { said: refuses.malformed };
    return { said: call.answer(state, parsed.data), cut: call.isCut?.(parsed.data) };
  }

  return {
    path,
    summary,
    answer(state, { method, query, body }): PartnerAnswer {
      const { said, cut = false } = result(state, method, query.get('access_token'), body);
      if (typeof said === 'number') return wechatError(state, said);
      if (typeof said === 'string') return { ...wechatOk({}), text: said, cut };
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
