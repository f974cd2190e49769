import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What stands between the service and its table does with one request instead of handing it on. */
export type Trouble =
  /** DynamoDB's refusal: its name and what belongs to it. */
  | { status: number; name: string; more?: object }
  /** The request reaches DynamoDB, and its answer is lost on the way back. */
  | 'lost answer'
  /** The connection breaks before anything is handed on. */
  | 'broken connection'
  /** Nothing of a batch is read; DynamoDB names it all for another try. */
  | 'unprocessed';

/** A DynamoDB between the service and the real one, with troubles for the next requests, or for all of them. */
export async function startTroubledTable(endpoint: string) {
  const troubles: Trouble[] = [];
  const bodies: string[] = [];
  let always: Trouble | undefined;
  const server = createServer(async (asked, answer) => {
    const body = await textOf(asked);
    bodies.push(body);
    const trouble = troubles.shift() ?? always;
    if (trouble === 'broken connection') return void asked.socket.destroy();
    if (trouble === 'unprocessed')
      return void answer.end(
        JSON.stringify({ Responses: {}, UnprocessedKeys: JSON.parse(body).RequestItems }),
      );
    if (typeof trouble === 'object') {
      answer.writeHead(trouble.status, { 'content-type': 'application/x-amz-json-1.0' });
      const __type = `com.amazonaws.dynamodb.v20120810#${trouble.name}`;
      return void answer.end(JSON.stringify({ __type, message: trouble.name, ...trouble.more }));
    }
    const { method, headers, url } = asked;
    const onward = request(new URL(url ?? '/', endpoint), { method, headers }, async (said) => {
      const text = await textOf(said);
      if (trouble === 'lost answer') return void asked.socket.destroy();
      answer.writeHead(said.statusCode ?? 500, { 'content-type': 'application/x-amz-json-1.0' });
      answer.end(text);
    });
    onward.end(body);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    /** The bodies of all requests since the last look. */
    seen: (): string[] => bodies.splice(0),
    /** What happens to the next requests, one after the other. */
    next: (...given: Trouble[]) => void troubles.splice(0, troubles.length, ...given),
    /** What happens to every request from now on. */
    always: (given: Trouble | undefined) => {
      always = given;
    },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function textOf(message: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of message) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}
