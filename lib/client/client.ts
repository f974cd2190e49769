/**
 * The typed client for the mini-program, consoles and commands. Operations, inputs and outputs are inferred from the
 * operation tables, so a change of an operation is a compile error at every caller. Only types are imported: nothing of
 * the service is in the bundle.
 */
import type * as z from 'zod/mini';
import type { cards } from '../../functions/cards/index';
import type { consent } from '../../functions/consent/index';
import type { login } from '../../functions/login/index';
import type { ErrorCode, ErrorDetails } from '../errors';

/** Every function that people call. */
export type Service = { login: typeof login; consent: typeof consent; cards: typeof cards };

/** What a person, or nobody in particular, may call: the queue's and the timer's operations are not here. */
type Callable<F> = {
  [Name in keyof F as F[Name] extends { caller: 'anyone' | 'wechat' | 'subject' | 'staff' }
    ? Name
    : never]: F[Name];
};
type InputOf<O> = O extends { input: infer I } ? z.input<I & z.ZodMiniType> : never;
type OutputOf<O> = O extends { output: infer R } ? z.output<R & z.ZodMiniType> : never;

/** Only an operation that needs no field may be called without input. */
type Call<O> =
  Record<string, never> extends InputOf<O>
    ? (input?: InputOf<O>, options?: CallOptions) => Promise<OutputOf<O>>
    : (input: InputOf<O>, options?: CallOptions) => Promise<OutputOf<O>>;

export type Api<S = Service> = { [F in keyof S]: { [O in keyof Callable<S[F]>]: Call<Callable<S[F]>[O]> } };

export type CallOptions = {
  /** A proof of self, for operations that ask for one. */
  proof?: string;
};

/** A reply as every host gives it. */
export type Reply =
  | { ok: true; data: unknown }
  | { ok: false; error: { code: ErrorCode; message: string; details?: ErrorDetails; requestId: string } };

export type Request = { name: string; operation: string; input: object; token?: string; proof?: string };

/** Carries one request. Throws when there was no answer at all. */
export type Transport = (request: Request) => Promise<unknown>;

/** Where the session token is kept between calls; `wx.getStorageSync` and the like in a mini-program. */
export type TokenStore = { get(): string | undefined; set(token: string | undefined): void };

/** Why a call failed. `NETWORK`: no answer, so it may or may not have happened. `BAD_REPLY`: not our service. */
export class ApiError extends Error {
  readonly code: ErrorCode | 'NETWORK' | 'BAD_REPLY';
  readonly details: ErrorDetails | undefined;
  readonly requestId: string | undefined;

  constructor(code: ApiError['code'], message: string, details?: ErrorDetails, requestId?: string) {
    super(message);
    this.name = 'ApiError';
    this.code = code;
    this.details = details;
    this.requestId = requestId;
  }
}

const NO_ANSWER = '网络不通，请检查网络后重试。';
const BAD_REPLY = '服务没有正确答复，请稍后再试。';
/** Tries of a call that is safe to repeat. */
const MAX_TRIES = 3;
const RETRY_PAUSE_MS = 300;

export type ClientOptions = {
  transport: Transport;
  token?: TokenStore;
  /** Waits between tries; passed in by tests. */
  wait?: (milliseconds: number) => Promise<void>;
};

/**
 * Makes a client. `signIn` keeps the token, `signOut` and a refused token drop it.
 * Every call rejects with ApiError and nothing else.
 */
