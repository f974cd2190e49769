import { operation } from '../../lib/gate/operation';
import { webhookInput, webhookOutput } from '../../lib/gate/webhook';
import { takePush } from './take-push';

/** What WeChat tells us by itself. */
export const pushOperations = {
  wechat: operation({
    summary:
      '微信的消息推送：验证地址，收下加密的事件（订阅消息的选择、撤回授权、注销微信账号）。伪造、过期的推送一律拒绝，重复、乱序的不起作用。',
    caller: 'webhook',
    purpose: 'accountability',
    kinds: { in: ['wechat-openid', 'message-acceptance', 'authorisation-event'], out: [] },
    input: webhookInput,
    output: webhookOutput,
    ledger: 'none',
    // Two write units and a read unit for each further template.
    budget: { trips: 3, readUnits: 3, writeUnits: 10 },
    webhook: '/events/wechat',
    run: takePush,
  }),
};
