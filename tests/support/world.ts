import { createHash, randomBytes } from 'node:crypto';
import { audit } from '../../functions/audit/index';
import { breach } from '../../functions/breach/index';
import { cards } from '../../functions/cards/index';
import { consent } from '../../functions/consent/index';
import { events } from '../../functions/events/index';
import { identity } from '../../functions/identity/index';
import { location } from '../../functions/location/index';
import { login } from '../../functions/login/index';
import { notify } from '../../functions/notify/index';
import { profile } from '../../functions/profile/index';
import { retention } from '../../functions/retention/index';
import { rights } from '../../functions/rights/index';
import { openNew } from '../../infra/commands/rotate-keys';
import { patientLimits } from '../../infra/local/patient';
import { SANDBOX_PUSH } from '../../infra/local/sandbox/wechat-push';
import { type FunctionName, functionCapabilities } from '../../lib/capabilities';
import type { Clock } from '../../lib/clock';
import { type Config, readConfig } from '../../lib/config';
import type { DataKeys } from '../../lib/crypto/key-ring';
import { systemRandom } from '../../lib/crypto/random';
import { rootKeys } from '../../lib/crypto/root-key';
import { buildDeps, type Deps } from '../../lib/deps';
import type { Call, Reply } from '../../lib/gate/call';
import { dispatch } from '../../lib/gate/dispatch';
import type { Operations } from '../../lib/gate/operation';
import { limitTo } from '../../lib/limit-to';
import { createLog, type Log } from '../../lib/log';
import type { Changes } from '../../lib/partner/changes';
import type { Objects } from '../../lib/partner/objects';
import type { Registry } from '../../lib/policy/registry';
import type { TrueIdentityRule } from '../../lib/policy/true-identity';
import { firstVersion } from '../../lib/policy/version';
import type { ProcessRef } from '../../lib/table/process/process';
import { beginLike, keepBeginning } from './beginning';
import { consentAct, grant, type Ok } from './consent';
import { DOOR_KEY, publicHalf } from './door-key';
import { giveKeys } from './keys';
import { observeKinds, type SeenKinds, whileSeeing } from './kinds-observer';
import { type Cost, newCost, observeWith } from './meter';
import {
  memoryObjects,
  memoryVault,
  noChanges,
  type Partners,
  partnerDoubles,
  type SentMail,
} from './partners';
import { inNameOf, noteRing, observeUses, placesOf, type Uses, withNotedUses } from './principal';
import { newRootKey } from './root-key';
import { scan } from './scan';
import { goShort, shortClient } from './short-way';
import { makeTables } from './tables';
import { templatesSetting } from './templates';
import { type Opening, watchedKeys } from './trail';

/** Every function, as deployed. A test compares it with the folders and the templates. */
export const functions: Record<string, Operations> = {
  login,
  consent,
  cards,
  profile,
  location,
  identity,
  rights,
  breach,
  events,
  retention,
  audit,
  notify,
};

const isFunction = (name: string): name is FunctionName => name in functions;

export { onceKey } from './once-key';

/** Where mails that could not be delivered come back to. */
export const BOUNCE_HOST = 'bounce.leliao.cn';

/** 2026-12-01 10:00 in Beijing. */
export const START = Date.parse('2026-12-01T02:00:00.000Z');

/** Of every world of this run that brings none of its own. */
const ROOT_KEY = process.env.TEST_ROOT_KEY ?? newRootKey();

export type World = {
  deps: Deps;
  config: Config;
  /** What the table is asked during one work, and what that costs; one at a time. */
  costOf(work: () => Promise<unknown>): Promise<Cost>;
  /** What each function has used so far, in the words of IAM: a call works with the rights of its function only. */
  uses: Uses;
  /** Everything logged, line by line. */
  lines: string[];
  /** Every data key that was opened or made, and how many lines there were before. */
  openings: Opening[];
  /** Every process that a message asks for. */
  queued: ProcessRef[];
  /** The same of notices. */
  queuedNotices: ProcessRef[];
  /** Does what the messages ask for until nothing is asked. */
  work(): Promise<void>;
  /** Works as a function does: with the rights and the capabilities of that one, and with no others. */
  within<T>(functionName: string, work: (deps: Deps) => T): T;
  /** Moves the clock. */
  wait(milliseconds: number): void;
  /** One call through the gate, as a host would hand it over. */
  call(path: string, input?: unknown, by?: Partial<Call>): Promise<Reply>;
  /** A call that must succeed. */
  ok: Ok;
  /** The code of a call that must be refused. */
  refused(path: string, input?: unknown, by?: Partial<Call>): Promise<string>;
  /** Signs a WeChat person in; the same openid is the same person. */
  signIn(openid: string): Promise<Caller>;
  /** Signs in and grants the cards purpose. */
  cardHolder(openid: string): Promise<Caller>;
  /** The files of the objects partner, by name, unless the test brings a partner of its own. */
  files: Map<string, Buffer>;
  /** What the locked bucket holds, by name. */
  vault: Map<string, Buffer>;
  /** The mails that were sent, unless the test brings a partner of its own. */
  mails: SentMail[];
  /** Every raw item of both tables, or of one partition of them, which is much cheaper. */
  scan(partition?: string): Promise<Record<string, unknown>[]>;
  /** A second instance of the service over the same table, with nothing cached. */
  instance(): Deps;
};

