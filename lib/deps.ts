import { setTimeout as pause } from 'node:timers/promises';
import type { JWK } from 'jose';
import { type Clock, systemClock } from './clock';
import type { Config } from './config';
import { createKeyRing, type DataKeys, type KeyRing } from './crypto/key-ring';
import { type Random, systemRandom } from './crypto/random';
import { rootKeys } from './crypto/root-key';
import { approvedTemplatesOf, doorKeysOf, listOf, messageTemplatesOf } from './listed';
import { createLog, type Log, writeLine } from './log';
import type { PartnerChannel } from './notice/channel';
import { type ChannelSets, drillChannels, liveChannels } from './notice/channel-set';
import { channelQuotas } from './notice/rules';
import type { ApprovedTemplates } from './notice/text/texts';
import {
  appidsOf,
  createEntriesFrom,
  createFaceIdFrom,
  createMailFrom,
  createNetworkIdentityFrom,
  createRiskFrom,
  createSmsFrom,
  type Entries,
  exchangeAt,
  type Risk,
} from './offered-clients';
import { type Changes, createChanges } from './partner/changes';
import type { FaceId } from './partner/faceid';
import type { Mail } from './partner/mail';
import type { NetworkIdentity } from './partner/network-identity';
import { createObjects, type Objects } from './partner/objects';
import { createProcessQueue, type ProcessQueue } from './partner/queue';
import type { Sms } from './partner/sms';
import { createStaffIdentity, type StaffIdentity } from './partner/staff-identity';
import { createWechatMessage, type WechatMessage } from './partner/subscribe-message';
import { createVault, type Vault } from './partner/vault';
import { createWechat, type Wechat } from './partner/wechat';
import { createWechatCode, type WechatCode } from './partner/wechat-code';
import { createWechatPhone, type WechatPhone } from './partner/wechat-phone';
import { createWechatPush, type WechatPush } from './partner/wechat-push';
import { createWechatServer } from './partner/wechat-server';
import { createWechatText, type WechatText } from './partner/wechat-text';
import { holdPartners, type Partners } from './partners';
import type { Registry } from './policy/registry';
import type { EntryId } from './policy/sign-in-entries';
import { type TrueIdentityRule, trueIdentityRules } from './policy/true-identity';
import { itemOfImage } from './table/changes/image';
import { createTable, type Table, type TableParts } from './table/client';
import { counting } from './table/gauge/counting';
import { guarding } from './table/guarding';
import { holding } from './table/hold/holding';
import { createPlaceKeys, type PlaceKeys } from './table/location/place-keys';
import { createPolicyBook, type PolicyBook } from './table/policy/policy-book';
import type { MessageTemplate } from './table/profile/message-acceptance';
import { loadServiceKeys } from './table/service/key-store';
import { type TimeLimits, timeLimits } from './time-limits';
import { createTrail, type Trail } from './trail/trail';

