import type {
  APIGatewayProxyEventV2,
  APIGatewayProxyStructuredResultV2,
  EventBridgeEvent,
  SQSBatchResponse,
  SQSEvent,
} from 'aws-lambda';
import { API_PATH } from '../api-version';
import type { Deps } from '../deps';
import { DOOR_HEADER, verifyAssertion } from '../door/assertion';
import { AppError, type ErrorCode, errorCodes } from '../errors';
import type { Call, Reply } from '../gate/call';
import { dispatch } from '../gate/dispatch';
import type { CallerKind, Operations } from '../gate/operation';
import { refusal } from '../gate/refusal';
import { TimeoutError, within } from '../time-limits';
import { browserName } from './browser-name';
import { isJson, readBrowser } from './cookie';
import { readWebhook, respondText, textOf, webhookAt } from './webhook';

/** How long a function may run where nobody says. */
const ALONE_MS = 60_000;

/**
 * AWS Lambda: HTTP API (payload 2.0), SQS and schedules. Only AWS can invoke the function, so the shape of the event
 * says truly where it came from; a client's own JSON arrives inside `body` and can dress as nothing.
 * `remainingMs` tells how long the function may still run.
 */
export async function handleAws(
  deps: Deps,
  functionName: string,
  operations: Operations,
  event: unknown,
  requestId: string,
  remainingMs = () => ALONE_MS,
): Promise<APIGatewayProxyStructuredResultV2 | SQSBatchResponse | Reply> {
  if (isHttp(event)) return overTls(await answerHttp(deps, functionName, operations, event, requestId));
  if (isQueue(event)) return answerQueue(deps, functionName, operations, event, requestId, remainingMs);
  if (isSchedule(event)) {
    const reply = await dispatch(deps, functionName, operations, {
      operation: nameOf(operations, 'scheduler'),
      input: {},
      requestId,
      host: 'aws',
      trigger: 'schedule',
    });
    if (!reply.ok) throw new Error(reply.error.code); // so that the platform counts it and the alarm rings
    return reply;
  }
  return refuse(deps, functionName, new AppError('BAD_REQUEST'), { requestId });
}

/** What never reaches the gate writes the line of its call here: an invocation without one would be held for a lost one. */
function refuse(
  { log, trail }: Deps,
  functionName: string,
  error: AppError,
  { requestId, batch }: Pick<Call, 'requestId' | 'batch'>,
): Reply {
  const ids = { requestId, ...batch };
  const operation = `${functionName}/(unknown)`;
  log({ event: 'call', ...trail.of({}).mark(), ...ids, host: 'aws', operation, outcome: error.code });
  return refusal(error, requestId);
}

/** Whatever is answered over HTTP, a page, JSON, text or a refusal, may from then on be asked for over TLS only. */
function overTls(answer: APIGatewayProxyStructuredResultV2): APIGatewayProxyStructuredResultV2 {
  return { ...answer, headers: { ...answer.headers, 'strict-transport-security': 'max-age=31536000' } };
}

async function answerHttp(
  deps: Deps,
  functionName: string,
  operations: Operations,
  event: APIGatewayProxyEventV2,
  requestId: string,
): Promise<APIGatewayProxyStructuredResultV2> {
  const webhook = webhookAt(operations, event.rawPath);
  if (webhook) {
    const reply = await dispatch(deps, functionName, operations, readWebhook(event, webhook, requestId));
    return reply.ok ? respondText(reply.data) : respond(reply);
  }
  const { http } = event.requestContext;
  const document = http.method === 'GET' ? documentAt(operations, event.rawPath) : undefined;
  const parsed = document ? { operation: document, input: {} } : readRequest(event, functionName);
  if (parsed instanceof AppError) return respond(refuse(deps, functionName, parsed, { requestId }));
  const door = await readDoor(deps, functionName, parsed, event.headers[DOOR_HEADER], requestId);
  if (door instanceof AppError) return respond(refuse(deps, functionName, door, { requestId }));
  const page = door ? undefined : readBrowser(event);
  const { authorization } = event.headers;
  const call: Call = {
    ...parsed,
    requestId,
    host: door ? 'cloudbase' : 'aws',
    trigger: 'client',
    platform: door?.platform,
    token: authorization === undefined ? page?.browser.cookies.session : bearer(authorization),
    browser: page?.browser,
    proof: event.headers['x-self-proof'],
    address: door ? door.address : http.sourceIp,
    client: {
      device: page ? browserName(http.userAgent) : (event.headers['x-client-device'] ?? http.userAgent),
      version: event.headers['x-client-version'],
    },
  };
  const reply = await dispatch(deps, functionName, operations, call);
  if (document && operations[document]?.page) return respondPage(reply);
  return respond(reply, document !== undefined, page?.setCookies);
}

/**
 * What the door in CloudBase swears to, for a call that came through it. A call that says so and cannot show it is refused:
 * without its door it would be somebody else's.
 */
