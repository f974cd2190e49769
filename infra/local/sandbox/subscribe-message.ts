import * as z from 'zod/mini';
import { SANDBOX_SUBSCRIBE, subscribeValues } from './approved-templates';
import type { Contacts } from './contacts';
import type { PartnerPath } from './partner-path';
import type { SandboxState } from './state';
import { type WechatErrcode, wechatErrors } from './wechat';
import { type IsLive, postedPath } from './wechat-posted';

/** Larger than any number of JavaScript's that is exact, as WeChat's are. */
const FIRST_MESSAGE = 4_000_000_000_000_000_000n;

/** subscribe/send: a message by a template that the person has accepted, once for each time they have. */
export function createSubscribePath(isLive: IsLive, contacts: Contacts): PartnerPath {
  let sent = 0n;

  function take(openid: string, templateId: string): boolean {
    const key = `${openid}|${templateId}`;
    const left = contacts.acceptances.get(key) ?? 0;
    if (left > 0) contacts.acceptances.set(key, left - 1);
    return left > 0;
  }

  function send(state: SandboxState, { touser, template_id, page, data }: Body): string | WechatErrcode {
    const fate = contacts.fateOf('subscribe', touser);
    if (!state.people.has(touser)) return 40003;
    const template = Object.values(SANDBOX_SUBSCRIBE).find(({ id }) => id === template_id);
    if (!template) return 40037;
    const isFilled = template.keys.every((key) => valueFits(key, data[key]?.value));
    if (!isFilled || Object.keys(data).length !== template.keys.length) return 47003;
    if (fate.refuse && fate.refuse in wechatErrors) return Number(fate.refuse) as WechatErrcode;
    if (contacts.isFull()) return 45009;
    if (!take(touser, template_id)) return 43101;
    sent += 1n;
    const messageId = String(FIRST_MESSAGE + sent);
    const content = { template: template_id, page, data };
    if (!fate.fails) contacts.arrive({ channel: 'subscribe', to: touser, messageId, content });
    for (let times = fate.receipts ?? 1; times > 0; times -= 1)
      contacts.messageEvents.put(
        sentEvent(state, touser, template_id, messageId, fate.fails),
        fate.delayMs ?? 0,
      );
    return messageId;
  }

  return postedPath(isLive, {
    path: '/cgi-bin/message/subscribe/send',
    summary: '发送订阅消息（subscribeMessage.send）',
    body,
    overQuota: 45009,
    answer(state, message) {
      const said = send(state, message);
      return typeof said === 'number' ? said : `{"errcode":0,"errmsg":"ok","msgid":${said}}`;
    },
    isCut: ({ touser }) => contacts.fateOf('subscribe', touser).answers === 'lost',
  });
}

const body = z.object({
  touser: z.string(),
  template_id: z.string(),
  page: z.optional(z.string()),
  data: z.record(z.string(), z.object({ value: z.string() })),
  miniprogram_state: z.optional(z.enum(['developer', 'trial', 'formal'])),
  lang: z.optional(z.enum(['zh_CN', 'en_US', 'zh_HK', 'zh_TW'])),
});
type Body = z.output<typeof body>;

function valueFits(key: string, value: string | undefined): boolean {
  return value !== undefined && (subscribeValues[key.replace(/\d+$/, '')]?.test(value) ?? false);
}

/** What WeChat pushes of a message (subscribe_msg_sent_event), to the message push of the mini-program. */
function sentEvent(
  state: SandboxState,
  openid: string,
  TemplateId: string,
  MsgID: string,
  fails: string | undefined,
): object {
  const List = [{ TemplateId, MsgID, ErrorCode: fails ? '1' : '0', ErrorStatus: fails ?? 'success' }];
  return {
    ToUserName: 'gh_sandbox',
    FromUserName: openid,
    CreateTime: Math.floor(state.clock.now() / 1000),
    MsgType: 'event',
    Event: 'subscribe_msg_sent_event',
    List,
  };
}
