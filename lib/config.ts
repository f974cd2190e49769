import * as z from 'zod/mini';
import { allCapabilities, type Capability, capabilities, everywhere, settingsOf } from './capabilities';
import { ConfigError } from './config-error';
import { assertStage } from './config-stage';
import { namesNoneTwice } from './listed';
import {
  assertArn,
  assertHost,
  assertOwnHost,
  assertRegion,
  assertRelay,
  awsRegions,
  cloudbaseRegions,
} from './policy/residency';
import { entryIds } from './policy/sign-in-entries';

const noticeTemplate =
  '(subscribe\\.[a-z-]{1,32}=[\\w-]{20,64}:(once|lasting)|sms\\.[a-z-]{1,32}=[\\w-]{1,64})';

const stages = ['local', 'test', 'staging', 'production'] as const;

const one = `(${entryIds.join('|')})=[^,:=]+:[^,:=]+`;

const settings = z.object({
  STAGE: z.enum(stages),
  SERVICE_REGION: z.string().check(z.minLength(1)),
  TABLE_NAME: z.string().check(z.regex(/^[\w.-]{3,255}$/)),
  /** The table without backups, where places lie. */
  PLACES_TABLE_NAME: z.string().check(z.regex(/^[\w.-]{3,255}$/)),
  TABLE_ENDPOINT: z.string(),
  PROCESS_QUEUE_URL: z.string().check(z.minLength(1)),
  NOTICE_QUEUE_URL: z.string().check(z.minLength(1)),
  SQS_ENDPOINT: z.string(),
  // That of this region; for who makes keys those of all regions, separated by commas, this one's first. All wrap and unwrap.
  ROOT_KEY: z
    .string()
    .check(z.regex(/^(kms:arn:[^,]+|local:[A-Za-z0-9+/]{43}=)(,(kms:arn:[^,]+|local:[A-Za-z0-9+/]{43}=))*$/)),
  SEAL_SUITE: z.enum(['aes', 'sm']),
  /** Where files lie. A name and nothing more: an address or an ARN could lead to another region. */
  OBJECTS_BUCKET: z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/)),
  OBJECTS_ENDPOINT: z.string(),
  /** The locked bucket, likewise a name alone. */
  VAULT_BUCKET: z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/)),
  /** The issuer of staff tokens, and what they must be meant for. Empty: no staff can sign in. */
  STAFF_ISSUER: z.string(),
  STAFF_AUDIENCE: z.string(),
  STAFF_JWKS_URL: z.string(),
  /** Hosts inside the operator's own network that may be called beside the public ones, separated by commas. */
  OPERATOR_HOSTS: z.string(),
  WECHAT_API_BASE: z.string().check(z.minLength(1)),
  WECHAT_APPID: z.string().check(z.minLength(1)),
  WECHAT_SECRET: z.string().check(z.minLength(1)),
  /** Token and EncodingAESKey of WeChat's message push; two of each while they are changed. Empty: no push is believed. */
  WECHAT_PUSH_TOKEN: z.string().check(z.regex(/^([A-Za-z0-9-]{3,32}(,[A-Za-z0-9-]{3,32})?)?$/)),
  WECHAT_PUSH_AES_KEY: z.string().check(z.regex(/^([A-Za-z0-9+/]{43}(,[A-Za-z0-9+/]{43})?)?$/)),
  /**
   * Public halves of the keys that the doors in CloudBase sign with, as `<key id>=<Ed25519, base64url>`, separated by commas:
   * two while one is being changed. Empty: nobody comes through a door.
   */
  DOOR_KEYS: z.string().check(z.regex(/^([\w-]{1,40}=[\w-]{43}(,[\w-]{1,40}=[\w-]{43})*)?$/)),
  /** Other entries that people may link, as `<entry>=<appid>:<secret>`, separated by commas. */
  LINK_ENTRIES: z.string().check(z.regex(new RegExp(`^(${one}(,${one})*)?$`))),
  /** WeChat's risk rank (0 to 4) from which a risky act is refused. Empty: the rule is off. */
  RISK_RANK_THRESHOLD: z.string().check(z.regex(/^[1-4]?$/)),
  /** How long a proved phone may lead its person back, in days: shorter than a given-up number rests. */
  PHONE_RECOVERY_DAYS: z.string().check(z.regex(/^\d{1,3}$/)),
  /**
   * Templates that the platforms have approved for notices, as `subscribe.<template>=<its id>:<once or lasting>` and
   * `sms.<template>=<its number>`, separated by commas (lib/notice/text/templates.ts). None twice, neither by name nor by
   * number. People are asked for those of subscribe messages; a channel that misses one is refused when a notice is drafted.
   */
  NOTICE_TEMPLATES: z
    .string()
    .check(z.regex(new RegExp(`^(${noticeTemplate}(,${noticeTemplate})*)?$`)), z.refine(namesNoneTwice)),
  /** How often an instance rereads the policy book; also the least time between publishing and taking effect. */
  POLICY_REFRESH_SECONDS: z.string().check(z.regex(/^[1-9]\d{0,3}$/)),
  /** Days between the announcement of a material change of the policy and its taking effect, at least. */
  POLICY_NOTICE_DAYS: z.string().check(z.regex(/^\d{1,3}$/)),
  /** Tencent Cloud FaceID. Without base and secret none of its ways is offered, without a rule no face check. */
  FACEID_API_BASE: z.string(),
  FACEID_SECRET_ID: z.string(),
  FACEID_SECRET_KEY: z.string(),
  FACEID_REGION: z.string(),
  FACEID_RULE_ID: z.string(),
  /** The operator's page to which the partner's page leads back, at most as long as the partner takes. Empty: to none. */
  FACEID_REDIRECT_URL: z.string().check(z.regex(/^[^,\s]{0,1024}$/)),
  /** Tencent Cloud SMS; the name is the text of the approved signature, without brackets. Empty: no SMS is sent. */
  SMS_API_BASE: z.string(),
  SMS_REGION: z.string(),
  SMS_SECRET_ID: z.string(),
  SMS_SECRET_KEY: z.string(),
  SMS_APP_ID: z.string().check(z.regex(/^\d{0,16}$/)),
  SMS_SIGN_NAME: z.string(),
  /** The operator's mail relay, `smtps://host:port`; the address that people answer; where bounces go. Empty: no mail. */
  SMTP_URL: z.string(),
  SMTP_USER: z.string(),
  SMTP_PASSWORD: z.string(),
  MAIL_FROM: z.string().check(z.regex(/^([\w.+-]{1,64}@[a-z0-9][a-z0-9.-]{0,250}\.cn)?$/)),
  MAIL_BOUNCE_HOST: z.string(),
  /** 国家网络身份认证公共服务. Empty: that way is not offered. */
  NETWORK_IDENTITY_BASE: z.string(),
});