export type Caller = { token: string; sessionId: string; newAccount: boolean; asks: string[] };

type Options = {
  suite?: 'aes' | 'sm';
  rootKey?: string;
  objects?: (clock: Clock) => Objects;
  partners?: (clock: Clock, log: Log) => Partners;
  /** Another build of the service over the same table. */
  like?: World;
  /** What this build is said to do. */
  registry?: Registry;
  /** By operation, the kinds that it puts into the table and decrypts. */
  seen?: Map<string, SeenKinds>;
  /** Who may show something to everyone. Nobody is asked but where a test is about that. */
  trueIdentity?: readonly TrueIdentityRule[];
  /** How risky WeChat ranks an openid. */
  rankOf?: (openid: string) => number | undefined;
  /** Where the clock stands at first. */
  startMs?: number;
  /** Whether the table writes its changes down, which costs every write. */
  stream?: boolean;
  /** What the table is said to have written down, where it writes nothing. */
  changes?: Changes;
};

/** What this build publishes, as a short name: another build over the same run begins with something else. */
const PUBLISHED = createHash('sha256').update(JSON.stringify(firstVersion())).digest('hex').slice(0, 12);

/**
 * A service over a table of its own, with real DynamoDB, a clock the test moves, and a WeChat that says of the code
 * `code-of-X` that it is X's, once.
 */
