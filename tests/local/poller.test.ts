import { createServer, type Server } from 'node:http';
import { GetQueueAttributesCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import type { SQSEvent } from 'aws-lambda';
import { startPoller } from '../../infra/local/poller';
import { close, listen } from '../../infra/local/ports';
import { type Sqs, startSqs } from '../../infra/local/sqs';
import { until } from './waiting';

const region = 'cn-north-1';
let sqs: Sqs;
let client: SQSClient;
let lambda: Server;
let poller: { stop(): Promise<void> };
/** What the Lambda API was asked, and what it answers. */
let asked: { path: string; event: SQSEvent }[];
let answer: (event: SQSEvent) => { status: number; headers?: Record<string, string>; body: string };

beforeEach(async () => {
  process.env.AWS_ACCESS_KEY_ID = 'local';
  process.env.AWS_SECRET_ACCESS_KEY = 'local';
  asked = [];
  answer = () => ({ status: 200, body: '{"batchItemFailures":[]}' });
  lambda = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const event = JSON.parse(body) as SQSEvent;
    asked.push({ path: request.url ?? '', event });
    const { status, headers, body: said } = answer(event);
    response.writeHead(status, headers).end(said);
  });
  const port = await listen(lambda, 0);
  sqs = await startSqs({ region, prefix: 'leliao-local' });
  client = new SQSClient({ region, endpoint: sqs.endpoint });
  const { queues } = sqs;
  poller = startPoller({ region, endpoint: sqs.endpoint, lambda: `http://127.0.0.1:${port}`, queues });
});

afterEach(async () => {
  await poller.stop();
  client.destroy();
  await Promise.all([sqs.stop(), close(lambda)]);
});

const send = (body: string) =>
  client.send(new SendMessageCommand({ QueueUrl: sqs.queues.ProcessQueue, MessageBody: body }));

/** Messages still in the queue, given out or not. */
async function left(): Promise<number> {
  const get = new GetQueueAttributesCommand({ QueueUrl: sqs.queues.ProcessQueue, AttributeNames: ['All'] });
  return Number((await client.send(get)).Attributes?.ApproximateNumberOfMessages);
}

test('brings a message to the function that serverless.yml names, in the shape of AWS, and deletes it', async () => {
  await send('{"seq":1}');
  await until('it is asked', () => asked.length === 1);
  expect(asked[0]).toMatchObject({
    path: '/2015-03-31/functions/leliao-local-retention/invocations',
    event: {
      Records: [
        {
          body: '{"seq":1}',
          eventSource: 'aws:sqs',
          eventSourceARN: 'arn:aws-cn:sqs:cn-north-1:000000000000:leliao-local-process',
          awsRegion: region,
          messageId: expect.stringMatching(/^[0-9a-f-]{36}$/),
        },
      ],
    },
  });
  await until('it is deleted', async () => (await left()) === 0);
});

test('keeps what the function reports as failed, and only that', async () => {
  answer = ({ Records }) => {
    const failed = Records.filter(({ body }) => body === 'bad');
    const batchItemFailures = failed.map(({ messageId }) => ({ itemIdentifier: messageId }));
    return { status: 200, body: JSON.stringify({ batchItemFailures }) };
  };
  await send('good');
  await send('bad');
  await until('both are delivered', () => asked.flatMap(({ event }) => event.Records).length === 2);
  await until('one is deleted', async () => (await left()) === 1);
});

test.each([
  ['an error', { status: 200, headers: { 'x-amz-function-error': 'Unhandled' }, body: '{}' }],
  ['no answer to use', { status: 502, body: 'not JSON' }],
])('keeps every message when the function gives %s', async (_what, given) => {
  answer = () => given;
  await send('x');
  await until('it is asked', () => asked.length === 1);
  await send('y');
  await until('it is asked again', () => asked.length === 2);
  expect(await left()).toBe(2);
});
