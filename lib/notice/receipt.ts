import { toInstant } from '../clock';
import type { Try } from '../table/notice/recipient';
import { OUTCOME_UNKNOWN, type PartnerChannel, type Receipt } from './channel';

/** The message on the queue of notices that says that receipts wait at a partner. It names no message and nobody. */
export const RECEIPTS_ARE_THERE = { kind: 'notice-receipts', id: 'sms' } as const;

/** A receipt, and which channel's partner has sent it. */
export type ChannelReceipt = Receipt & { channel: PartnerChannel };

/**
 * What a row says after a receipt; undefined where the receipt says nothing new: it came twice, it is about an earlier
 * message, or nothing was ever handed over. That something has arrived is never taken back. The moment noted is ours: a
 * partner's clock may be wrong.
 */
export function afterReceipt(
  tries: readonly Try[],
  { channel, messageId, status, code }: Omit<ChannelReceipt, 'reference' | 'at'>,
  nowMs: number,
): Try[] | undefined {
  const index = tries.findLastIndex((one) => one.channel === channel && one.attempt > 0);
  const known = tries[index];
  if (!known || known.state === 'delivered') return undefined;
  const isOfAnother =
    messageId !== undefined && known.messageId !== undefined && messageId !== known.messageId;
  if (status !== 'delivered' && (isOfAnother || !isOpen(known))) return undefined;
  const after: Try = {
    ...known,
    ...{ state: status, code, answeredAt: toInstant(nowMs) },
    ...(messageId !== undefined && { messageId }),
  };
  return tries.with(index, after);
}

/** Whether a failure can still be said of it. */
function isOpen({ state, code }: Try): boolean {
  if (state === 'technical-failure') return code === OUTCOME_UNKNOWN;
  return state === 'sending' || state === 'sent';
}