/** Everything an operation may use. Tests pass their own; nothing is reached in any other way. */
export type Deps = {
  table: Table;
  ring: KeyRing;
  /** The only way to anybody's data key: says whose in the log first. A call's own, in its name. */
  trail: Trail;
  /** The keys of hours and days, which places end with. */
  placeKeys: PlaceKeys;
  /** Everybody whom personal data is sent to: closed, and only `disclose` calls them (promise D1). */
  partners: Partners;
  /** What the operator has a contract for; the other ways are not offered. */
  offers: Offers;
  queue: ProcessQueue;
  /** Asks the worker of notices, which alone has their channels. */
  noticeQueue: ProcessQueue;
  /** How people are reached: drills by nobody, real notices by no partner but in who sends (functions/notify/live.ts). */
  channels: ChannelSets;
  objects: Objects;
  /** What has ended is noted there, where no restore reaches. */
  vault: Vault;
  /** What was changed in the table of late, by anybody. */
  changes: Changes;
  staff: StaffIdentity;
  clock: Clock;
  random: Random;
  log: Log;
  /** Other entries that can be linked; absent ones are not offered. */
  entries: Partial<Record<EntryId, { appid: string }>>;
  /** The rank from which WeChat's rating refuses; absent where the operator has switched the rule off. */
  risk: { refusedFrom: number } | undefined;
  /** A phone that was proved this many days ago or less still surely belongs to the same person. */
  phoneRecoveryDays: number;
  /** The versions of the policy, as this instance obeys them. */
  policy: PolicyBook;
  /** Days between the announcement of a material change and its taking effect, at least. */
  policyNoticeDays: number;
  /** Who may show something to everyone (lib/policy/true-identity.ts). */
  trueIdentityRules: readonly TrueIdentityRule[];
  /** What platforms have approved for notices. */
  noticeTemplates: ApprovedTemplates;
  /** The templates of subscribe messages that people may be asked for. */
  templates: MessageTemplate[];
  /** Reads what WeChat pushes to us. */
  wechatPush: WechatPush;
  /** Our mini-program's id, part of what an openid digest is of. */
  appid: string;
  /** Where mails that could not be delivered come back to; empty where no mail is sent. */
  bounceHost: string;
  /** Public keys of the doors in CloudBase (lib/door/assertion.ts). */
  doorKeys: JWK[];
  /** How long a call and each of the clients above may take. */
  limits: TimeLimits;
};

export type Offers = {
  faceId: boolean;
  face: boolean;
  networkIdentity: boolean;
  /** By which notices can be sent: those that have settings. */
  channels: PartnerChannel[];
};

type Around = 'queue' | 'noticeQueue' | 'channels' | 'objects' | 'vault' | 'changes' | 'staff';
type Given = 'clock' | 'random' | 'log' | 'limits' | 'trueIdentityRules';

/** What tests and tools replace. */
export type Replacements = Partial<Pick<Deps, Around | Given>> & {
  wechat?: Wechat;
  wechatPhone?: WechatPhone;
  wechatText?: WechatText;
  wechatCode?: WechatCode;
  wechatMessage?: WechatMessage;
  sms?: Sms;
  mail?: Mail;
  faceId?: FaceId;
  networkIdentity?: NetworkIdentity;
  entries?: Entries;
  risk?: Risk;
  observeTable?: TableParts['observe'];
  /** What stands before the data keys, for who watches when they are opened. */
  observeKeys?(dataKeys: DataKeys): DataKeys;
  /** What this build is said to do; tests give another registry than the compiled one. */
  registry?: Registry;
};

