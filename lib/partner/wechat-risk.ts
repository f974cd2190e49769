import * as z from 'zod/mini';
import type { WechatServer } from './wechat-server';

/** What is about to happen, as WeChat's risk rank distinguishes it. */
export type RiskScene = 'register' | 'fraud' | 'content';
const sceneNumbers: Record<RiskScene, number> = { register: 0, fraud: 1, content: 2 };

export type WechatRisk = {
  /**
   * How risky WeChat thinks this person is just now, 0 to 4 (getuserriskrank). Neither phone nor mail is given for it.
   * Undefined when WeChat cannot say: a rule must not stop people because a partner is down.
   */
  rankOf(openid: string, address: string, scene: RiskScene): Promise<number | undefined>;
};

const answerSchema = z.object({ risk_rank: z.int().check(z.minimum(0), z.maximum(4)) });

export function createWechatRisk(server: WechatServer): WechatRisk {
  return {
    async rankOf(openid, address, scene) {
      const body = { appid: server.appid, openid, scene: sceneNumbers[scene], client_ip: address };
      try {
        const { json } = await server.ask('wechat-risk', '/wxa/getuserriskrank', body);
        const parsed = answerSchema.safeParse(json);
        return parsed.success ? parsed.data.risk_rank : undefined;
      } catch {
        return undefined; // the log has it
      }
    },
  };
}