export function createClient({ transport, token = memoryStore(), wait = pause }: ClientOptions): Api {
  async function call(
    name: string,
    operation: string,
    input: object,
    options: CallOptions,
  ): Promise<unknown> {
    const presented = token.get();
    const request = {
      name,
      operation,
      input,
      ...options,
      ...(presented !== undefined && { token: presented }),
    };
    for (let tries = 1; ; tries += 1) {
      try {
        const data = open(await transport(request).catch(noAnswer));
        keepToken(token, operation, data);
        return data;
      } catch (error) {
        const { code } = error as ApiError;
        if (code === 'SIGN_IN_REQUIRED' && token.get() === presented) token.set(undefined);
        // BUSY wrote nothing; after NETWORK nobody knows, so only what is safe to repeat is repeated.
        const mayRepeat = code === 'BUSY' || (code === 'NETWORK' && isSafeToRepeat(operation, input));
        if (!mayRepeat || tries === MAX_TRIES) throw error;
        await wait(RETRY_PAUSE_MS * tries);
      }
    }
  }

  const operationsOf = (name: string) =>
    new Proxy(
      {},
      {
        get:
          (_, operation: string) =>
          (input: object = {}, options: CallOptions = {}) =>
            call(name, operation, input, options),
      },
    );
  return new Proxy({}, { get: (_, name: string) => operationsOf(name) }) as Api;
}

function noAnswer(): never {
  throw new ApiError('NETWORK', NO_ANSWER);
}

function open(reply: unknown): unknown {
  const { ok, data, error } = (reply ?? {}) as {
    ok?: unknown;
    data?: unknown;
    error?: Extract<Reply, { ok: false }>['error'];
  };
  if (ok === true) return data;
  if (ok === false && error) throw new ApiError(error.code, error.message, error.details, error.requestId);
  throw new ApiError('BAD_REPLY', BAD_REPLY);
}

function keepToken(store: TokenStore, operation: string, data: unknown): void {
  if (operation === 'signIn') store.set((data as { token: string }).token);
  if (operation === 'signOut') store.set(undefined);
}

/** Operations that only read are named so. */
const reads = /^(get|list|show|status|history|policy|jwks|ways)/;

function isSafeToRepeat(operation: string, input: object): boolean {
  return reads.test(operation) || 'idempotencyKey' in input || 'version' in input;
}

function memoryStore(): TokenStore {
  let kept: string | undefined;
  return {
    get: () => kept,
    set: (token) => {
      kept = token;
    },
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

const REQUEST_TIMEOUT_MS = 15_000;

export type HttpOptions = {
  /** Where the API is, without a slash at the end. */
  baseUrl: string;
  /** The platform's own when absent. */
  fetch?: typeof fetch;
  device?: string;
  version?: string;
};

/** `POST <baseUrl>/<function>/<operation>`. */
export function httpTransport({ baseUrl, fetch: send = fetch, device, version }: HttpOptions): Transport {
  return async ({ name, operation, input, token, proof }) => {
    const answer = await send(`${baseUrl}/${name}/${operation}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(token && { authorization: `Bearer ${token}` }),
        ...(proof && { 'x-self-proof': proof }),
        ...(device && { 'x-client-device': device }),
        ...(version && { 'x-client-version': version }),
      },
      body: JSON.stringify(input),
      // Absent in a mini-program, which has a limit of its own.
      ...(typeof AbortSignal !== 'undefined' && { signal: AbortSignal.timeout(REQUEST_TIMEOUT_MS) }),
    });
    return answer.json().catch(() => undefined);
  };
}

/** The part of `wx.cloud` that is needed. */
export type WxCloud = {
  callFunction(request: { name: string; data: object }): Promise<{ result?: unknown }>;
};

/** `wx.cloud.callFunction`, inside the mini-program. */
export function cloudTransport(
  cloud: WxCloud,
  client: { device?: string; version?: string } = {},
): Transport {
  return async ({ name, ...data }) => (await cloud.callFunction({ name, data: { ...data, client } })).result;
}

/** Fills an array with unguessable bytes: `crypto.getRandomValues`, or the like of it. */
export type FillRandom = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/**
 * A key for one thing a person means to make. Keep it until the answer is there, and send it again with every repeat.
 * Pass the mini-program's `wx.getRandomValues` in where there is no global `crypto`.
 */
export async function newIdempotencyKey(
  fill: FillRandom = (bytes) => crypto.getRandomValues(bytes),
): Promise<string> {
  const bytes = await fill(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