/** Builds everything once from the settings. Opens no connection yet. */
export function buildDeps(config: Config, replace: Replacements = {}): Deps {
  const region = config.SERVICE_REGION;
  const clock = replace.clock ?? systemClock;
  const random = replace.random ?? systemRandom;
  const log = replace.log ?? createLog(writeLine);
  const limits = replace.limits ?? timeLimits;
  const tables = { name: config.TABLE_NAME, region, endpoint: config.TABLE_ENDPOINT };
  const raw = createTable({
    ...tables,
    placesName: config.PLACES_TABLE_NAME,
    clock,
    random,
    limits,
    observe: replace.observeTable,
  });
  const table = holding(counting(guarding(raw, () => ring.guard(), clock)));
  const queues = { region, endpoint: config.SQS_ENDPOINT, log, limits };
  const asking = { clock, log, limit: limits.partner };
  const buckets = { region, endpoint: config.OBJECTS_ENDPOINT, ...asking };
  const wechat = { baseUrl: config.WECHAT_API_BASE, appid: config.WECHAT_APPID, ...asking };
  const server = createWechatServer({ ...wechat, secret: config.WECHAT_SECRET });
  const { ring, dataKeys } = createKeyRing({
    load: () => loadServiceKeys(raw),
    roots: rootKeys(config.ROOT_KEY, region, random, { limits }),
    suite: config.SEAL_SUITE,
    now: clock.now,
    random,
  });
  const faceId = replace.faceId ?? createFaceIdFrom(config, asking);
  const sms = replace.sms ?? createSmsFrom(config, asking);
  const mail = replace.mail ?? createMailFrom(config, asking);
  const templates = messageTemplatesOf(config.NOTICE_TEMPLATES);
  const networkIdentity = replace.networkIdentity ?? createNetworkIdentityFrom(config, asking);
  const entries = replace.entries ?? createEntriesFrom(config, asking);
  const risk = replace.risk ?? createRiskFrom(config, server);
  return {
    table,
    clock,
    random,
    log,
    appid: config.WECHAT_APPID,
    bounceHost: config.MAIL_BOUNCE_HOST,
    doorKeys: doorKeysOf(config.DOOR_KEYS),
    limits,
    ring,
    placeKeys: createPlaceKeys({ table, ring, clock, random }),
    trail: createTrail({ ring, dataKeys: replace.observeKeys?.(dataKeys) ?? dataKeys, log, clock, random }),
    policy: createPolicyBook({
      table,
      ring,
      clock,
      refreshMs: Number(config.POLICY_REFRESH_SECONDS) * 1000,
      registry: replace.registry,
      // Who may not publish does not get this setting (lib/capabilities.ts).
      publishes: config.POLICY_NOTICE_DAYS !== '',
    }),
    policyNoticeDays: Number(config.POLICY_NOTICE_DAYS),
    trueIdentityRules: replace.trueIdentityRules ?? trueIdentityRules,
    noticeTemplates: approvedTemplatesOf(config.NOTICE_TEMPLATES),
    staff:
      replace.staff ??
      createStaffIdentity({
        issuer: config.STAFF_ISSUER,
        audience: config.STAFF_AUDIENCE,
        jwksUrl: config.STAFF_JWKS_URL,
        now: clock.now,
        limit: limits.partner,
      }),
    partners: holdPartners({
      wechat: replace.wechat ?? createWechat({ ...wechat, secret: config.WECHAT_SECRET }),
      'wechat-phone': replace.wechatPhone ?? createWechatPhone(server),
      'wechat-link': { exchangeCode: (entry, code) => exchangeAt(entries, entry, code) },
      'wechat-risk': risk?.wechatRisk,
      'wechat-text': replace.wechatText ?? createWechatText(server),
      'wechat-nickname': replace.wechatText ?? createWechatText(server, 'wechat-nickname'),
      'wechat-code': replace.wechatCode ?? createWechatCode(server),
      'wechat-message': replace.wechatMessage ?? createWechatMessage(server, log),
      'tencent-sms': sms,
      mail,
      'tencent-faceid': faceId as Required<FaceId> | undefined,
      'network-identity': networkIdentity,
    }),
    templates,
    wechatPush: createWechatPush({
      appid: config.WECHAT_APPID,
      tokens: listOf(config.WECHAT_PUSH_TOKEN),
      aesKeys: listOf(config.WECHAT_PUSH_AES_KEY),
      clock,
    }),
    offers: {
      faceId: faceId !== undefined,
      face: faceId?.startFace !== undefined,
      networkIdentity: networkIdentity !== undefined,
      channels: [
        ...(templates.length > 0 ? (['subscribe'] as const) : []),
        ...(sms ? (['sms'] as const) : []),
        ...(mail ? (['mail'] as const) : []),
      ],
    },
    entries: appidsOf(entries),
    risk: risk && { refusedFrom: risk.refusedFrom },
    phoneRecoveryDays: Number(config.PHONE_RECOVERY_DAYS),
    objects: replace.objects ?? createObjects({ bucket: config.OBJECTS_BUCKET, ...buckets }),
    vault: replace.vault ?? createVault({ bucket: config.VAULT_BUCKET, ...buckets }),
    changes: replace.changes ?? createChanges({ ...tables, itemOf: itemOfImage, ...asking }),
    queue: replace.queue ?? createProcessQueue({ url: config.PROCESS_QUEUE_URL, ...queues }),
    noticeQueue: replace.noticeQueue ?? createProcessQueue({ url: config.NOTICE_QUEUE_URL, ...queues }),
    channels: replace.channels ?? {
      live: liveChannels({}),
      drill: drillChannels(channelQuotas),
      until: (atMs) => pause(Math.max(0, atMs - clock.now())),
    },
  };
}
