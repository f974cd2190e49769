import { faultOf, type Log } from '../log';

/** An erasure to be done. Ids only: no personal data ever enters a queue body. */
export type EraseMessage = { subjectId: string; seq: number };

export type EraseQueue = {
  /**
   * Asks for an erasure to be done soon. The duty itself is in the table, so a message that cannot be sent is logged
   * and left to the nightly sweep; the person's withdrawal has already succeeded.
   */
  send(message: EraseMessage): Promise<void>;
};

/** The queue client is loaded on first use, so that a cold start does not pay for it. */
export function openEraseQueue(url: string, region: string, endpoint: string, log: Log): EraseQueue {
  const load = async () => {
    const { SQSClient, SendMessageCommand } = await import('@aws-sdk/client-sqs');
    return { client: new SQSClient({ region, ...(endpoint && { endpoint }) }), SendMessageCommand };
  };
  let loaded: ReturnType<typeof load> | undefined;
  return {
    async send(message) {
      loaded ??= load();
      try {
        const { client, SendMessageCommand } = await loaded;
        await client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: JSON.stringify(message) }));
        log({ event: 'partner-call', partner: 'erase-queue', partnerCode: 'sent' });
      } catch (error) {
        log({ event: 'partner-call', partner: 'erase-queue', partnerCode: 'failed', ...faultOf(error) });
      }
    },
  };
}
