/**
 * What a function may be able to do beyond what every function does, and what that takes: settings (lib/config.ts), parts of
 * `Deps`, partners. infra/capabilities/ has its rights in AWS and where its settings come from. A setting that stands with no
 * capability of a function does not reach that function.
 */
export type Needs = { settings?: readonly string[]; parts?: readonly string[]; partners?: readonly string[] };

const staffAt = ['STAFF_ISSUER', 'STAFF_AUDIENCE', 'STAFF_JWKS_URL', 'OPERATOR_HOSTS'] as const;
const wechat = ['WECHAT_API_BASE', 'WECHAT_APPID', 'WECHAT_SECRET'] as const;
const sms = [
  'SMS_API_BASE',
  'SMS_REGION',
  'SMS_SECRET_ID',
  'SMS_SECRET_KEY',
  'SMS_APP_ID',
  'SMS_SIGN_NAME',
] as const;
const relay = ['SMTP_URL', 'SMTP_USER', 'SMTP_PASSWORD', 'MAIL_FROM', 'MAIL_BOUNCE_HOST'] as const;
const queues = ['SQS_ENDPOINT'] as const;
const pictures = ['OBJECTS_BUCKET', 'OBJECTS_ENDPOINT'] as const;

/** What every function has: the table, and the policy that it obeys. */
export const everywhere = [
  'STAGE',
  'SERVICE_REGION',
  'TABLE_NAME',
  'TABLE_ENDPOINT',
  'POLICY_REFRESH_SECONDS',
] as const;

export const capabilities = {
  /** Opens the key ring: seals and digests of people's data. */
  seal: { settings: ['ROOT_KEY', 'SEAL_SUITE'], parts: ['ring'] },
  /** Reads or writes where people are, if only to end it: whoever goes through all of a person does. */
  places: { settings: ['PLACES_TABLE_NAME'], parts: ['placeKeys'] },
  /** Called by people, through a door in CloudBase as well. */
  people: { settings: ['WECHAT_APPID', 'DOOR_KEYS'], parts: ['doorKeys'] },
  'wechat-sign-in': { settings: wechat, partners: ['wechat'] },
  'linked-entries': {
    settings: ['WECHAT_API_BASE', 'LINK_ENTRIES'],
    parts: ['entries'],
    partners: ['wechat-link'],
  },
  'wechat-phone': { settings: [...wechat, 'PHONE_RECOVERY_DAYS'], partners: ['wechat-phone'] },
  risk: { settings: [...wechat, 'RISK_RANK_THRESHOLD'], parts: ['risk'], partners: ['wechat-risk'] },
  text: { settings: wechat, partners: ['wechat-text'] },
  'nickname-text': { settings: wechat, partners: ['wechat-nickname'] },
  code: { settings: wechat, partners: ['wechat-code'] },
  /** Believes what WeChat pushes. */
  'wechat-push': {
    settings: ['WECHAT_APPID', 'WECHAT_PUSH_TOKEN', 'WECHAT_PUSH_AES_KEY'],
    parts: ['wechatPush'],
  },
  'wechat-message': { settings: wechat, partners: ['wechat-message'] },
  /** Sends SMS, and pulls what became of them. */
  sms: { settings: sms, partners: ['tencent-sms'] },
  mail: { settings: [...relay, 'OPERATOR_HOSTS'], partners: ['mail'] },
  /** Believes mails that come back to an address of ours. */
  bounces: { settings: ['MAIL_BOUNCE_HOST'], parts: ['bounceHost'] },
  faceid: {
    settings: [
      ...['FACEID_API_BASE', 'FACEID_REGION', 'FACEID_SECRET_ID', 'FACEID_SECRET_KEY', 'FACEID_RULE_ID'],
      ...['FACEID_REDIRECT_URL', 'OPERATOR_HOSTS'],
    ],
    parts: ['offers'],
    partners: ['tencent-faceid'],
  },
  'network-identity': {
    settings: ['NETWORK_IDENTITY_BASE', 'OPERATOR_HOSTS'],
    parts: ['offers'],
    partners: ['network-identity'],
  },
  'staff-identity': { settings: staffAt, parts: ['staff'] },
  pictures: { settings: pictures, parts: ['objects'] },
  /** Tells which files there are, beside what it may do with them: who certifies that one is gone. */
  'look-for-pictures': { settings: pictures, parts: ['objects'] },
  /** Notes in the locked bucket what has ended, and reads there after a restore. */
  vault: { settings: ['VAULT_BUCKET', 'OBJECTS_ENDPOINT'], parts: ['vault'] },
  /** Reads what was changed in the table, by whom ever, and finds what was put back. */
  'watch-table': { settings: [], parts: ['changes'] },
  /** Asks for a process to go on. */
  'ask-for-processes': { settings: [...queues, 'PROCESS_QUEUE_URL'], parts: ['queue'] },
  'take-processes': {},
  /** Knows which templates platforms have approved: people are asked for them, and notices worded by them. */
  'notice-templates': { settings: ['NOTICE_TEMPLATES'], parts: ['templates', 'noticeTemplates'] },
  /** Asks the worker of notices to go on. */
  'ask-for-notices': { settings: [...queues, 'NOTICE_QUEUE_URL'], parts: ['noticeQueue'] },
  /** Sends notices by their channels. */
  'send-notices': { settings: [], parts: ['channels', 'offers'] },
  /** Publishes versions of the policy, the first one of a new service included. */
  'publish-policy': { settings: ['POLICY_NOTICE_DAYS'], parts: ['policyNoticeDays'] },
} as const satisfies Record<string, Needs>;

