import type { JWK } from 'jose';
import * as z from 'zod/mini';
import type { Clock } from '../clock';
import type { Random } from '../crypto/random';
import { AppError } from '../errors';
import type { Call, Reply } from '../gate/call';
import { guard } from '../gate/guard';
import { refusal } from '../gate/refusal';
import { bodyHash, DOOR_HEADER } from './assertion';
import { signAssertion } from './sign';

/**
 * The mini-program's door in Tencent CloudBase, one for each function name. It keeps no data and decides nothing: it
 * reads who is calling from the context of the call, swears to it, and hands the call to the API in AWS (ADR 17). What a
 * client sends *is* the event, so nothing in it is believed.
 */
export type DoorSettings = {
  /** Origin of the API. */
  apiBase: string;
  /** Ed25519, with its private part and a `kid`. */
  key: JWK;
  /** The mini-program that openids are of. */
  appid: string;
};

export type DoorParts = {
  clock: Clock;
  random: Random;
  send: typeof fetch;
  /** `parseContext` of the platform's SDK: the context of a call as an object. */
  parseContext(context: never): object;
};

/** Longer than a function of the API lasts (10 s), shorter than the door's own time (15 s). */
export const DOOR_CALL_MS = 12_000;
/** What a CloudBase function may answer with, as documented, less 24 KB for its own wrapping. */
export const MAX_DOOR_REPLY_BYTES = 1_000_000;

const event = z.object({
  operation: z.string().check(z.regex(/^\w{1,64}$/)),
  input: z.optional(z.unknown()),
  token: z.optional(z.string()),
  proof: z.optional(z.string()),
  client: z.optional(z.object({ device: z.optional(z.string()), version: z.optional(z.string()) })),
});

/** Answers one call, always with a reply in the service's own form. Never throws. */
export async function passThrough(
  { apiBase, key, appid }: DoorSettings,
  { clock, random, send, parseContext }: DoorParts,
  sent: unknown,
  context: unknown,
): Promise<Reply> {
  const { requestId, functionName, variables } = readContext(parseContext, context);
  const name = requestId ?? random(16).toString('hex');
  const openid = textOf(variables, 'WX_OPENID');
  const fromApp = textOf(variables, 'WX_APPID');
  // An openid means somebody only within the mini-program that it was made for.
  if ((openid || fromApp) && fromApp !== appid) return refusal(new AppError('CALLER_NOT_ALLOWED'), name);
  const parsed = event.safeParse(sent);
  if (!functionName || !parsed.success) return refusal(new AppError('BAD_REQUEST'), name);
  const { input = {}, ...asked } = parsed.data;
  const measured = measure({ ...asked, input, requestId: name, host: 'cloudbase', trigger: 'client' });
  if (measured instanceof AppError) return refusal(measured, name);
  const { operation, token, proof, client } = measured;
  const to = `${functionName}/${operation}`;
  const body = JSON.stringify(input);
  const assertion = await signAssertion(key, {
    to,
    body: bodyHash(body),
    appid,
    openid,
    unionid: textOf(variables, 'WX_UNIONID'),
    address: addressOf(variables),
    nonce: random(16).toString('base64url'),
    iat: Math.floor(clock.now() / 1000),
  });
  const headers = {
    'content-type': 'application/json',
    [DOOR_HEADER]: assertion,
    ...(isHeader(token) && { authorization: `Bearer ${token}` }),
    ...(isHeader(proof) && { 'x-self-proof': proof }),
    ...(client?.device && { 'x-client-device': asciiOf(client.device) }),
    ...(client?.version && { 'x-client-version': asciiOf(client.version) }),
  };
  try {
    const signal = AbortSignal.timeout(DOOR_CALL_MS);
    const answer = await send(`${apiBase}/${to}`, {
      method: 'POST',
      headers,
      body,
      signal,
      redirect: 'error',
    });
    return readReply(await answer.text(), apiBase, name);
  } catch {
    // Whether it happened nobody knows: the caller repeats it as after a lost answer.
    return refusal(new AppError('BUSY'), name);
  }
}

/** The same guard as the API's own, so that nothing is stringified that is too deep or too large. */
function measure(call: Call): Call | AppError {
  try {
    return guard({}, call);
  } catch (error) {
    return error as AppError;
  }
}

/** What no header can carry is no token or proof of ours, and counts as absent. */
function isHeader(text: string | undefined): text is string {
  return text !== undefined && /^[!-~]+$/.test(text);
}

type Variables = Record<string, unknown>;

/** The variables of this very call. The process's own are what some earlier call left there. */
function readContext(parse: DoorParts['parseContext'], context: unknown) {
  try {
    const { requestId, functionName, environment, environ } = parse(context as never) as Record<
      string,
      unknown
    >;
    return {
      requestId: typeof requestId === 'string' ? requestId : undefined,
      functionName:
        typeof functionName === 'string' && /^\w{1,64}$/.test(functionName) ? functionName : undefined,
      variables: ((environment ?? environ) || {}) as Variables,
    };
  } catch {
    return { requestId: undefined, functionName: undefined, variables: {} };
  }
}

/** The text of one variable, or undefined when it is absent, empty or a list. */
function textOf(variables: Variables, name: string): string | undefined {
  const value = Object.hasOwn(variables, name) ? variables[name] : undefined;
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function addressOf(variables: Variables): string | undefined {
  const names = ['WX_CLIENTIP', 'WX_CLIENTIPV6', 'TCB_SOURCE_IP'];
  return names.map((name) => textOf(variables, name)).find(Boolean);
}

/** Headers carry ASCII only, and a device may have a Chinese name: better a part of it than no call at all. */
function asciiOf(text: string): string {
  return text.replace(/[^ -~]+/g, ' ').trim();
}

function readReply(text: string, apiBase: string, requestId: string): Reply {
  if (Buffer.byteLength(text) > MAX_DOOR_REPLY_BYTES)
    return refusal(new AppError('TOO_LARGE_FOR_CLOUDBASE', { api: apiBase }), requestId);
  const reply = JSON.parse(text) as Reply;
  // What is not our service's answer, such as a gateway's own, says nothing of the call.
  return typeof reply?.ok === 'boolean' ? reply : refusal(new AppError('BUSY'), requestId);
}
