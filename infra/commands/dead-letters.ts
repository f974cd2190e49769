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
import { Stop } from '../command-line/exit';
import { aSwitch, neededOneOf } from '../command-line/options';
import { program, start } from '../command-line/program';
import { words } from '../command-line/words';
import { findService } from '../local/find-service';

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

const noQueue = words(
  '没有正在运行的服务：请先运行 npm start，或者给出 PROCESS_QUEUE_URL、NOTICE_QUEUE_URL 和 SERVICE_REGION。',
  'No service is running: npm start, or give PROCESS_QUEUE_URL, NOTICE_QUEUE_URL and SERVICE_REGION.',
);

const deadLettersProgram = program({
  script: 'dead-letters',
  does: words('查看队列旁边失败了五次的消息', 'show what has failed five times and lies beside a queue'),
  more: words(
    '定时器会按数据表自己重做到期的事，不运行也不会遗漏。读取 PROCESS_QUEUE_URL 或 NOTICE_QUEUE_URL、SERVICE_REGION；旁边有 npm start 时不需要。',
    'The timers take all of it up anyway, because the table knows what is due. Reads PROCESS_QUEUE_URL or NOTICE_QUEUE_URL, SERVICE_REGION; beside a running npm start none.',
  ),
  options: { repeat: aSwitch('放回原来的队列', 'bring it back to its queue') },
  places: {
    queue: neededOneOf(
      ['process', 'notice'],
      '哪一个队列：process 或 notice',
      'which queue: process or notice',
    ),
  },
  run: async ({ queue, repeat }, { env, text, print }) => {
    const { PROCESS_QUEUE_URL, NOTICE_QUEUE_URL, SERVICE_REGION: region = 'cn-north-1' } = env;
    const given = { process: PROCESS_QUEUE_URL, notice: NOTICE_QUEUE_URL }[queue];
    const local = given ? undefined : await findService();
    const url = given ?? local?.queueUrl.replace(/process$/, queue);
    if (!url) throw new Stop('usage', noQueue);
    const endpoint = local ? new URL(url).origin : env.SQS_ENDPOINT;
    const credentials = local && { accessKeyId: 'local', secretAccessKey: 'local' };
    const client = new SQSClient({
      region,
      ...(endpoint && { endpoint }),
      ...(credentials && { credentials }),
    });
    if (repeat) {
      const count = await repeatDeadLetters(client, url);
      print(text(words(`放回了 ${count} 条`, `${count} brought back`)));
      return 'ok';
    }
    const found = await deadLetters(client, url);
    if (found.size === 0) print(text(words('没有失败的消息', 'nothing lies there')));
    for (const [body, count] of found) print(`${count}  ${body}`);
    return 'ok';
  },
});

if (require.main === module) void start(deadLettersProgram);
