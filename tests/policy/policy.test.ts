import { readConfig } from '../../lib/config';
import { ConfigError } from '../../lib/config-error';
import { kindIds, kinds, kindsFor } from '../../lib/policy/kinds';
import { consentPurposeIds, needsConsent, purposeIds, purposes } from '../../lib/policy/purposes';
import { recipients } from '../../lib/policy/recipients';
import { ResidencyError } from '../../lib/policy/residency';
import { retention } from '../../lib/policy/retention';
import { firstVersion } from '../../lib/policy/version';
import { entities } from '../support/entities';
import { functions } from '../support/world';

describe('the policy is the registry (K1, K7)', () => {
  it('names every kind, purpose, period and recipient', () => {
    const { text } = firstVersion();
    const parts = {
      'kinds.ts': Object.values(kinds).map(({ name }) => [name]),
      'purposes.ts': Object.values(purposes).map(({ name, ground, ifRefused }) => [name, ground, ifRefused]),
      'retention.ts': Object.values(retention).map(({ period, basis }) => [period, basis]),
      'recipients.ts': Object.values(recipients).map(({ name, contact }) => [name, contact]),
    };
    for (const [file, words] of Object.entries(parts)) {
      const where = `what lib/policy/render.ts leaves out of lib/policy/${file}`;
      expect({ [where]: words.flat().filter((word) => !text.includes(word)) }).toEqual({ [where]: [] });
    }
  });

  it('has a kind for every purpose and a use for every period', () => {
    const idle = purposeIds.filter((purpose) => kindsFor(purpose).length === 0);
    expect({ 'purposes of no kind in lib/policy/kinds.ts': idle }).toEqual({
      'purposes of no kind in lib/policy/kinds.ts': [],
    });
    const used = new Set<string>(kindIds.map((kind) => kinds[kind].retention));
    const unused = Object.keys(retention).filter((id) => !used.has(id));
    expect({ 'periods of lib/policy/retention.ts that no kind has': unused }).toEqual({
      'periods of lib/policy/retention.ts that no kind has': [],
    });
  });

  it('gives every operation a purpose of the registry, or the ground on which it needs none', () => {
    const without = Object.entries(functions).flatMap(([name, operations]) =>
      Object.entries(operations)
        .filter(([, { purpose, ground }]) =>
          purpose === null ? !/不处理个人信息/.test(ground) : !purposeIds.includes(purpose),
        )
        .map(([operation]) => `functions/${name}: ${operation}`),
    );
    expect(without).toEqual([]);
  });

  it('lets only consent be granted or withdrawn, and no basic purpose rest on it', () => {
    expect(consentPurposeIds).toContain('cards');
    for (const purpose of purposeIds)
      expect(needsConsent(purpose)).toBe(purposes[purpose].choice === 'optional');
  });
});