export type Capability = keyof typeof capabilities;

/** What each function is able to do. A new function begins with a row here (CONTRIBUTING.md). */
export const functionCapabilities = {
  login: [
    'people',
    'seal',
    'places',
    'wechat-sign-in',
    'linked-entries',
    'wechat-phone',
    'risk',
    'ask-for-processes',
  ],
  consent: [
    ...['people', 'seal', 'places', 'staff-identity', 'ask-for-processes', 'publish-policy'],
    'notice-templates',
  ],
  cards: ['people', 'seal', 'staff-identity', 'text', 'code'],
  profile: ['people', 'seal', 'staff-identity', 'pictures', 'nickname-text', 'notice-templates', 'mail'],
  location: ['people', 'seal', 'places'],
  identity: ['people', 'seal', 'places', 'staff-identity', 'faceid', 'network-identity', 'ask-for-processes'],
  rights: ['people', 'seal', 'places', 'staff-identity', 'ask-for-processes'],
  breach: ['seal', 'staff-identity', 'ask-for-processes', 'notice-templates', 'ask-for-notices'],
  events: ['seal', 'wechat-push', 'notice-templates', 'bounces', 'ask-for-notices', 'ask-for-processes'],
  retention: [
    ...[
      'seal',
      'places',
      'staff-identity',
      'take-processes',
      'ask-for-processes',
      'pictures',
      'look-for-pictures',
    ],
    ...['vault', 'watch-table', 'notice-templates', 'ask-for-notices'],
  ],
  audit: ['seal', 'staff-identity'],
  notify: ['seal', 'send-notices', 'notice-templates', 'ask-for-notices', 'wechat-message', 'sms', 'mail'],
} as const satisfies Record<string, readonly Capability[]>;

export type FunctionName = keyof typeof functionCapabilities;

export const allCapabilities = Object.keys(capabilities) as Capability[];

/** The names of the settings that some capabilities read, and of those that everybody reads. */
export function settingsOf(has: readonly Capability[]): string[] {
  return [...new Set([...everywhere, ...has.flatMap((one) => (capabilities[one] as Needs).settings ?? [])])];
}
