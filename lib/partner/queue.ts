import { awsWaits } from '../aws-client';
import { AppError } from '../errors';
import { faultOf, type Log } from '../log';
import { timeLimits, within } from '../time-limits';

/** An erasure to be done. Ids only: no personal data ever enters a queue body. */
export type EraseMessage = { subjectId: string; seq: number };

export type EraseQueue = {
  /**
   * Asks for an erasure to be done soon. The duty itself is in the table, so a message that cannot be sent is logged
   * and left to the nightly sweep; the person's withdrawal has already succeeded.
   */
  send(message: EraseMessage): Promise<void>;
};

/** A page of people to be told of a version of the policy, from behind `after` in one shard of everybody. */
export type NoticeMessage = { policyVersion: number; shard: number; after?: string | undefined };

export type NoticeQueue = {
  /** @throws AppError PARTNER_UNAVAILABLE when one could not be sent; sending them again does no harm */
  send(messages: NoticeMessage[]): Promise<void>;
};

type Place = {
  url: string;
  region: string;
  endpoint: string;
  log: Log;
  limits?: Pick<typeof timeLimits, 'connectMs' | 'queue'>;
};

/** SQS takes so many messages at once. */
const BATCH = 10;

export function createEraseQueue(place: Place): EraseQueue {
  const send = sender(place);
  return {
    async send(message) {
      const said = (partnerCode: string, fault: object = {}) =>
        place.log({ event: 'partner-call', partner: 'erase-queue', partnerCode, ...fault });
      try {
        await send([message]);
        said('sent');
      } catch (error) {
        said('failed', faultOf(error));
      }
    },
  };
}

export function createNoticeQueue(place: Place): NoticeQueue {
  const send = sender(place);
  return {
    async send(messages) {
      const said = (partnerCode: string, fault: object = {}) =>
        place.log({ event: 'partner-call', partner: 'notice-queue', partnerCode, ...fault });
      try {
        await send(messages);
        said('sent');
      } catch (error) {
        said('failed', faultOf(error));
        throw new AppError('PARTNER_UNAVAILABLE');
      }
    },
  };
}

/** The queue client is loaded on first use, so that a cold start does not pay for it. */
function sender({
  url,
  region,
  endpoint,
  limits = timeLimits,
}: Place): (messages: object[]) => Promise<void> {
  const load = async () => {
    const { SQSClient, SendMessageBatchCommand } = await import('@aws-sdk/client-sqs');
    const requestHandler = awsWaits(limits.queue, limits.connectMs);
    const client = new SQSClient({ region, requestHandler, ...(endpoint && { endpoint }) });
    return { client, SendMessageBatchCommand };
  };
  let loaded: ReturnType<typeof load> | undefined;
  async function sendBatch(messages: object[], abortSignal: AbortSignal): Promise<void> {
    loaded ??= load();
    const { client, SendMessageBatchCommand } = await loaded;
    const Entries = messages.map((message, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify(message),
    }));
    const request = new SendMessageBatchCommand({ QueueUrl: url, Entries });
    const { Failed = [] } = await client.send(request, { abortSignal });
    if (Failed.length > 0) throw new Error('the queue refused a message');
  }
  return (messages) =>
    within(limits.queue.totalMs, async (signal) => {
      for (let from = 0; from < messages.length; from += BATCH)
        await sendBatch(messages.slice(from, from + BATCH), signal);
    });
}
