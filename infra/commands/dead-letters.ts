import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { slicesOf } from '../../lib/slices';
import { findService } from '../local/find-service';
import { saysHelp } from './help';

/** Others do not see a message that is looked at here for so long. */
const LOOKED_AT_SECONDS = 30;
/** SQS takes so many at once. */
const BATCH = 10;

/** The queue where messages of another one end that failed too often, by what that one says of itself. */
export async function deadLetterQueueOf(client: SQSClient, queueUrl: string): Promise<string> {
  const get = new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['RedrivePolicy'] });
  const { Attributes } = await client.send(get);
  const { deadLetterTargetArn = '' } = JSON.parse(Attributes?.RedrivePolicy ?? '{}');
  const name = String(deadLetterTargetArn).split(':').at(-1);
  if (!name) throw new Error('this queue gives no message up');
  return queueUrl.replace(/[^/]+$/, name);
}

/** What lies there, each text with how often: ids only, as in every message of ours. Everything stays. */
export async function deadLetters(client: SQSClient, queueUrl: string): Promise<Map<string, number>> {
  const QueueUrl = await deadLetterQueueOf(client, queueUrl);
  const seen = new Map<string, number>();
  const looked: Message[] = [];
  for (let some = await receive(client, QueueUrl); some.length > 0; some = await receive(client, QueueUrl)) {
    looked.push(...some);
    for (const { Body = '' } of some) seen.set(Body, (seen.get(Body) ?? 0) + 1);
  }
  for (const some of slicesOf(looked, BATCH)) {
    const Entries = some.map(({ ReceiptHandle }, index) => ({
      ...{ Id: String(index), ReceiptHandle },
      VisibilityTimeout: 0,
    }));
    await client.send(new ChangeMessageVisibilityBatchCommand({ QueueUrl, Entries }));
  }
  return seen;
}

/**
 * Brings them back to the queue that they came from, and takes them away there. Safe to be cut off and repeated: one that is
 * in both is done twice, which every message may be. Answers how many.
 */
export async function repeatDeadLetters(client: SQSClient, queueUrl: string): Promise<number> {
  const dead = await deadLetterQueueOf(client, queueUrl);
  let count = 0;
  for (let some = await receive(client, dead); some.length > 0; some = await receive(client, dead)) {
    const bodies = some.map(({ Body = '' }, index) => ({ Id: String(index), MessageBody: Body }));
    const { Failed = [] } = await client.send(
      new SendMessageBatchCommand({ QueueUrl: queueUrl, Entries: bodies }),
    );
    if (Failed.length > 0) throw new Error('the queue refused a message; it stays where it was');
    const Entries = some.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle }));
    await client.send(new DeleteMessageBatchCommand({ QueueUrl: dead, Entries }));
    count += some.length;
  }
  return count;
}

async function receive(client: SQSClient, QueueUrl: string): Promise<Message[]> {
  const ask = {
    QueueUrl,
    MaxNumberOfMessages: BATCH,
    VisibilityTimeout: LOOKED_AT_SECONDS,
    WaitTimeSeconds: 0,
  };
  return (await client.send(new ReceiveMessageCommand(ask))).Messages ?? [];
}

const USAGE = `npm run dead-letters -- process | notice [--repeat]
Shows what has failed five times and lies beside a queue; with --repeat brings it back to that queue. The timers take all of
it up anyway, because the table knows what is due. Settings: PROCESS_QUEUE_URL or NOTICE_QUEUE_URL, SERVICE_REGION; beside
a running npm start none.`;

async function main(words: readonly string[]): Promise<void> {
  if (saysHelp(USAGE, words)) return;
  const [which = '', how] = words;
  if ((which !== 'process' && which !== 'notice') || (how !== undefined && how !== '--repeat'))
    throw new Error(USAGE);
  const { PROCESS_QUEUE_URL, NOTICE_QUEUE_URL, SERVICE_REGION: region = 'cn-north-1' } = process.env;
  const given = { process: PROCESS_QUEUE_URL, notice: NOTICE_QUEUE_URL }[which];
  const local = given ? undefined : await findService();
  const url = given ?? local?.queueUrl.replace(/process$/, which);
  if (!url) throw new Error(USAGE);
  const endpoint = local ? new URL(url).origin : process.env.SQS_ENDPOINT;
  const credentials = local && { accessKeyId: 'local', secretAccessKey: 'local' };
  const client = new SQSClient({
    region,
    ...(endpoint && { endpoint }),
    ...(credentials && { credentials }),
  });
  if (how) return console.log(`${await repeatDeadLetters(client, url)} brought back`);
  const found = await deadLetters(client, url);
  if (found.size === 0) console.log('nothing lies there');
  for (const [body, count] of found) console.log(`${count}  ${body}`);
}

if (require.main === module) {
  main(process.argv.slice(2)).catch((error: Error) => {
    console.error(error.message);
    process.exitCode = 1;
  });
}
