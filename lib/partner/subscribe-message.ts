import * as z from 'zod/mini';
import type { Log } from '../log';
import { type Channel, OUTCOME_UNKNOWN, type Sent } from '../notice/channel';
import { UNREACHABLE, Unreachable } from './unreachable';
import type { WechatServer } from './wechat-server';

/** A template that the person has accepted, the page that a tap opens, and the template's values by key. */
export type SubscribeMessage = { template: string; page: string; values: Record<string, string> };

/**
 * WeChat's subscribe messages (subscribe/send). WeChat takes no reference: what it says later of a message, it says by its
 * message id.
 */
export type WechatMessage = Channel<string, SubscribeMessage>;

const PATH = '/cgi-bin/message/subscribe/send';

type Meaning = { status: Sent['status']; alarm?: true };
const throttled: Meaning = { status: 'throttled' };
const permanent: Meaning = { status: 'permanent-failure' };

/**
 * What an errcode means. Every other one is our fault or WeChat's (a template that is gone, a page that is not in the live
 * version, a banned ability, a sensitive word, a wrong field): a technical failure, and it rings.
 */
const meanings: Record<number, Meaning> = {
  0: { status: 'accepted' },
  [-1]: throttled,
  43108: throttled, // several for one person at once
  45011: throttled, // the minute is used up
  44991: throttled,
  45009: { status: 'throttled', alarm: true }, // the day is used up
  43101: permanent, // not accepted, or used up
  40003: permanent, // nobody has this openid
};

const answerSchema = z.object({
  msgid: z.optional(z.union([z.int(), z.string().check(z.regex(/^\d{1,32}$/))])),
});

export function createWechatMessage(server: WechatServer, log: Log): WechatMessage {
  const alarm = (partnerCode: string | number) =>
    log({ event: 'alarm', partner: 'wechat-message', partnerCode });

  function sentOf(errcode: number, json: unknown): Sent {
    const { status, alarm: rings } = meanings[errcode] ?? { status: 'technical-failure', alarm: true };
    if (rings) alarm(errcode);
    if (status !== 'accepted') return { status, code: String(errcode) };
    const { msgid } = answerSchema.safeParse(json).data ?? {};
    return { status, ...(msgid !== undefined && { messageId: String(msgid) }) };
  }

  return {
    async send(to, { template, page, values }) {
      const data = Object.fromEntries(Object.entries(values).map(([key, value]) => [key, { value }]));
      const body = { touser: to, template_id: template, page, data, lang: 'zh_CN' };
      try {
        await server.ready();
        const { errcode, json } = await server.ask('wechat-message', PATH, body);
        return sentOf(errcode, json);
      } catch (error) {
        const nothingSent = error instanceof Unreachable;
        const code = nothingSent ? UNREACHABLE : OUTCOME_UNKNOWN;
        alarm(code);
        return { status: nothingSent ? 'throttled' : 'technical-failure', code };
      }
    },
  };
}
