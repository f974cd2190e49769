import { type FunctionName, functionCapabilities, settingsOf } from '../../lib/capabilities';
import type { Name } from '../../lib/config';

type Value = string | object;

const parameter = (name: string, otherwise = '') => `\${param:${name}, '${otherwise}'}`;
const imported = (name: string) => ({ 'Fn::ImportValue': `\${self:custom.prefix}-${name}` });

/** Parameters without which nothing can be packaged. The others may be empty or have a default (README.md). */
export const requiredParameters = ['wechatSecretVersion'] as const;

/**
 * A key of a secret that was made by hand. CloudFormation reads a secret again only where the reference itself has changed,
 * so the reference names the version: whoever has put a new secret there names the new version when deploying.
 */
const secret = (name: string, key: string, version: string) =>
  `{{resolve:secretsmanager:\${self:custom.prefix}-${name}:SecretString:${key}::${version}}}`;
const ofWechat = (key: string) => secret('wechat', key, `\${param:${requiredParameters[0]}}`);
/** Absent while there is no such secret: then none of FaceID's ways is offered. */
const ofFaceId = (key: string) => ({
  'Fn::If': ['WithFaceId', secret('faceid', key, parameter('faceIdSecretVersion')), ''],
});

/** Absent while there are no such secrets: then nothing is sent by SMS, or by mail. */
const ofSms = (key: string) => ({
  'Fn::If': ['WithSms', secret('sms', key, parameter('smsSecretVersion')), ''],
});
const ofMail = (key: string) => ({
  'Fn::If': ['WithMail', secret('mail', key, parameter('mailSecretVersion')), ''],
});

/** Where each setting comes from in AWS. References only: no secret is written here or in the template. */
export const inCloud: Record<Name, Value> = {
  STAGE: `\${sls:stage}`,
  SERVICE_REGION: `\${self:provider.region}`,
  TABLE_NAME: imported('TableName'),
  PLACES_TABLE_NAME: imported('PlacesTableName'),
  TABLE_ENDPOINT: '',
  PROCESS_QUEUE_URL: imported('ProcessQueueUrl'),
  NOTICE_QUEUE_URL: imported('NoticeQueueUrl'),
  SQS_ENDPOINT: '',
  ROOT_KEY: { 'Fn::Join': ['', ['kms:', imported('RootKeyArn')]] },
  SEAL_SUITE: parameter('sealSuite', 'aes'),
  OBJECTS_BUCKET: imported('ObjectsBucketName'),
  OBJECTS_ENDPOINT: '',
  VAULT_BUCKET: imported('VaultBucketName'),
  STAFF_ISSUER: parameter('staffIssuer'),
  STAFF_AUDIENCE: parameter('staffAudience'),
  STAFF_JWKS_URL: parameter('staffJwksUrl'),
  OPERATOR_HOSTS: parameter('operatorHosts'),
  WECHAT_API_BASE: 'https://api.weixin.qq.com',
  WECHAT_APPID: ofWechat('appid'),
  WECHAT_SECRET: ofWechat('secret'),
  WECHAT_PUSH_TOKEN: ofWechat('pushToken'),
  WECHAT_PUSH_AES_KEY: ofWechat('pushAesKey'),
  DOOR_KEYS: parameter('doorKeys'),
  LINK_ENTRIES: ofWechat('entries'),
  RISK_RANK_THRESHOLD: parameter('riskRankThreshold'),
  PHONE_RECOVERY_DAYS: parameter('phoneRecoveryDays', '90'),
  NOTICE_TEMPLATES: parameter('noticeTemplates'),
  POLICY_REFRESH_SECONDS: parameter('policyRefreshSeconds', '60'),
  POLICY_NOTICE_DAYS: parameter('policyNoticeDays', '7'),
  FACEID_API_BASE: 'https://faceid.tencentcloudapi.com',
  FACEID_SECRET_ID: ofFaceId('id'),
  FACEID_SECRET_KEY: ofFaceId('key'),
  FACEID_REGION: 'ap-guangzhou',
  FACEID_RULE_ID: ofFaceId('rule'),
  FACEID_REDIRECT_URL: parameter('faceIdRedirectUrl'),
  SMS_API_BASE: 'https://sms.tencentcloudapi.com',
  SMS_REGION: 'ap-guangzhou',
  SMS_SECRET_ID: ofSms('id'),
  SMS_SECRET_KEY: ofSms('key'),
  SMS_APP_ID: ofSms('app'),
  SMS_SIGN_NAME: parameter('smsSignName'),
  SMTP_URL: parameter('smtpUrl'),
  SMTP_USER: ofMail('user'),
  SMTP_PASSWORD: ofMail('password'),
  MAIL_FROM: parameter('mailFrom'),
  MAIL_BOUNCE_HOST: parameter('mailBounceHost'),
  NETWORK_IDENTITY_BASE: parameter('networkIdentityBase'),
};

/** Defaults on this machine, where the settings are those of the process that started the host. */
const localDefaults: Partial<Record<Name, string>> = {
  SERVICE_REGION: 'cn-north-1',
  SEAL_SUITE: 'aes',
  POLICY_REFRESH_SECONDS: '60',
  POLICY_NOTICE_DAYS: '7',
  PHONE_RECOVERY_DAYS: '90',
};

export type Host = 'cloud' | 'local';

/** The environment of a function, in the words of serverless.yml. */
export function environmentOf(name: FunctionName, host: Host): Record<string, Value> {
  const names = settingsOf(functionCapabilities[name]) as Name[];
  const read = (one: Name): Value => {
    if (host === 'cloud') return inCloud[one];
    return one === 'STAGE' ? inCloud.STAGE : `\${env:${one}, '${localDefaults[one] ?? ''}'}`;
  };
  // The AWS clients want credentials even where nobody checks them.
  const credentials = { AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };
  return {
    ...Object.fromEntries(names.map((one) => [one, read(one)])),
    ...(host === 'local' && credentials),
  };
}
