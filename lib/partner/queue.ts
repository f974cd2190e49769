import { awsWaits } from '../aws-client';
import { faultOf, type Log } from '../log';
import { slicesOf } from '../slices';
import type { ProcessRef } from '../table/process/process';
import { timeLimits, within } from '../time-limits';

export type ProcessQueue = {
  /**
   * Asks for processes to be taken up soon, `afterMs` from now: ids only, no personal data ever enters a queue body. The row
   * of each is in the table, so a message that cannot be sent is logged and left to the index `due`; what the process was
   * begun for has succeeded. A wait longer than SQS can keep a message back is left to the index as well.
   */
  send(messages: ProcessRef[], afterMs?: number): Promise<void>;
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

/** The longest that SQS keeps a message back. */
const LONGEST_DELAY_SECONDS = 900;

export function createProcessQueue(place: Place): ProcessQueue {
  const send = sender(place);
  return {
    async send(messages, afterMs = 0) {
      // A second more, so that it does not come before the row is due.
      const delaySeconds = afterMs > 0 ? Math.ceil(afterMs / 1000) + 1 : 0;
      if (delaySeconds > LONGEST_DELAY_SECONDS) return;
      const said = (partnerCode: string, fault: object = {}) =>
        place.log({ event: 'partner-call', partner: 'process-queue', partnerCode, ...fault });
      try {
        await send(messages, delaySeconds);
        said('sent');
      } catch (error) {
        said('failed', faultOf(error));
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
}: Place): (messages: object[], delaySeconds: number) => Promise<void> {
  const load = async () => {
    const { SQSClient, SendMessageBatchCommand } = await import('@aws-sdk/client-sqs');
    const requestHandler = awsWaits(limits.queue, limits.connectMs);
    const client = new SQSClient({ region, requestHandler, ...(endpoint && { endpoint }) });
    return { client, SendMessageBatchCommand };
  };
  let loaded: ReturnType<typeof load> | undefined;
  async function sendBatch(
    messages: object[],
    DelaySeconds: number,
    abortSignal: AbortSignal,
  ): Promise<void> {
    loaded ??= load();
    const { client, SendMessageBatchCommand } = await loaded;
    const Entries = messages.map((message, index) => ({
      Id: String(index),
      MessageBody: JSON.stringify(message),
      DelaySeconds,
    }));
    const request = new SendMessageBatchCommand({ QueueUrl: url, Entries });
    const { Failed = [] } = await client.send(request, { abortSignal });
    if (Failed.length > 0) throw new Error('the queue refused a message');
  }
  return (messages, delaySeconds) =>
    within(limits.queue.totalMs, async (signal) => {
      for (const batch of slicesOf(messages, BATCH)) await sendBatch(batch, delaySeconds, signal);
    });
}
