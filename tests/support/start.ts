import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDynamoDb } from '../../infra/local/dynamodb';
import { tableDefinition } from '../../infra/local/table';
import { newRootKey } from './root-key';

/** The tables as a world creates them: without time to live (world.ts), and writing no changes down, which costs every write. */
export function tableDefinitions(): string {
  const definitions = (['Table', 'PlacesTable'] as const).map((of) => {
    const { TimeToLiveSpecification: _, StreamSpecification: __, ...definition } = tableDefinition(of);
    return definition;
  });
  return JSON.stringify(definitions);
}

/**
 * Starts DynamoDB Local once for the whole run; each test file makes tables of its own in it, as infra/data/table.yml
 * describes them, which is read once too.
 */
export default async function start(): Promise<void> {
  const dynamodb = await startDynamoDb();
  process.env.TEST_TABLE_ENDPOINT = dynamodb.endpoint;
  process.env.TEST_TABLE_DEFINITIONS = tableDefinitions();
  process.env.TEST_ROOT_KEY = newRootKey();
  // For what is made once for all test files (built.ts, beginning.ts); stop.ts removes it.
  process.env.TEST_RUN_FOLDER = await mkdtemp(join(tmpdir(), 'leliao-run-'));
  process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = 'true';
  process.env.AWS_ACCESS_KEY_ID = 'local';
  process.env.AWS_SECRET_ACCESS_KEY = 'local';
  Object.assign(globalThis, { stopDynamoDb: dynamodb.stop });
}