export type Config = z.infer<typeof settings> & {
  /** local or test: local hosts and a local root key are allowed. */
  development: boolean;
};

const optional = {
  TABLE_ENDPOINT: '',
  SQS_ENDPOINT: '',
  OBJECTS_ENDPOINT: '',
  SEAL_SUITE: 'aes',
  WECHAT_PUSH_TOKEN: '',
  WECHAT_PUSH_AES_KEY: '',
  DOOR_KEYS: '',
  STAFF_ISSUER: '',
  STAFF_AUDIENCE: '',
  STAFF_JWKS_URL: '',
  OPERATOR_HOSTS: '',
  LINK_ENTRIES: '',
  RISK_RANK_THRESHOLD: '',
  PHONE_RECOVERY_DAYS: '90',
  NOTICE_TEMPLATES: '',
  POLICY_REFRESH_SECONDS: '60',
  POLICY_NOTICE_DAYS: '7',
  FACEID_API_BASE: '',
  FACEID_SECRET_ID: '',
  FACEID_SECRET_KEY: '',
  FACEID_REGION: 'ap-guangzhou',
  FACEID_RULE_ID: '',
  FACEID_REDIRECT_URL: '',
  SMS_API_BASE: '',
  SMS_REGION: 'ap-guangzhou',
  SMS_SECRET_ID: '',
  SMS_SECRET_KEY: '',
  SMS_APP_ID: '',
  SMS_SIGN_NAME: '',
  SMTP_URL: '',
  SMTP_USER: '',
  SMTP_PASSWORD: '',
  MAIL_FROM: '',
  MAIL_BOUNCE_HOST: '',
  NETWORK_IDENTITY_BASE: '',
};

export type Name = keyof z.infer<typeof settings>;
const names = Object.keys(settings.shape) as Name[];
/** No capability names a setting that is not here. */
capabilities satisfies Record<string, { settings?: readonly Name[] }>;
everywhere satisfies readonly Name[];
const empty = Object.fromEntries(names.map((name) => [name, '']));

/**
 * Reads the settings of some capabilities once, at start; of all when none are named. Every other setting is empty,
 * whatever the environment says.
 * @throws ConfigError when one is missing or malformed
 * @throws ResidencyError when one points outside mainland China (S1)
 */
export function readConfig(
  environment: Record<string, string | undefined>,
  has: readonly Capability[] = allCapabilities,
): Config {
  const given = { ...optional, ...withoutEmpty(environment) };
  const read = settingsOf(has);
  const wanted = names.filter((name) => read.includes(name)).map((name) => [name, true]);
  const parsed = z.pick(settings, Object.fromEntries(wanted) as Record<Name, true>).safeParse(given);
  if (!parsed.success) {
    throw new ConfigError([...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))]);
  }
  const config = { ...empty, ...parsed.data } as Config;
  config.development = ['local', 'test'].includes(config.STAGE);
  assertResidence(parsed.data, config.development);
  assertStage(config);
  return config;
}

