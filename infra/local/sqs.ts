import { createSqsServer } from 'local-aws-sqs';
import { close, HOST } from './ports';
import { readResources } from './template';

/** The account that serverless.yml tells the local poller to look in. */
const ACCOUNT_ID = '000000000000';

export type QueueName = 'ProcessQueue' | 'ProcessDeadLetterQueue' | 'NoticeQueue' | 'NoticeDeadLetterQueue';

export type Sqs = {
  /** Base URL for an SQS client. */
  endpoint: string;
  /** URLs by the name the queue has in infra/data/queues.yml. */
  queues: Record<QueueName, string>;
  stop(): Promise<void>;
};

/**
 * Starts SQS in this process on a free port, with the queues of infra/data/queues.yml as it describes them. Messages are in memory; the table remembers who is due, so nothing is lost with them.
 */
export async function startSqs(options: { region: string; prefix: string }): Promise<Sqs> {
  const { region, prefix } = options;
  const arnOf = (name: string) => `arn:aws:sqs:${region}:${ACCOUNT_ID}:${name}`;
  const names: Record<QueueName, string> = {
    ProcessQueue: `${prefix}-process`,
    ProcessDeadLetterQueue: `${prefix}-process-dead`,
    NoticeQueue: `${prefix}-notice`,
    NoticeDeadLetterQueue: `${prefix}-notice-dead`,
  };
  const server = await createSqsServer({
    port: 0,
    hostname: HOST,
    region,
    accountId: ACCOUNT_ID,
    queues: [
      queue(names.ProcessDeadLetterQueue, 'ProcessDeadLetterQueue'),
      queue(names.ProcessQueue, 'ProcessQueue', arnOf(names.ProcessDeadLetterQueue)),
      queue(names.NoticeDeadLetterQueue, 'NoticeDeadLetterQueue'),
      queue(names.NoticeQueue, 'NoticeQueue', arnOf(names.NoticeDeadLetterQueue)),
    ],
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The local SQS has no port.');
  const endpoint = `http://${HOST}:${address.port}`;
  return {
    endpoint,
    queues: Object.fromEntries(
      Object.entries(names).map(([resource, name]) => [resource, `${endpoint}/${ACCOUNT_ID}/${name}`]),
    ) as Sqs['queues'],
    stop: () => close(server),
  };
}

function queue(name: string, resource: string, deadLetterTargetArn?: string) {
  const { VisibilityTimeout, MessageRetentionPeriod, RedrivePolicy } =
    readResources('queues.yml')[resource]?.Properties ?? {};
  const redrive = { ...RedrivePolicy, deadLetterTargetArn };
  return {
    QueueName: name,
    Attributes: {
      MessageRetentionPeriod,
      ...(VisibilityTimeout && { VisibilityTimeout }),
      ...(RedrivePolicy && { RedrivePolicy: JSON.stringify(redrive) }),
    },
  };
}
