import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import { parse } from 'yaml';
import { cloudFormationTags } from './template';

/** Asked for without waiting: the local SQS would answer a waiting receiver only when its whole wait is over. */
const LOOK_EVERY_MS = 250;

/** A function that serverless.yml gives a queue to. */
type Consumer = { functionName: string; queueUrl: string; batchSize: number };

export type PollerOptions = {
  region: string;
  /** Of SQS. */
  endpoint: string;
  /** Base URL of the Lambda API. */
  lambda: string;
  /** Queue URLs by the name the queue has in infra/data. */
  queues: Record<string, string>;
};

/**
 * Brings messages to the functions that serverless.yml names for them, as Lambda does: in batches, and deleting only
 * those that the function did not report as failed. The others come back when their time is up, and end in the
 * dead-letter queue.
 */
export function startPoller(options: PollerOptions): { stop(): Promise<void> } {
  const { region, endpoint } = options;
  const client = new SQSClient({ region, endpoint });
  const stopping = new AbortController();
  const polling = consumers(options.queues).map((consumer) =>
    poll(client, options, consumer, stopping.signal),
  );
  return {
    async stop() {
      stopping.abort();
      await Promise.all(polling);
      client.destroy();
    },
  };
}

async function poll(
  client: SQSClient,
  options: PollerOptions,
  { functionName, queueUrl, batchSize }: Consumer,
  stopping: AbortSignal,
): Promise<void> {
  const receive = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: batchSize,
    WaitTimeSeconds: 0,
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  });
  while (!stopping.aborted) {
    try {
      const { Messages = [] } = await client.send(receive, { abortSignal: stopping });
      const done =
        Messages.length > 0 ? await deliver(options, functionName, queueUrl, Messages, stopping) : [];
      const Entries = done.map((message, index) => ({
        Id: String(index),
        ReceiptHandle: message.ReceiptHandle,
      }));
      if (Entries.length > 0)
        await client.send(new DeleteMessageBatchCommand({ QueueUrl: queueUrl, Entries }));
    } catch {
      // The function or the queue is not answering: the messages stay and come back.
    }
    await pause(LOOK_EVERY_MS, undefined, { signal: stopping }).catch(() => {});
  }
}

/** The messages that the function took. */
async function deliver(
  { lambda, region }: PollerOptions,
  functionName: string,
  queueUrl: string,
  messages: Message[],
  signal: AbortSignal,
): Promise<Message[]> {
  const response = await fetch(`${lambda}/2015-03-31/functions/${functionName}/invocations`, {
    method: 'POST',
    body: JSON.stringify(toEvent(messages, region, queueUrl)),
    signal,
  });
  const failed = !response.ok || response.headers.has('x-amz-function-error');
  const answer = (await response.json()) as SQSBatchResponse | null;
  if (failed) return [];
  const failures = new Set(answer?.batchItemFailures?.map(({ itemIdentifier }) => itemIdentifier));
  return messages.filter(({ MessageId }) => !failures.has(MessageId ?? ''));
}

function toEvent(messages: Message[], region: string, queueUrl: string): SQSEvent {
  const [accountId = '', queueName = ''] = new URL(queueUrl).pathname.split('/').slice(-2);
  const Records = messages.map((message) => ({
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: message.Attributes as never,
    messageAttributes: {},
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: `arn:aws-cn:sqs:${region}:${accountId}:${queueName}`,
    awsRegion: region,
  }));
  return { Records };
}

function consumers(queues: Record<string, string>): Consumer[] {
  const file = join(__dirname, '../../serverless.yml');
  const { service, functions } = parse(readFileSync(file, 'utf8'), { customTags: cloudFormationTags });
  return Object.entries<{ events?: { sqs?: { arn: string; batchSize?: number } }[] }>(functions).flatMap(
    ([name, { events = [] }]) =>
      events.flatMap(({ sqs }) => {
        const [, queue = ''] = /-(\w+)Arn$/.exec(sqs?.arn ?? '') ?? [];
        const queueUrl = queues[queue];
        const functionName = `${service}-local-${name}`;
        return sqs && queueUrl ? [{ functionName, queueUrl, batchSize: sqs.batchSize ?? 10 }] : [];
      }),
  );
}