export async function createWorld({
  suite = 'aes',
  rootKey = ROOT_KEY,
  objects,
  partners,
  like,
  registry,
  seen,
  trueIdentity = [],
  rankOf = () => 0,
  startMs = START,
  stream = false,
  changes = noChanges,
}: Options = {}): Promise<World> {
  const TABLE_NAME = `test-${randomBytes(6).toString('hex')}`;
  const settings = {
    STAGE: 'test',
    SERVICE_REGION: 'cn-north-1',
    TABLE_NAME,
    PLACES_TABLE_NAME: placesOf(TABLE_NAME),
    TABLE_ENDPOINT: process.env.TEST_TABLE_ENDPOINT,
    PROCESS_QUEUE_URL: 'http://127.0.0.1/queue',
    NOTICE_QUEUE_URL: 'http://127.0.0.1/notices',
    OBJECTS_BUCKET: 'test-objects',
    VAULT_BUCKET: 'test-vault',
    ROOT_KEY: rootKey,
    SEAL_SUITE: suite,
    NOTICE_TEMPLATES: templatesSetting,
    WECHAT_API_BASE: 'http://127.0.0.1',
    WECHAT_APPID: 'wxtest',
    WECHAT_SECRET: 'secret',
    DOOR_KEYS: publicHalf(DOOR_KEY),
    WECHAT_PUSH_TOKEN: SANDBOX_PUSH.token,
    WECHAT_PUSH_AES_KEY: SANDBOX_PUSH.aesKey,
    MAIL_BOUNCE_HOST: BOUNCE_HOST,
  };
  const config = like?.config ?? readConfig(settings);
  const raw = shortClient({ region: config.SERVICE_REGION, endpoint: config.TABLE_ENDPOINT });
  const tables = [config.TABLE_NAME, config.PLACES_TABLE_NAME];
  if (!like) await makeTables(raw, tables, stream);

  let now = startMs;
  const clock = { now: () => now };
  let taken: Cost | undefined;
  const lines: string[] = [];
  const queued: ProcessRef[] = [];
  const queuedNotices: ProcessRef[] = [];
  const files = new Map<string, Buffer>();
  const vault = like?.vault ?? new Map<string, Buffer>();
  const mails: SentMail[] = [];
  const doubles = partnerDoubles(rankOf, mails);
  const place = { region: config.SERVICE_REGION, endpoint: config.TABLE_ENDPOINT };
  const uses: Uses = new Map();
  const openings: Opening[] = [];
  let unwatched: () => DataKeys;
  const unwatchedKeys = () => ({ ...unwatched(), suite, ...deps.placeKeys });
  const build = (): Deps => {
    const built = buildDeps(config, {
      ...doubles,
      ...(registry && { registry }),
      trueIdentityRules: trueIdentity,
      clock,
      limits: patientLimits, // what happens where it is slow has tests of its own
      observeTable: (client) => {
        goShort(client, config.TABLE_ENDPOINT);
        observeUses(uses)(client);
        observeWith(() => taken, place)(client);
        if (seen) observeKinds({ ...place, tableName: config.TABLE_NAME }, unwatchedKeys)(client);
      },
      observeKeys: (dataKeys) => {
        unwatched = () => dataKeys;
        return watchedKeys(dataKeys, (ownerId) => {
          noteRing(uses);
          openings.push({ ownerId, linesBefore: lines.length });
        });
      },
      log: createLog((line) => lines.push(line)),
      queue: { send: async (messages) => void queued.push(...messages) },
      noticeQueue: { send: async (messages) => void queuedNotices.push(...messages) },
      ...partners?.(
        clock,
        createLog((line) => lines.push(line)),
      ),
      ...(!stream && { changes }),
      objects: objects?.(clock) ?? memoryObjects(files),
      vault: memoryVault(vault),
    });
    return withNotedUses(built, uses);
  };
  const deps = build();
  // What a service has when it has just begun is made once for a run, where nothing of it is the test's own.
  const isUsual = rootKey === ROOT_KEY && registry === undefined && startMs === START;
  const beginning = `${suite}-${PUBLISHED}`;
  const hasBegun = like || (isUsual && (await beginLike(raw, config.TABLE_NAME, beginning)));
  const roots = rootKeys(config.ROOT_KEY, 'cn-north-1', systemRandom);
  const parts = { ...deps, roots, suite, clock, random: systemRandom };
  if (!hasBegun) await giveKeys(raw, config.TABLE_NAME, parts);
  if (!like) await openNew(parts);
  await deps.policy.refresh(); // the first instance of a new service publishes what it was built with
  if (!hasBegun && isUsual) await keepBeginning(raw, config.TABLE_NAME, beginning);

  const within: World['within'] = (name, work) =>
    isFunction(name) ? inNameOf(name, () => work(limitTo(deps, functionCapabilities[name]))) : work(deps);
  const call: World['call'] = (path, input, by = {}) => {
    const [name = '', operation = ''] = path.split('/');
    const common = {
      requestId: `request-${randomBytes(4).toString('hex')}`,
      host: 'test',
      trigger: 'client',
    } as const;
    const whole = { ...common, address: '203.0.113.7', operation, input, ...by };
    const work = () => within(name, (own) => dispatch(own, name, functions[name] ?? {}, whole));
    return seen ? whileSeeing(seen, path, work) : work();
  };
  const ok: Ok = async <T>(path: string, input?: unknown, by?: Partial<Call>) => {
    const reply = await call(path, input, by);
    if (!reply.ok)
      throw new Error(`${path} was refused: ${JSON.stringify(reply.error)}\n${lines.slice(-2).join('\n')}`);
    return reply.data as T;
  };
  const signIn: World['signIn'] = (openid) =>
    ok('login/signIn', { code: `code-of-${openid}~${randomBytes(4).toString('hex')}` });

  return {
    deps,
    config,
    async costOf(work) {
      if (taken) throw new Error('a cost is being taken already');
      const cost = newCost();
      taken = cost;
      try {
        await work();
      } finally {
        taken = undefined;
      }
      return cost;
    },
    uses,
    within,
    lines,
    openings,
    queued,
    queuedNotices,
    files,
    vault,
    mails,
    wait: (milliseconds) => {
      now += milliseconds;
    },
    call,
    ok,
    refused: async (path, input, by) => {
      const reply = await call(path, input, by);
      return reply.ok ? 'OK' : reply.error.code;
    },
    signIn,
    async cardHolder(openid) {
      const caller = await signIn(openid);
      // Who is new has never acted on it, which need not be read first.
      if (caller.newAccount) await ok('consent/grant', await consentAct(ok), caller);
      else await grant({ ok }, caller, 'cards');
      return caller;
    },
    async work() {
      for (let next = queued.shift(); next; next = queued.shift())
        await ok('retention/runProcess', next, { trigger: 'queue' });
    },
    scan: async (partition) => (await Promise.all(tables.map((name) => scan(raw, name, partition)))).flat(),
    instance: build,
  };
}
