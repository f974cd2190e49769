import {
  ApiError,
  type Client,
  createClient,
  httpTransport,
  memoryTokenStore,
} from '../../lib/client/client';
import { Stop } from '../command-line/exit';
import { type Lang, type Words, words } from '../command-line/words';
import { fresh, isThisMachine, type Provider, signInNeeded } from './sign-in';
import { keepSignIn, readStore, storeFile } from './store';

/** What runs a command: its streams, its settings, its clock. Tests bring their own. */
export type Surroundings = {
  stdout: NodeJS.WriteStream;
  stderr: NodeJS.WriteStream;
  stdin: NodeJS.ReadStream;
  environment: NodeJS.ProcessEnv;
  now(): number;
  /** Ends what waits, once somebody has pressed Ctrl-C. */
  signal: AbortSignal;
};

export type Common = { json: boolean; lang: Lang; api: string | undefined };

/** The public client of this program, unless the operator's provider knows it by another name (LELIAO_CLIENT). */
const CLIENT_ID = 'leliao-cli';

/** What a command works with. */
export class Session {
  readonly lang: Lang;
  readonly json: boolean;
  readonly around: Surroundings;
  /** What to do after an interruption, where a command knows better than the general sentence. */
  goOn: Words | undefined;
  readonly #api: string | undefined;

  constructor(around: Surroundings, { json, lang, api }: Common) {
    this.around = around;
    this.json = json;
    this.lang = lang;
    this.#api = api ?? around.environment.LELIAO_API;
  }

  /** Words for whoever watches: to stderr, so that stdout stays what was asked for. */
  say(said: Words): void {
    this.around.stderr.write(`${said[this.lang]}\n`);
  }

  text(said: Words): string {
    return said[this.lang];
  }

  /** The answer, once and to stdout: as JSON on one line, or as people read it. */
  async print(data: unknown, view: () => string | Promise<string>): Promise<void> {
    this.around.stdout.write(`${this.json ? JSON.stringify(data) : await view()}\n`);
  }

  get storeFile(): string {
    return storeFile(this.around.environment);
  }

  /**
   * Where the API is: as said, else that of the last sign-in, else the one `npm start` runs in this clone. One of this machine
   * has another port after each start: the one that runs now counts. @throws Stop
   */
  async apiBase(): Promise<string> {
    const last = this.#api ?? (await readStore(this.storeFile)).api;
    const isSettled = this.#api !== undefined || (last !== undefined && !isThisMachine(last));
    const found = isSettled ? last : ((await localService())?.api ?? last);
    if (!found)
      throw new Stop(
        'usage',
        words(
          '不知道接口在哪里：请用 --api 或 LELIAO_API 指明。',
          'Where is the API? Say so by --api or LELIAO_API.',
        ),
      );
    return safeAddress('--api', found);
  }

  /** Who signs the staff in: as said, else as at the last sign-in there, else the local provider. @throws Stop */
  async provider(api: string, given: string | undefined): Promise<Provider> {
    const { LELIAO_ISSUER, LELIAO_CLIENT } = this.around.environment;
    const last = (await readStore(this.storeFile)).signIns[api];
    const local = isThisMachine(api) ? await localService() : undefined;
    const issuer =
      given ?? LELIAO_ISSUER ?? (local?.api === api ? local.staffIssuer : undefined) ?? last?.issuer;
    if (!issuer)
      throw new Stop(
        'usage',
        words(
          '不知道在哪里登录：请用 --issuer 或 LELIAO_ISSUER 指明。',
          'Where to sign in? Say so by --issuer or LELIAO_ISSUER.',
        ),
      );
    return {
      issuer: safeAddress('--issuer', issuer),
      clientId: LELIAO_CLIENT ?? last?.clientId ?? CLIENT_ID,
    };
  }

  /** The typed client of whoever is signed in, with a token that is still good. @throws Stop when nobody is */
  async api(): Promise<Client> {
    const base = await this.apiBase();
    const before = (await readStore(this.storeFile)).signIns[base];
    if (!before) throw signInNeeded();
    const now = await fresh(before, this.around.now());
    if (now !== before) await keepSignIn(this.storeFile, base, now);
    const token = memoryTokenStore();
    token.set(now.accessToken);
    return createClient({ transport: httpTransport({ baseUrl: base, fetch, device: 'leliao' }), token });
  }
}

/** Without its last slash, so that one API has one name. @throws Stop for plain HTTP to another machine */
function safeAddress(option: string, text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.protocol === 'https:' || (url.protocol === 'http:' && isThisMachine(text))))
    return text.replace(/\/+$/, '');
  throw new Stop(
    'usage',
    words(
      `${option} 要以 https:// 开头；只有本机可以用 http://。`,
      `${option} begins with https://; http:// is for this machine only.`,
    ),
  );
}

/** Looked for only where nothing else says where the API is. */
async function localService() {
  const { findService } = await import('../local/find-service');
  return findService();
}

/** How a failed call ends the command. */
export function exitOf({ code }: ApiError): 'refused' | 'signInNeeded' | 'unreachable' {
  if (code === 'SIGN_IN_REQUIRED') return 'signInNeeded';
  return code === 'NETWORK' || code === 'BAD_REPLY' ? 'unreachable' : 'refused';
}

export { ApiError };
