import * as z from 'zod/mini';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { Call, Reply } from '../gate/call';
import { dispatch, refusal } from '../gate/dispatch';
import { maxBodyBytes } from '../gate/input';
import type { Operations } from '../gate/operation';
import { nameOf } from './aws';

/**
 * Tencent CloudBase event functions. What a client sends *is* the event, so an event that looks like a timer, a queue
 * or HTTP proves nothing. Identity sits in process-wide environment variables: it is read here, before anything is
 * awaited, and the functions are deployed with an instance concurrency of 1.
 */

/** TCB_SOURCE of genuine timers. WeChat does not document the values, so it is a setting, and unknown means no. */
const DEFAULT_TIMER_SOURCES = 'wx_trigger';
const requestSchema = z.object({
  operation: z.string(),
  input: z.optional(z.unknown()),
  token: z.optional(z.string()),
  proof: z.optional(z.string()),
  client: z.optional(z.object({ device: z.optional(z.string()), version: z.optional(z.string()) })),
});

type Environment = Record<string, string | undefined>;

export async function handleCloudbase(
  deps: Deps,
  functionName: string,
  operations: Operations,
  event: unknown,
  environment: Environment,
  requestId = deps.random(16).toString('hex'),
): Promise<Reply> {
  const context = readContext(environment);
  const call = isTimer(context)
    ? timerCall(operations, requestId)
    : clientCall(event, context, operations, requestId);
  return call instanceof AppError ? refusal(call, requestId) : dispatch(deps, functionName, operations, call);
}

type Context = { identity: Record<string, string>; source: string; timerSources: string[] };

/** What the platform says of the caller: the variables it lists in WX_CONTEXT_KEYS and TCB_CONTEXT_KEYS, no others. */
export function readContext(environment: Environment): Context {
  const listed = `${environment.WX_CONTEXT_KEYS ?? ''},${environment.TCB_CONTEXT_KEYS ?? ''}`.split(',');
  const identity: Record<string, string> = {};
  for (const name of listed) {
    const value = environment[name];
    if (name && value) identity[name] = value;
  }
  const timerSources = (environment.CLOUDBASE_TIMER_SOURCES || DEFAULT_TIMER_SOURCES).split(',');
  return { identity, source: environment.TCB_SOURCE ?? '', timerSources };
}

/** A timer has no person behind it and comes from a source that the operator has named. */
function isTimer({ identity, source, timerSources }: Context): boolean {
  const person = ['WX_OPENID', 'TCB_UUID', 'TCB_CUSTOM_USER_ID', 'WX_CLIENTIP', 'TCB_SOURCE_IP'];
  return person.every((name) => !identity[name]) && timerSources.includes(source);
}

function timerCall(operations: Operations, requestId: string): Call {
  const operation = nameOf(operations, 'scheduler');
  return { operation, input: {}, requestId, host: 'cloudbase', trigger: 'schedule' };
}

function clientCall(
  event: unknown,
  { identity }: Context,
  operations: Operations,
  requestId: string,
): Call | AppError {
  const parsed = requestSchema.safeParse(event);
  if (!parsed.success) return new AppError('BAD_REQUEST');
  const { operation, input, token, proof, client } = parsed.data;
  const max = maxBodyBytes(operations, operation);
  if (Buffer.byteLength(JSON.stringify(event)) > max)
    return new AppError('BODY_TOO_LARGE', { limit: 'MAX_BODY_BYTES', max });
  const openid = identity.WX_OPENID;
  return {
    operation,
    input,
    token,
    proof,
    client,
    requestId,
    host: 'cloudbase',
    trigger: 'client',
    platform: openid ? { openid, unionid: identity.WX_UNIONID } : undefined,
    address: identity.WX_CLIENTIP ?? identity.WX_CLIENTIPV6 ?? identity.TCB_SOURCE_IP,
  };
}
