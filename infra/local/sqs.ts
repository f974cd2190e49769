import { createSqsServer } from 'local-aws-sqs';
import { close, HOST } from './ports';
import { readResources } from './template';

/** The account that serverless.yml tells the local poller to look in. */
const ACCOUNT_ID = '000000000000';

export type Sqs = {
  /** Base URL for an SQS client. */
  endpoint: string;
  queueUrl: string;
  deadLetterQueueUrl: string;
  stop(): Promise<void>;
};

/**
 * Starts SQS in this process on a free port, with the erase queue and its dead-letter queue as infra/aws/queues.yml
 * describes them. Messages are in memory; the table remembers who is due, so nothing is lost with them.
 */
export async function startSqs(options: { region: string; queueName: string }): Promise<Sqs> {
  const { region, queueName } = options;
  const deadLetterName = `${queueName}-dead`;
  const server = await createSqsServer({
    port: 0,
    hostname: HOST,
    region,
    accountId: ACCOUNT_ID,
    queues: [
      queue(deadLetterName, 'EraseDeadLetterQueue'),
      queue(queueName, 'EraseQueue', `arn:aws:sqs:${region}:${ACCOUNT_ID}:${deadLetterName}`),
    ],
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The local SQS has no port.');
  const endpoint = `http://${HOST}:${address.port}`;
  return {
    endpoint,
    queueUrl: `${endpoint}/${ACCOUNT_ID}/${queueName}`,
    deadLetterQueueUrl: `${endpoint}/${ACCOUNT_ID}/${deadLetterName}`,
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
