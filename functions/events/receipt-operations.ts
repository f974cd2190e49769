import { operation } from '../../lib/gate/operation';
import { webhookInput, webhookOutput } from '../../lib/gate/webhook';
import { takeBounce, takeSmsCallback } from './note-receipts';

/** What partners say by themselves of messages that they have carried. */
export const receiptOperations = {
  mail: operation({
    summary:
      '退信：邮件中继把寄回 <编号>@退信域名 的邮件原样交来（查询参数 to 是信封上的收件地址）。不是本服务的编号不起作用。',
    caller: 'webhook',
    purpose: 'incident',
    kinds: { in: ['notice-record'], out: [] },
    input: webhookInput,
    output: webhookOutput,
    ledger: 'act',
    // And four units, where the next channel is to be tried.
    budget: { trips: 4, readUnits: 5, writeUnits: 2 },
    webhook: '/events/mail',
    run: takeBounce,
  }),
  sms: operation({
    summary: '短信回执的回调：内容一概不读，只使回执尽快领取。',
    caller: 'webhook',
    purpose: 'incident',
    kinds: { in: [], out: [] },
    input: webhookInput,
    output: webhookOutput,
    ledger: 'none',
    budget: { trips: 0, readUnits: 0, writeUnits: 0 },
    webhook: '/events/sms',
    run: takeSmsCallback,
  }),
};
