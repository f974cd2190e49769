import * as z from 'zod/mini';
import type { PartnerPath, PartnerRequest } from './partner-path';
import type { SandboxState } from './state';
import { type WechatErrcode, wechatError, wechatOk } from './wechat';

const bodySchema = z.object({
  appid: z.string(),
  openid: z.string(),
  scene: z.int().check(z.minimum(0), z.maximum(2)),
  client_ip: z.string(),
});

/** getuserriskrank: how risky WeChat thinks a person is, 0 to 4; 0 for somebody it knows nothing of. */
export function createRiskPath(isLive: (token: string | null, state: SandboxState) => boolean): PartnerPath {
  function rank(state: SandboxState, { method, query, body }: PartnerRequest): object | WechatErrcode {
    if (method !== 'POST') return 43002;
    if (!isLive(query.get('access_token'), state)) return query.get('access_token') ? 40001 : 41001;
    if (body === '') return 44002;
    const parsed = parse(body);
    if (!parsed) return 47001;
    if (!state.apps.some(({ appid }) => appid === parsed.appid)) return 40013;
    const person = state.people.get(parsed.openid);
    if (!person) return 40003;
    const unoin_id = state.random(4).readUInt32BE(0);
    return { errcode: 0, errmsg: 'getuserriskrank succ', risk_rank: person.rank ?? 0, unoin_id };
  }

  return {
    path: '/wxa/getuserriskrank',
    summary: '取得用户的安全等级（getuserriskrank）',
    answer(state, request) {
      const result = rank(state, request);
      return typeof result === 'number' ? wechatError(state, result) : wechatOk(result);
    },
    busy: (state) => wechatError(state, -1),
    throttled: (state) => wechatError(state, 45009),
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
