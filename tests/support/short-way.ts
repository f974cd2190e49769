import { connect, type Socket } from 'node:net';
import * as dynamodb from '@aws-sdk/client-dynamodb';

/** What the SDK does to a request between a command and the wire, none of which DynamoDB Local looks at. */
const unlooked = [
  'contentLengthMiddleware',
  'getUserAgentMiddleware',
  'hostHeaderMiddleware',
  'recursionDetectionMiddleware',
  'httpSigningMiddleware',
  // It copies all that comes back for a log that there is not.
  'loggerMiddleware',
];

/**
 * Lets a client reach DynamoDB Local without what the SDK does for the cloud: signatures, endpoints, checksums, schemas,
 * streams. They are more than half of what a request costs here. Commands go in, and answers and exceptions of the SDK come out, as
 * they would (short-way.test.ts tries both ways). Everything that hangs on the client still sees them.
 */
export function goShort(client: dynamodb.DynamoDBClient, endpoint: string): void {
  const { middlewareStack } = client;
  for (const name of unlooked) middlewareStack.remove(name);
  // Worked out anew for each request otherwise, by rules for all regions.
  const url = new URL(endpoint);
  client.config.endpointProvider = () => ({ url });
  middlewareStack.add((next) => (args) => next({ ...args, request: {} }), {
    step: 'serialize',
    name: 'serializerMiddleware',
    override: true,
  });
  middlewareStack.add(
    (_next, context) => async (args) => {
      const operation = String(context.commandName).replace(/Command$/, '');
      const answer = await post(Number(url.port), operation, JSON.stringify(sent(args.input)));
      const content = answer.body ? received(JSON.parse(answer.body)) : {};
      const $metadata = { httpStatusCode: answer.status, attempts: 1, totalRetryDelay: 0 };
      if (answer.status !== 200) throw exception(content as Said, $metadata);
      return { response: undefined, output: { ...(content as object), $metadata } };
    },
    { step: 'deserialize', name: 'deserializerMiddleware', override: true },
  );
}

/** A client of ours that goes the short way. */
export function shortClient({
  region,
  endpoint,
}: {
  region: string;
  endpoint: string;
}): dynamodb.DynamoDBClient {
  const client = new dynamodb.DynamoDBClient({ region, endpoint });
  goShort(client, endpoint);
  return client;
}

/** DynamoDB Local asks for a signature, and does not verify it. */
const UNVERIFIED =
  'AWS4-HMAC-SHA256 Credential=local/20261201/cn-north-1/dynamodb/aws4_request, SignedHeaders=host, Signature=0';

type Said = { __type?: string; message?: string; Message?: string };
type Metadata = dynamodb.ServiceOutputTypes['$metadata'];
type Exception = new (options: object) => Error;

/** The exception of the SDK that DynamoDB names. */
function exception({ __type = '', message, Message, ...more }: Said, $metadata: Metadata): Error {
  const name = __type.replace(/^.*#/, '');
  const Known = (dynamodb as unknown as Record<string, Exception | undefined>)[name];
  const said = { message: message ?? Message, ...more, $metadata };
  return Known
    ? new Known(said)
    : new dynamodb.DynamoDBServiceException({
        name,
        $fault: 'client',
        ...said,
        message: said.message ?? name,
      });
}

/** As JSON has it: bytes are Base64. */
function sent(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array)
    return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  if (Array.isArray(value)) return value.map(sent);
  const made: Record<string, unknown> = {};
  for (const key of Object.keys(value)) made[key] = sent((value as Record<string, unknown>)[key]);
  return made;
}

/** Back from JSON, in place. Every attribute's value is an object, so a text called `B` is bytes. */
function received(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  const holder = value as Record<string, unknown>;
  for (const key of Object.keys(holder)) {
    const inside = holder[key];
    if (typeof inside === 'object') received(inside);
    else if (key === 'B') holder[key] = bytes(String(inside));
    else if (typeof inside === 'number' && key.endsWith('DateTime')) holder[key] = new Date(inside * 1000);
  }
  return value;
}

function bytes(text: string): Uint8Array {
  const { buffer, byteOffset, byteLength } = Buffer.from(text, 'base64');
  return new Uint8Array(buffer, byteOffset, byteLength);
}

type Answer = { status: number; body: string };

/** Sockets that wait for their next request, kept as long as their test file. */
const idle = new Map<number, Socket[]>();
const LINE_END = '\r\n';
const HEAD_END = '\r\n\r\n';

/** One request over a kept socket; several at once have one each. */
function post(port: number, operation: string, body: string): Promise<Answer> {
  const waiting = idle.get(port) ?? [];
  idle.set(port, waiting);
  const socket = waiting.pop() ?? open(port, waiting);
  socket.ref();
  return new Promise((resolve, reject) => {
    let got: Buffer = Buffer.alloc(0);
    const broken = (error?: unknown) =>
      reject(error instanceof Error ? error : new Error('DynamoDB Local has closed the connection'));
    const read = (part: Buffer) => {
      got = got.length === 0 ? part : Buffer.concat([got, part]);
      const answer = answerIn(got);
      if (!answer) return;
      socket.off('data', read).off('error', broken).off('close', broken);
      socket.unref();
      waiting.push(socket);
      resolve(answer);
    };
    socket.on('data', read).once('error', broken).once('close', broken);
    const head = [
      'POST / HTTP/1.1',
      `host: 127.0.0.1:${port}`,
      'content-type: application/x-amz-json-1.0',
      `x-amz-target: DynamoDB_20120810.${operation}`,
      `authorization: ${UNVERIFIED}`,
      `content-length: ${Buffer.byteLength(body)}`,
    ];
    socket.write(head.join(LINE_END) + HEAD_END + body);
  });
}

function open(port: number, waiting: Socket[]): Socket {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  // The other side ends what has waited for long.
  return socket
    .on('error', () => {})
    .once('close', () => {
      const at = waiting.indexOf(socket);
      if (at >= 0) waiting.splice(at, 1);
    });
}

/** The answer, once all of it is there: of a length said before, or in chunks where it is long. */
function answerIn(got: Buffer): Answer | undefined {
  const headEnd = got.indexOf(HEAD_END);
  if (headEnd < 0) return undefined;
  const head = got.toString('latin1', 0, headEnd);
  const status = Number(head.slice('HTTP/1.1 '.length, 'HTTP/1.1 200'.length));
  const from = headEnd + HEAD_END.length;
  const length = /^content-length: *(\d+)/im.exec(head)?.[1];
  if (length === undefined) {
    const body = chunksIn(got, from);
    return body && { status, body: body.toString('utf8') };
  }
  const to = from + Number(length);
  return got.length < to ? undefined : { status, body: got.toString('utf8', from, to) };
}

function chunksIn(got: Buffer, from: number): Buffer | undefined {
  const chunks: Buffer[] = [];
  for (let at = from; ; ) {
    const lineEnd = got.indexOf(LINE_END, at);
    if (lineEnd < 0) return undefined;
    const length = Number.parseInt(got.toString('latin1', at, lineEnd), 16);
    const start = lineEnd + LINE_END.length;
    const next = start + length + LINE_END.length;
    if (got.length < next) return undefined;
    if (length === 0) return Buffer.concat(chunks);
    chunks.push(got.subarray(start, start + length));
    at = next;
  }
}
