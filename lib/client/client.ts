/**
 * The typed client for the mini-program, consoles and commands: operations, inputs and outputs are those of the operation
 * tables, so a change of one is a compile error at every caller. Only types are imported: nothing of the service is in the
 * bundle, whose entry this is. Every name that a file below exports is in the package.
 */
import type { Api } from './api';
import type { ApiError } from './api-error';
import { mayRepeat } from './repeat';
import { announcementOf, noAnswer, unwrapReply } from './reply';
import { memoryTokenStore, type TokenStore } from './token-store';
import type { CallOptions, Request, Transport } from './transport';

export * from './api';
export * from './api-error';
export * from './cloud';
export * from './consent';
export * from './http';
export * from './idempotency-key';
export * from './take-export';
export * from './token-store';
export * from './transport';

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
    const request: Request = { name, operation, input };
    if (token) request.token = token;
    if (proof) request.proof = proof;
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
      if (name in target) return target[name as keyof typeof target];
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
