/**
 * The typed client for the mini-program, consoles and commands. Operations, inputs and outputs are inferred from the
 * operation tables, so a change of an operation is a compile error at every caller. Only types are imported: nothing of
 * the service is in the bundle, whose entry this is.
 */
import type { Api, CallOptions } from './api';
import { type ApiError, announcementOf, noAnswer, unwrapReply } from './api-error';
import { mayRepeat } from './repeat';
import { memoryTokenStore, type TokenStore } from './token-store';
import type { Request, Transport } from './transport';

export type { Api, CallOptions, Service } from './api';
export { ApiError } from './api-error';
export { type CloudOptions, cloudTransport, type WxCloud } from './cloud';
export { type Fetch, type HttpOptions, httpTransport, type WxRequest } from './http';
export { type FillRandom, newIdempotencyKey } from './idempotency-key';
export { takeExport } from './take-export';
export { memoryTokenStore, type TokenStore, type WxStorage, wxTokenStore } from './token-store';
export { type AboutClient, REQUEST_TIMEOUT_MS, type Request, type Transport } from './transport';

/** Tries of a call that is safe to repeat; with the pauses and time-outs between, 46 s at the very most. */
export const MAX_TRIES = 3;
/** Before the second try; before the third it is twice as long. */
export const RETRY_PAUSE_MS = 300;

export type ClientOptions = {
  transport: Transport;
  /** In memory when absent. */
  token?: TokenStore;
  /**
   * Told once of each announcement that a reply carries, such as of a security incident: show what `profile.announcement`
   * answers. It comes before the reply's own outcome, also with a refusal.
   */
  onAnnouncement?: (announcementId: string) => void;
  /** Waits between tries; passed in by tests. */
  wait?: (milliseconds: number) => Promise<void>;
};

export type Client = Api & {
  /** Goes on with a session begun elsewhere; `undefined` forgets the one there is, without ending it. */
  useToken(token: string | undefined): void;
};

/**
 * Makes a client: `api.cards.get({ cardId })`. `login.signIn` and the other ways in keep the token, `login.signOut` and a refused token drop
 * it. Every call that does not succeed rejects with ApiError.
 */
export function createClient(options: ClientOptions): Client {
  const { transport, token: store = memoryTokenStore(), onAnnouncement, wait = pause } = options;
  let announced: string | undefined;

  function noteAnnouncement(reply: unknown): void {
    const id = announcementOf(reply);
    if (id !== undefined && id !== announced) onAnnouncement?.(id);
    announced = id ?? announced;
  }

  async function call(name: string, operation: string, input: object, { proof }: CallOptions) {
    // Read once: a repeat must not go out under the name of whoever signed in meanwhile.
    const token = store.get();
    const request = { name, operation, input, ...(token && { token }), ...(proof && { proof }) };
    for (let tries = 1; ; tries += 1) {
      try {
        const reply = await transport(request).catch((cause) => Promise.reject(noAnswer(cause)));
        noteAnnouncement(reply);
        const data = unwrapReply(reply);
        keepToken(store, request, data);
        return data;
      } catch (error) {
        const { code } = error as ApiError;
        if (code === 'SIGN_IN_REQUIRED') drop(store, request);
        if (tries === MAX_TRIES || !mayRepeat(code, request)) throw error;
        await wait(RETRY_PAUSE_MS * tries);
      }
    }
  }

  return byName({ useToken: (token: string | undefined) => store.set(token) }, (name) =>
    byName(
      {},
      (operation) =>
        (input: object = {}, callOptions: CallOptions = {}) =>
          call(name, operation, input, callOptions),
    ),
  ) as Client;
}

/** Asked for by the language itself (`await`, `JSON.stringify`), so they are never operations. */
const notNames = ['then', 'toJSON'];

/** An object with whatever is asked of it: the operations are known to the compiler only. */
function byName(fixed: object, make: (name: string) => unknown): object {
  return new Proxy(fixed, {
    get: (target, name) => {
      if (name in target) return Reflect.get(target, name);
      return typeof name === 'string' && !notNames.includes(name) ? make(name) : undefined;
    },
  });
}

/** Every way in answers a token. */
const signIns = ['signIn', 'signInByPhone', 'signInByEntry'];

function keepToken(store: TokenStore, request: Request, data: unknown): void {
  if (request.name !== 'login') return;
  if (signIns.includes(request.operation)) store.set((data as { token: string }).token);
  if (request.operation === 'signOut') drop(store, request);
}

/** Unless somebody has signed in anew since the request went out. */
function drop(store: TokenStore, { token }: Request): void {
  if (store.get() === token) store.set(undefined);
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
