import * as z from 'zod/mini';
import { entryIds } from './policy/entries';
import { assertArn, assertHost, assertRegion, awsRegions, cloudbaseRegions } from './policy/residency';

const stages = ['local', 'test', 'staging', 'production'] as const;

const one = `(${entryIds.join('|')})=[^,:=]+:[^,:=]+`;

const settings = z.object({
  STAGE: z.enum(stages),
  SERVICE_REGION: z.string().check(z.minLength(1)),
  TABLE_NAME: z.string().check(z.regex(/^[\w.-]{3,255}$/)),
  TABLE_ENDPOINT: z.string(),
  ERASE_QUEUE_URL: z.string().check(z.minLength(1)),
  NOTICE_QUEUE_URL: z.string().check(z.minLength(1)),
  SQS_ENDPOINT: z.string(),
  // Several, separated by commas, while the root key is being changed: the first one wraps, all of them unwrap.
  ROOT_KEY: z
    .string()
    .check(z.regex(/^(kms:arn:[^,]+|local:[A-Za-z0-9+/]{43}=)(,(kms:arn:[^,]+|local:[A-Za-z0-9+/]{43}=))*$/)),
  SEAL_SUITE: z.enum(['aes', 'sm']),
  /** Where files lie. A name and nothing more: an address or an ARN could lead to another region. */
  OBJECTS_BUCKET: z.string().check(z.regex(/^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/)),
  OBJECTS_ENDPOINT: z.string(),
  /** The issuer of staff tokens, and what they must be meant for. Empty: no staff can sign in. */
  STAFF_ISSUER: z.string(),
  STAFF_AUDIENCE: z.string(),
  STAFF_JWKS_URL: z.string(),
  /** Hosts inside the operator's own network that may be called beside the public ones, separated by commas. */
  OPERATOR_HOSTS: z.string().check(z.regex(/^([a-z0-9.-]+\.cn(,[a-z0-9.-]+\.cn)*)?$/)),
  WECHAT_API_BASE: z.string().check(z.minLength(1)),
  WECHAT_APPID: z.string().check(z.minLength(1)),
  WECHAT_SECRET: z.string().check(z.minLength(1)),
  /** Other entries that people may link, as `<entry>=<appid>:<secret>`, separated by commas. */
  LINK_ENTRIES: z.string().check(z.regex(new RegExp(`^(${one}(,${one})*)?$`))),
  /** WeChat's risk rank (0 to 4) from which a risky act is refused. Empty: the rule is off. */
  RISK_RANK_THRESHOLD: z.string().check(z.regex(/^[1-4]?$/)),
  /** How long a proved phone may lead its person back, in days: shorter than a given-up number rests. */
  PHONE_RECOVERY_DAYS: z.string().check(z.regex(/^\d{1,3}$/)),
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
  /** 国家网络身份认证公共服务. Empty: that way is not offered. */
  NETWORK_IDENTITY_BASE: z.string(),
});

export type Config = z.infer<typeof settings> & {
  /** local or test: local hosts and a local root key are allowed. */
  development: boolean;
};

/** The service cannot start. The message names each wrong setting, never its value. */
export class ConfigError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'ConfigError';
  }
}

const optional = {
  TABLE_ENDPOINT: '',
  SQS_ENDPOINT: '',
  OBJECTS_ENDPOINT: '',
  SEAL_SUITE: 'aes',
  STAFF_ISSUER: '',
  STAFF_AUDIENCE: '',
  STAFF_JWKS_URL: '',
  OPERATOR_HOSTS: '',
  LINK_ENTRIES: '',
  RISK_RANK_THRESHOLD: '',
  PHONE_RECOVERY_DAYS: '90',
  POLICY_REFRESH_SECONDS: '60',
  POLICY_NOTICE_DAYS: '7',
  FACEID_API_BASE: '',
  FACEID_SECRET_ID: '',
  FACEID_SECRET_KEY: '',
  FACEID_REGION: 'ap-guangzhou',
  FACEID_RULE_ID: '',
  NETWORK_IDENTITY_BASE: '',
};

/**
 * Reads the settings once, at start.
 * @throws ConfigError when one is missing or malformed
 * @throws ResidencyError when one points outside mainland China (S1)
 */
export function readConfig(environment: Record<string, string | undefined>): Config {
  const given = { ...optional, ...withoutUndefined(environment) };
  const parsed = settings.safeParse(given);
  if (!parsed.success) {
    const names = [...new Set(parsed.error.issues.map((issue) => String(issue.path[0])))];
    throw new ConfigError(
      `Missing or malformed settings: ${names.join(', ')}. lib/config.ts says what each may be.`,
    );
  }
  const config = { ...parsed.data, development: ['local', 'test'].includes(parsed.data.STAGE) };
  assertResidence(config);
  return config;
}

function assertResidence(config: Config): void {
  assertRegion('SERVICE_REGION', config.SERVICE_REGION, awsRegions);
  assertHost('WECHAT_API_BASE', config.WECHAT_API_BASE, config.development);
  assertHost('ERASE_QUEUE_URL', config.ERASE_QUEUE_URL, config.development);
  assertHost('NOTICE_QUEUE_URL', config.NOTICE_QUEUE_URL, config.development);
  if (config.TABLE_ENDPOINT) assertHost('TABLE_ENDPOINT', config.TABLE_ENDPOINT, config.development);
  if (config.SQS_ENDPOINT) assertHost('SQS_ENDPOINT', config.SQS_ENDPOINT, config.development);
  if (config.FACEID_API_BASE) assertHost('FACEID_API_BASE', config.FACEID_API_BASE, config.development);
  assertRegion('FACEID_REGION', config.FACEID_REGION, cloudbaseRegions);
  if (config.OBJECTS_ENDPOINT) assertHost('OBJECTS_ENDPOINT', config.OBJECTS_ENDPOINT, config.development);
  const operatorHosts = config.OPERATOR_HOSTS.split(',').filter(Boolean);
  for (const setting of ['STAFF_ISSUER', 'STAFF_JWKS_URL', 'NETWORK_IDENTITY_BASE'] as const) {
    if (config[setting]) assertHost(setting, config[setting], config.development, operatorHosts);
  }
  for (const key of config.ROOT_KEY.split(',')) {
    if (key.startsWith('kms:')) assertArn('ROOT_KEY', key.slice('kms:'.length));
    else if (!config.development) {
      throw new ConfigError(
        'ROOT_KEY is a local key, which only development may use: set it to kms:<key ARN>.',
      );
    }
  }
}

function withoutUndefined(
  environment: Record<string, string | undefined>,
): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
}