async function readDoor(
  { doorKeys, appid, clock, log }: Deps,
  functionName: string,
  { operation, text }: { operation: string; text?: string },
  assertion: string | undefined,
  requestId: string,
): Promise<Pick<Call, 'platform' | 'address'> | AppError | undefined> {
  if (assertion === undefined) return undefined;
  const expected = { to: `${functionName}/${operation}`, body: text ?? '', appid, nowMs: clock.now() };
  const said = await verifyAssertion(doorKeys, assertion, expected);
  if ('disbelief' in said) {
    const { disbelief, ageSeconds } = said;
    log({ event: 'partner-call', requestId, partner: 'door', partnerCode: disbelief, count: ageSeconds });
    return new AppError('CALLER_NOT_ALLOWED');
  }
  const { openid, unionid, nonce, address } = said;
  return { address, platform: openid === undefined ? undefined : { openid, unionid, nonce } };
}

/** The operation and the text of its input, or why there is none: the default route brings paths that name no function. */
function readRequest(event: APIGatewayProxyEventV2, functionName: string) {
  const ours = `${API_PATH}/${functionName}/`;
  const operation = event.rawPath.startsWith(ours) ? event.rawPath.slice(ours.length) : '';
  const isOurs = operation !== '' && !operation.includes('/');
  if (event.requestContext.http.method !== 'POST' || !isOurs) return new AppError('UNKNOWN_OPERATION');
  const text = textOf(event);
  if (text !== '' && !isJson(event)) return new AppError('BAD_REQUEST');
  return { operation, text };
}

function respond(reply: Reply, bare = false, setCookies: string[] = []): APIGatewayProxyStructuredResultV2 {
  return {
    ...(reply.ok && setCookies.length > 0 && { cookies: setCookies }),
    statusCode: reply.ok ? 200 : errorCodes[reply.error.code as ErrorCode].status,
    headers: {
      'content-type': 'application/json; charset=utf-8',
      'cache-control': bare && reply.ok ? 'public, max-age=300' : 'no-store',
      'x-content-type-options': 'nosniff',
    },
    body: JSON.stringify(bare && reply.ok ? reply.data : reply),
  };
}

/** A page that may load nothing from elsewhere, be framed by nobody, and tell nobody where it was. */
function respondPage(reply: Reply): APIGatewayProxyStructuredResultV2 {
  if (!reply.ok) return respond(reply);
  const { html, policy } = reply.data as { html: string; policy: string };
  return {
    statusCode: 200,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': policy,
      'cache-control': 'no-cache',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
    },
    body: html,
  };
}

/**
 * One message at a time; only those that failed go back to the queue. All of them share one time limit: what cannot be done
 * before it ends goes back too, begun or not, which is safe because every message may be done again.
 */
async function answerQueue(
  deps: Deps,
  functionName: string,
  operations: Operations,
  event: SQSEvent,
  invocation: string,
  remainingMs: () => number,
): Promise<SQSBatchResponse> {
  const { messageMs, answerMs } = deps.limits;
  const operation = nameOf(operations, 'queue');
  const batchItemFailures: SQSBatchResponse['batchItemFailures'] = [];
  let left = event.Records.length;
  for (const { messageId, body: text } of event.Records) {
    left -= 1;
    const common = {
      requestId: messageId,
      batch: { invocation, left },
      host: 'aws',
      trigger: 'queue',
    } as const;
    const work = () => dispatch(deps, functionName, operations, { ...common, operation, text });
    const leftMs = remainingMs();
    const begun = leftMs >= messageMs;
    if (!begun) refuse(deps, functionName, new AppError('BUSY'), common);
    const done = begun && (await inTime(leftMs - answerMs, work));
    if (!done) batchItemFailures.push({ itemIdentifier: messageId });
  }
  return { batchItemFailures };
}

/** Whether it was done, and before the time was over. */
async function inTime(limitMs: number, work: () => Promise<Reply>): Promise<boolean> {
  try {
    return (await within(limitMs, work)).ok;
  } catch (error) {
    if (error instanceof TimeoutError) return false;
    throw error;
  }
}

/** The operation that serves a kind of platform event; a function has one at most. */
export function nameOf(operations: Operations, caller: CallerKind): string {
  return Object.keys(operations).find((name) => operations[name]?.caller === caller) ?? '';
}

/** The operation that a fixed path serves by GET. */
function documentAt(operations: Operations, path: string): string | undefined {
  return Object.keys(operations).find((name) => {
    const { wellKnown, page } = operations[name] ?? {};
    return wellKnown === path || page === path;
  });
}

/** What follows the scheme (RFC 6750, 2.1), or undefined under another scheme. */
function bearer(header: string): string | undefined {
  const scheme = 'bearer ';
  return header.slice(0, scheme.length).toLowerCase() === scheme ? header.slice(scheme.length) : undefined;
}

function isHttp(event: unknown): event is APIGatewayProxyEventV2 {
  return hasKeys(event, 'requestContext', 'rawPath', 'headers');
}

function isQueue(event: unknown): event is SQSEvent {
  if (!hasKeys(event, 'Records') || !Array.isArray(event.Records)) return false;
  return event.Records.every((record) => record?.eventSource === 'aws:sqs');
}

function isSchedule(event: unknown): event is EventBridgeEvent<'Scheduled Event', unknown> {
  return (
    hasKeys(event, 'source', 'detail-type') &&
    event.source === 'aws.events' &&
    event['detail-type'] === 'Scheduled Event'
  );
}

function hasKeys<K extends string>(event: unknown, ...names: K[]): event is Record<K, unknown> {
  return typeof event === 'object' && event !== null && names.every((name) => name in event);
}
