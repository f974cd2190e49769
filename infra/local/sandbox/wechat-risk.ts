import * as z from 'zod/mini';
import type { PartnerPath } from './partner-path';
import { type IsLive, postedPath } from './wechat-posted';

/** getuserriskrank: how risky WeChat thinks a person is, 0 to 4; 0 for somebody it knows nothing of. */
export function createRiskPath(isLive: IsLive): PartnerPath {
  return postedPath(isLive, {
    path: '/wxa/getuserriskrank',
    summary: '取得用户的安全等级（getuserriskrank）',
    body: z.object({
      appid: z.string(),
      openid: z.string(),
      scene: z.int().check(z.minimum(0), z.maximum(2)),
      client_ip: z.string(),
    }),
    overQuota: 45009,
    answer(state, { appid, openid }) {
      if (!state.apps.some((app) => app.appid === appid)) return 40013;
      const person = state.people.get(openid);
      if (!person) return 40003;
      const unoin_id = state.random(4).readUInt32BE(0);
      return { errcode: 0, errmsg: 'getuserriskrank succ', risk_rank: person.rank ?? 0, unoin_id };
    },
  });
}
