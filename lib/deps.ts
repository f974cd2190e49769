import { type Clock, systemClock } from './clock';
import type { Config } from './config';
import { createKeyRing, type KeyRing } from './crypto/key-ring';
import { type Random, systemRandom } from './crypto/random';
import { rootKeys } from './crypto/root-key';
import { createLog, type Log } from './log';
import { createFaceId, type FaceId } from './partner/faceid';
import { createNetworkIdentity, type NetworkIdentity } from './partner/network-identity';
import { type Objects, openObjects } from './partner/objects';
import { type EraseQueue, openEraseQueue } from './partner/queue';
import { openStaffIdentity, type StaffIdentity } from './partner/staff-identity';
import { createWechat, type Wechat } from './partner/wechat';
import { openWechatCode, type WechatCode } from './partner/wechat-code';
import { openWechatPhone, type WechatPhone } from './partner/wechat-phone';
import { openWechatServer } from './partner/wechat-server';
import { openWechatText, type WechatText } from './partner/wechat-text';
import { type Meter, openTable, type Table } from './table/client';
import { loadServiceKeys } from './table/key-store';

/** Everything an operation may use. Tests pass their own; nothing is reached in any other way. */
export type Deps = {
  table: Table;
  ring: KeyRing;
  wechat: Wechat;
  wechatPhone: WechatPhone;
  wechatText: WechatText;
  wechatCode: WechatCode;
  eraseQueue: EraseQueue;
  objects: Objects;
  staff: StaffIdentity;
  /** Absent where the operator has no contract for it: then none of its ways is offered. */
  faceId: FaceId | undefined;
  networkIdentity: NetworkIdentity | undefined;
  clock: Clock;
  random: Random;
  log: Log;
  /** Our mini-program's id, part of what an openid digest is of. */
  appid: string;
};

/** What tests and tools replace. */
export type Replacements = Partial<
  Pick<
    Deps,
    | 'clock'
    | 'random'
    | 'log'
    | 'wechat'
    | 'wechatPhone'
    | 'wechatText'
    | 'wechatCode'
    | 'eraseQueue'
    | 'objects'
    | 'staff'
    | 'faceId'
    | 'networkIdentity'
  >
> & {
  meter?: Meter;
};

/** Builds everything once from the settings. Opens no connection yet. */
export function buildDeps(config: Config, replace: Replacements = {}): Deps {
  const region = config.SERVICE_REGION;
  const clock = replace.clock ?? systemClock;
  const random = replace.random ?? systemRandom;
  const log = replace.log ?? createLog((line) => process.stdout.write(`${line}\n`));
  const table = openTable({
    name: config.TABLE_NAME,
    region,
    endpoint: config.TABLE_ENDPOINT,
    clock,
    ...(replace.meter && { meter: replace.meter }),
  });
  const wechatParts = {
    baseUrl: config.WECHAT_API_BASE,
    appid: config.WECHAT_APPID,
    secret: config.WECHAT_SECRET,
    clock,
    log,
  };
  const wechatServer = openWechatServer(wechatParts);
  return {
    table,
    clock,
    random,
    log,
    appid: config.WECHAT_APPID,
    ring: createKeyRing({
      load: () => loadServiceKeys(table),
      roots: rootKeys(config.ROOT_KEY, region, random),
      suite: config.SEAL_SUITE,
      now: clock.now,
      random,
    }),
    staff:
      replace.staff ??
      openStaffIdentity({
        issuer: config.STAFF_ISSUER,
        audience: config.STAFF_AUDIENCE,
        jwksUrl: config.STAFF_JWKS_URL,
        now: clock.now,
      }),
    faceId: replace.faceId ?? openFaceId(config, clock, log),
    networkIdentity: replace.networkIdentity ?? openNetworkIdentity(config, clock, log),
    wechat: replace.wechat ?? createWechat(wechatParts),
    wechatPhone: replace.wechatPhone ?? openWechatPhone(wechatParts, wechatServer),
    wechatText: replace.wechatText ?? openWechatText(wechatServer),
    wechatCode: replace.wechatCode ?? openWechatCode(wechatServer),
    objects:
      replace.objects ??
      openObjects({
        bucket: config.OBJECTS_BUCKET,
        region,
        endpoint: config.OBJECTS_ENDPOINT,
        clock,
        log,
      }),
    eraseQueue:
      replace.eraseQueue ?? openEraseQueue(config.ERASE_QUEUE_URL, region, config.SQS_ENDPOINT, log),
  };
}

function openFaceId(config: Config, clock: Clock, log: Log): FaceId | undefined {
  if (!config.FACEID_API_BASE || !config.FACEID_SECRET_ID || !config.FACEID_SECRET_KEY) return undefined;
  return createFaceId({
    baseUrl: config.FACEID_API_BASE,
    secretId: config.FACEID_SECRET_ID,
    secretKey: config.FACEID_SECRET_KEY,
    region: config.FACEID_REGION,
    ruleId: config.FACEID_RULE_ID,
    clock,
    log,
  });
}

function openNetworkIdentity(config: Config, clock: Clock, log: Log): NetworkIdentity | undefined {
  const baseUrl = config.NETWORK_IDENTITY_BASE;
  return baseUrl ? createNetworkIdentity({ baseUrl, clock, log }) : undefined;
}