/** What a setting leads to: an address, a region, a key; or nothing outside this process. */
type Host = 'host' | 'own-host' | 'own-hosts' | 'own-relay';
type Place = Host | 'aws-region' | 'cloudbase-region' | 'root-keys' | 'nowhere';

/**
 * Where each setting leads (promise S1). Start-up, build and packaging look at all that lead anywhere, and a setting that
 * is not here does not compile. An `own-host` may lie in the operator's own network; an `own-relay`, a mail server, does.
 */
export const leadsTo: Record<Name, Place> = {
  STAGE: 'nowhere',
  SERVICE_REGION: 'aws-region',
  TABLE_NAME: 'nowhere',
  PLACES_TABLE_NAME: 'nowhere',
  TABLE_ENDPOINT: 'host',
  PROCESS_QUEUE_URL: 'host',
  NOTICE_QUEUE_URL: 'host',
  SQS_ENDPOINT: 'host',
  ROOT_KEY: 'root-keys',
  SEAL_SUITE: 'nowhere',
  OBJECTS_BUCKET: 'nowhere',
  OBJECTS_ENDPOINT: 'host',
  VAULT_BUCKET: 'nowhere',
  STAFF_ISSUER: 'own-host',
  STAFF_AUDIENCE: 'nowhere',
  STAFF_JWKS_URL: 'own-host',
  OPERATOR_HOSTS: 'own-hosts',
  WECHAT_API_BASE: 'host',
  WECHAT_APPID: 'nowhere',
  WECHAT_SECRET: 'nowhere',
  WECHAT_PUSH_TOKEN: 'nowhere',
  WECHAT_PUSH_AES_KEY: 'nowhere',
  DOOR_KEYS: 'nowhere',
  LINK_ENTRIES: 'nowhere',
  RISK_RANK_THRESHOLD: 'nowhere',
  PHONE_RECOVERY_DAYS: 'nowhere',
  NOTICE_TEMPLATES: 'nowhere',
  POLICY_REFRESH_SECONDS: 'nowhere',
  POLICY_NOTICE_DAYS: 'nowhere',
  FACEID_API_BASE: 'host',
  FACEID_SECRET_ID: 'nowhere',
  FACEID_SECRET_KEY: 'nowhere',
  FACEID_REGION: 'cloudbase-region',
  FACEID_RULE_ID: 'nowhere',
  FACEID_REDIRECT_URL: 'own-host',
  SMS_API_BASE: 'host',
  SMS_REGION: 'cloudbase-region',
  SMS_SECRET_ID: 'nowhere',
  SMS_SECRET_KEY: 'nowhere',
  SMS_APP_ID: 'nowhere',
  SMS_SIGN_NAME: 'nowhere',
  SMTP_URL: 'own-relay',
  SMTP_USER: 'nowhere',
  SMTP_PASSWORD: 'nowhere',
  MAIL_FROM: 'nowhere', // below .cn by its form
  MAIL_BOUNCE_HOST: 'own-hosts',
  NETWORK_IDENTITY_BASE: 'own-host',
};

/**
 * Looks at every setting that leads anywhere. One that is absent or empty leads nowhere; the start demands those it needs.
 * @throws ResidencyError naming the setting that points outside mainland China
 */
export function assertResidence(environment: Record<string, string | undefined>, development: boolean): void {
  const ownHosts = (environment.OPERATOR_HOSTS ?? '').split(',').filter(Boolean);
  const look: Record<Place, (name: string, value: string) => void> = {
    host: (name, value) => assertHost(name, value, development),
    'own-host': (name, value) => assertHost(name, value, development, ownHosts),
    'own-hosts': assertOwnHost,
    'own-relay': (name, value) => assertRelay(name, value, development, ownHosts),
    'aws-region': (name, value) => assertRegion(name, value, awsRegions),
    'cloudbase-region': (name, value) => assertRegion(name, value, cloudbaseRegions),
    // A local key leads nowhere; whether it is allowed is for the start to say.
    'root-keys': (name, value) => value.startsWith('local:') || assertArn(name, value.replace(/^kms:/, '')),
    nowhere: () => {},
  };
  for (const [name, place] of Object.entries(leadsTo))
    for (const value of (environment[name] ?? '').split(',').filter(Boolean)) look[place](name, value);
}

function withoutEmpty(environment: Record<string, string | undefined>) {
  return Object.fromEntries(Object.entries(environment).filter(([, value]) => value));
}
