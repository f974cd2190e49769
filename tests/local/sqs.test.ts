import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { deadLetterQueueOf, deadLetters, repeatDeadLetters } from '../../infra/commands/dead-letters';
import { type Sqs, startSqs } from '../../infra/local/sqs';
import { until } from './waiting';

const region = 'cn-north-1';
const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
let sqs: Sqs;
let client: SQSClient;

beforeAll(async () => {
  sqs = await startSqs({ region, prefix: 'leliao-local' });
  client = new SQSClient({ region, endpoint: sqs.endpoint, credentials });
});
afterAll(async () => {
  client.destroy();
  await sqs.stop();
});

test('hands a message over once and forgets it when it is deleted', async () => {
  await client.send(new SendMessageCommand({ QueueUrl: sqs.queues.ProcessQueue, MessageBody: '{"seq":1}' }));
  const { Messages } = await client.send(new ReceiveMessageCommand({ QueueUrl: sqs.queues.ProcessQueue }));
  expect(Messages?.map(({ Body }) => Body)).toEqual(['{"seq":1}']);
  const again = await client.send(
    new ReceiveMessageCommand({ QueueUrl: sqs.queues.ProcessQueue, WaitTimeSeconds: 0 }),
  );
  expect(again.Messages ?? []).toEqual([]);
  await client.send(
    new DeleteMessageCommand({
      QueueUrl: sqs.queues.ProcessQueue,
      ReceiptHandle: Messages?.[0]?.ReceiptHandle,
    }),
  );
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: sqs.queues.ProcessQueue, AttributeNames: ['All'] }),
  );
  expect(Attributes).toMatchObject({
    ApproximateNumberOfMessages: '0',
    ApproximateNumberOfMessagesNotVisible: '0',
  });
});

test('describes the erase queue as infra/data/queues.yml does, dead letters included', async () => {
  const { Attributes } = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: sqs.queues.ProcessQueue, AttributeNames: ['All'] }),
  );
  expect(Attributes).toMatchObject({ VisibilityTimeout: '360', MessageRetentionPeriod: '1209600' });
  expect(JSON.parse(Attributes?.RedrivePolicy ?? '{}')).toEqual({
    deadLetterTargetArn: 'arn:aws:sqs:cn-north-1:000000000000:leliao-local-process-dead',
    maxReceiveCount: 5,
  });
});

test('moves a message that failed five times to the dead-letter queue', async () => {
  await client.send(new SendMessageCommand({ QueueUrl: sqs.queues.ProcessQueue, MessageBody: 'fails' }));
  for (let receive = 1; receive <= 6; receive++) {
    await client.send(new ReceiveMessageCommand({ QueueUrl: sqs.queues.ProcessQueue, VisibilityTimeout: 0 }));
  }
  const bodies: (string | undefined)[] = [];
  await until('it is in the dead-letter queue', async () => {
    const dead = new ReceiveMessageCommand({ QueueUrl: sqs.queues.ProcessDeadLetterQueue });
    bodies.push(...((await client.send(dead)).Messages ?? []).map(({ Body }) => Body));
    return bodies.length > 0;
  });
  expect(bodies).toEqual(['fails']);
});

test('shows what has been given up, leaves it there, and brings it back to the queue that it came from', async () => {
  const { NoticeQueue, NoticeDeadLetterQueue } = sqs.queues;
  expect(await deadLetterQueueOf(client, NoticeQueue)).toBe(NoticeDeadLetterQueue);
  const bodies = Array.from({ length: 12 }, (_, index) => `{"id":"${index % 11}"}`);
  for (const MessageBody of bodies)
    await client.send(new SendMessageCommand({ QueueUrl: NoticeDeadLetterQueue, MessageBody }));
  const shown = await deadLetters(client, NoticeQueue);
  expect([...shown]).toHaveLength(11);
  expect(shown.get('{"id":"0"}')).toBe(2);
  expect(await deadLetters(client, NoticeQueue)).toEqual(shown);
  expect(await repeatDeadLetters(client, NoticeQueue)).toBe(12);
  expect([...(await deadLetters(client, NoticeQueue))]).toEqual([]);
  const back = new ReceiveMessageCommand({
    QueueUrl: NoticeQueue,
    MaxNumberOfMessages: 10,
    WaitTimeSeconds: 0,
  });
  expect((await client.send(back)).Messages).toHaveLength(10);
});