describe('data stays in mainland China (S1)', () => {
  const good = {
    STAGE: 'production',
    SERVICE_REGION: 'cn-north-1',
    TABLE_NAME: 'leliao-production',
    PLACES_TABLE_NAME: 'leliao-production-places',
    PROCESS_QUEUE_URL: 'https://sqs.cn-north-1.amazonaws.com.cn/1/leliao-production-erase',
    NOTICE_QUEUE_URL: 'https://sqs.cn-north-1.amazonaws.com.cn/1/leliao-production-notice',
    OBJECTS_BUCKET: 'leliao-production-objects',
    VAULT_BUCKET: 'leliao-production-vault',
    ROOT_KEY: 'kms:arn:aws-cn:kms:cn-north-1:1:key/1',
    WECHAT_API_BASE: 'https://api.weixin.qq.com',
    WECHAT_APPID: 'wx1',
    WECHAT_SECRET: 'not-to-be-shown',
  };
  const local = `local:${Buffer.alloc(32, 7).toString('base64')}`;

  it('starts with settings inside', () => {
    expect(readConfig(good)).toMatchObject({ development: false, SEAL_SUITE: 'aes' });
  });

  it.each([
    ['SERVICE_REGION', 'us-east-1'],
    ['SERVICE_REGION', 'ap-guangzhou'],
    ['TABLE_ENDPOINT', 'https://dynamodb.us-east-1.amazonaws.com'],
    ['TABLE_ENDPOINT', 'http://127.0.0.1:8000'],
    ['TABLE_ENDPOINT', 'https://dynamodb.cn-north-1.amazonaws.com.cn.evil.example'],
    ['TABLE_ENDPOINT', 'https://user:pass@dynamodb.cn-north-1.amazonaws.com.cn'],
    ['PROCESS_QUEUE_URL', 'https://sqs.eu-west-1.amazonaws.com/1/q'],
    ['PROCESS_QUEUE_URL', 'not a url'],
    ['OBJECTS_ENDPOINT', 'https://s3.us-east-1.amazonaws.com'],
    ['OBJECTS_ENDPOINT', 'http://127.0.0.1:9000'],
    ['SQS_ENDPOINT', 'http://sqs.cn-north-1.amazonaws.com.cn'],
    ['ROOT_KEY', 'kms:arn:aws:kms:us-east-1:1:key/1'],
    ['ROOT_KEY', 'kms:arn:aws-cn:kms:us-east-1:1:key/1'],
    ['ROOT_KEY', `${good.ROOT_KEY},kms:arn:aws:kms:us-east-1:1:key/1`],
    ['WECHAT_API_BASE', 'https://api.weixin.qq.com.evil.example'],
    ['WECHAT_API_BASE', 'http://api.weixin.qq.com'],
    ['WECHAT_API_BASE', 'http://127.0.0.1:9000'],
    ['FACEID_API_BASE', 'https://faceid.intl.tencentcloudapi.com'],
    ['FACEID_API_BASE', 'http://127.0.0.1:9000'],
    ['FACEID_REGION', 'ap-hongkong'],
    ['NETWORK_IDENTITY_BASE', 'https://network-identity.example.cn'],
  ])('refuses %s=%s and names the setting, not the value', (setting, value) => {
    const start = () => readConfig({ ...good, [setting]: value });
    expect(start).toThrow(ResidencyError);
    expect(start).toThrow(setting);
    expect(start).not.toThrow(value);
  });

  it('refuses a local root key and the sandbox in production, and takes both in development', () => {
    expect(() => readConfig({ ...good, ROOT_KEY: local })).toThrow(ConfigError);
    const development = { ...good, STAGE: 'local', ROOT_KEY: local, WECHAT_API_BASE: 'http://127.0.0.1:1' };
    expect(readConfig(development)).toMatchObject({ development: true });
  });

  it('names every setting that is missing and shows none', () => {
    const start = () => readConfig({ WECHAT_SECRET: good.WECHAT_SECRET, STAGE: 'moon' });
    expect(start).toThrow(/STAGE.*SERVICE_REGION.*TABLE_NAME.*ROOT_KEY/);
    expect(start).not.toThrow(/moon|not-to-be-shown/);
  });
});

describe('the policy speaks of what is stored, and of nothing else (K7)', () => {
  it('every kind is held by some entity', () => {
    // In the key of a pointer, in a file not yet looked at, and in lines of the log.
    const elsewhere = ['phone-digest', 'avatar-upload', 'log-pseudonym'];
    const held = new Set<string>(
      [...entities.values()].flatMap(({ attributes }) =>
        Object.values(attributes).flatMap((one) => one.kinds),
      ),
    );
    const homeless = kindIds.filter((kind) => !held.has(kind) && !elsewhere.includes(kind));
    expect({ 'kinds of lib/policy/kinds.ts that no entity of lib/table has': homeless }).toEqual({
      'kinds of lib/policy/kinds.ts that no entity of lib/table has': [],
    });
  });
});
