import * as z from 'zod/mini';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { Call, Reply } from '../gate/call';
import { dispatch, refusal } from '../gate/dispatch';
import type { Operations } from '../gate/operation';
import { nameOf } from './aws';
import { textOf, variablesOf } from './cloudbase-context';

/**
 * Tencent CloudBase event functions. What a client sends *is* the event, so an event that looks like a timer, a queue
 * or HTTP proves nothing. Who is calling stands in the call's own context, and nowhere else (ADR 2).
 */

/** TCB_SOURCE of genuine timers. WeChat does not document the values, so it is a setting, and unknown means no. */
const DEFAULT_TIMER_SOURCES = 'wx_trigger';
/** Anything else in an event is never looked at; the guard measures the input. */
const requestSchema = z.object({
  operation: z.string(),
  input: z.optional(z.unknown()),
  token: z.optional(z.string()),
  proof: z.optional(z.string()),
  client: z.optional(z.object({ device: z.optional(z.string()), version: z.optional(z.string()) })),
});

/**
 * @param context as the platform hands it to the function with this call
 * @param timerSources setting CLOUDBASE_TIMER_SOURCES: what TCB_SOURCE says of a genuine timer, separated by commas
 */
export async function handleCloudbase(
  deps: Deps,
  functionName: string,
  operations: Operations,
  event: unknown,
  context: unknown,
  timerSources?: string,
): Promise<Reply> {
  const requestId = requestIdOf(context) ?? deps.random(16).toString('hex');
  const variables = variablesOf(context);
  const call = isTimer(variables, timerSources || DEFAULT_TIMER_SOURCES)
    ? timerCall(operations, requestId)
    : clientCall(event, variables, deps.appid, requestId);
  return call instanceof AppError ? refusal(call, requestId) : dispatch(deps, functionName, operations, call);
}

type Variables = ReturnType<typeof variablesOf>;

function requestIdOf(context: unknown): string | undefined {
  return typeof context === 'object' && context !== null
    ? textOf(context as Record<string, unknown>, 'request_id')
    : undefined;
}

/** A timer has no person behind it and comes from a source that the operator has named. */
function isTimer(variables: Variables, timerSources: string): boolean {
  const person = [
    'WX_OPENID',
    'TCB_UUID',
    'TCB_CUSTOM_USER_ID',
    'WX_CLIENTIP',
    'WX_CLIENTIPV6',
    'TCB_SOURCE_IP',
  ];
  const source = textOf(variables, 'TCB_SOURCE');
  return (
    person.every((name) => !variables[name]) &&
    source !== undefined &&
    timerSources.split(',').includes(source)
  );
}

function timerCall(operations: Operations, requestId: string): Call {
  const operation = nameOf(operations, 'scheduler');
  return { operation, input: {}, requestId, host: 'cloudbase', trigger: 'schedule' };
}

function clientCall(
  event: unknown,
  variables: Variables,
  ownAppid: string,
  requestId: string,
): Call | AppError {
  const openid = textOf(variables, 'WX_OPENID');
  const appid = textOf(variables, 'WX_APPID');
  // An openid means somebody only within the mini-program that it was made for.
  if ((openid || appid) && appid !== ownAppid) return new AppError('CALLER_NOT_ALLOWED');
  const parsed = requestSchema.safeParse(event);
  if (!parsed.success) return new AppError('BAD_REQUEST');
  return {
    ...parsed.data,
    requestId,
    host: 'cloudbase',
    trigger: 'client',
    platform: openid ? { openid, unionid: textOf(variables, 'WX_UNIONID') } : undefined,
    address:
      textOf(variables, 'WX_CLIENTIP') ??
      textOf(variables, 'WX_CLIENTIPV6') ??
      textOf(variables, 'TCB_SOURCE_IP'),
  };
}
