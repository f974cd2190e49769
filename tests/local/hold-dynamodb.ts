import { startDynamoDb } from '../../infra/local/dynamodb';

/** Started as a process of its own by a test that kills it. */
void startDynamoDb().then(({ endpoint }) => console.log(endpoint));
