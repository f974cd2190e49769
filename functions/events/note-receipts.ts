import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError, invalidInput } from '../../lib/errors';
import type { WebhookRun } from '../../lib/gate/webhook';
import { readBounce } from '../../lib/notice/bounce';
import { RECEIPTS_ARE_THERE } from '../../lib/notice/receipt';
import { applyReceipt, applyReceiptOf } from '../../lib/process/notice/apply-receipt';
import type { SentEvent } from './push-event';
import { pushedPerson } from './pushed-person';

/** Notes what WeChat says became of its messages to a person: it knows them by its own numbers (promise B5). */
export async function noteSendings(deps: Deps, event: SentEvent): Promise<void> {
  const about = await pushedPerson(deps, event.FromUserName);
  if (!about) return;
  const at = toInstant(event.CreateTime * 1000);
  for (const { MsgID: messageId, ErrorCode } of event.List) {
    const status = ErrorCode === 0 ? 'delivered' : 'permanent-failure';
    await applyReceiptOf(deps, about.subjectId, {
      channel: 'subscribe',
      messageId,
      status,
      code: `${ErrorCode}`,
      at,
    });
  }
}

/**
 * Notes what a mail that came back says of a mail of ours. The relay hands over the mail as it is, with the address that it was
 * for by the envelope. Anybody can hand over anything: only who has had a mail of ours knows an address that counts.
 * @throws AppError BAD_REQUEST, INVALID_INPUT
 */
export async function takeBounce(deps: Deps, { input }: WebhookRun): Promise<{ text: string }> {
  if (input.method !== 'POST') throw new AppError('BAD_REQUEST');
  const { to } = input.query;
  if (!to) throw invalidInput('to', '缺少');
  const mail = { to, content: input.body };
  const receipt = await readBounce(deps.ring, deps.bounceHost, mail, deps.clock.now());
  const applied = receipt && (await applyReceipt(deps, { ...receipt, channel: 'mail' }));
  deps.log({
    event: 'partner-call',
    partner: 'mail',
    operation: 'events/mail',
    partnerCode: applied ?? 'not-ours',
  });
  return { text: 'success' };
}

/** However many messages the partner tells of, the receipts are asked for so seldom by one instance. */
export const RECEIPTS_EVERY_MS = 5_000;
/** When each instance has asked last, by its queue. */
const askedAtMs = new WeakMap<object, number>();

/**
 * Has the receipts of SMS fetched soon. The partner does not sign what it sends, so nothing of it is read; whoever else
 * calls has them fetched a little earlier than the timer would.
 * @throws AppError BAD_REQUEST
 */
export async function takeSmsCallback(deps: Deps, { input }: WebhookRun): Promise<{ text: string }> {
  if (input.method !== 'POST') throw new AppError('BAD_REQUEST');
  const nowMs = deps.clock.now();
  if (nowMs - (askedAtMs.get(deps.noticeQueue) ?? Number.NEGATIVE_INFINITY) >= RECEIPTS_EVERY_MS) {
    askedAtMs.set(deps.noticeQueue, nowMs);
    await deps.noticeQueue.send([RECEIPTS_ARE_THERE]);
  }
  return { text: '{"result":0,"errmsg":"OK"}' };
}
