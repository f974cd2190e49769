import { withLiveWays } from '../../functions/notify/live';
import { deployedOperations } from '../../infra/build/openapi';
import { allCapabilities, functionCapabilities, settingsOf } from '../../lib/capabilities';
import { leadsTo, readConfig } from '../../lib/config';
import { buildDeps } from '../../lib/deps';
import { limitTo } from '../../lib/limit-to';
import { partnerOf } from '../../lib/partners';

const everySetting = {
  STAGE: 'production',
  SERVICE_REGION: 'cn-north-1',
  TABLE_NAME: 'leliao-production',
  PLACES_TABLE_NAME: 'leliao-production-places',
  PROCESS_QUEUE_URL: 'https://sqs.cn-north-1.amazonaws.com.cn/1/process',
  NOTICE_QUEUE_URL: 'https://sqs.cn-north-1.amazonaws.com.cn/1/notice',
  OBJECTS_BUCKET: 'leliao-production-objects',
  VAULT_BUCKET: 'leliao-production-vault',
  ROOT_KEY: 'kms:arn:aws-cn:kms:cn-north-1:111122223333:key/1',
  WECHAT_API_BASE: 'https://api.weixin.qq.com',
  WECHAT_APPID: 'wx1',
  WECHAT_SECRET: 'secret-of-wechat',
  FACEID_API_BASE: 'https://faceid.tencentcloudapi.com',
  FACEID_SECRET_ID: 'id',
  FACEID_SECRET_KEY: 'secret-of-faceid',
};

it('every function has a row of capabilities, every capability somebody who has it, every setting a reader', () => {
  expect(Object.keys(functionCapabilities).sort()).toEqual(Object.keys(deployedOperations()).sort());
  const held = new Set<string>(Object.values(functionCapabilities).flat());
  expect(allCapabilities.filter((one) => !held.has(one))).toEqual([]);
  expect(settingsOf(allCapabilities).sort()).toEqual(Object.keys(leadsTo).sort());
});

it('a function reads the settings of its capabilities, and neither needs nor sees another', () => {
  const location = readConfig(everySetting, functionCapabilities.location);
  expect(JSON.stringify(location)).not.toMatch(/secret-of|sqs|tencent/);
  const { WECHAT_SECRET, ...without } = everySetting;
  expect(readConfig(without, functionCapabilities.location).TABLE_NAME).toBe('leliao-production');
  expect(() => readConfig(without, functionCapabilities.login)).toThrow('WECHAT_SECRET');
});

it('without the secret of FaceID the service starts, and offers none of its ways', () => {
  const { FACEID_SECRET_ID, FACEID_SECRET_KEY, ...without } = everySetting;
  const has = functionCapabilities.identity;
  const { offers, partners } = limitTo(buildDeps(readConfig(without, has)), has);
  expect(offers).toMatchObject({ faceId: false, face: false });
  expect(partnerOf(partners, 'tencent-faceid')).toBeUndefined();
  expect(buildDeps(readConfig(everySetting, has)).offers).toMatchObject({ faceId: true, face: false });
});

it('who reaches for what a function lacks is told which capability that is', () => {
  const deps = limitTo(buildDeps(readConfig(everySetting)), functionCapabilities.location);
  expect(() => deps.queue.send([], 0)).toThrow("the capability 'ask-for-processes'");
  expect(() => deps.objects.remove(['x'])).toThrow("the capability 'look-for-pictures'");
  expect(() => partnerOf(deps.partners, 'wechat')?.exchangeCode('x')).toThrow("'wechat-sign-in'");
  expect(deps.ring.digest).toBeInstanceOf(Function);
});

const templates = [
  `subscribe.breach=${'t'.repeat(43)}:once`,
  `subscribe.breach-guardian=${'g'.repeat(43)}:lasting`,
  'sms.breach=1400001',
];
const sending = {
  ...everySetting,
  ...{ NOTICE_TEMPLATES: templates.join(','), OPERATOR_HOSTS: 'relay.example.cn' },
  ...{ SMS_API_BASE: 'https://sms.tencentcloudapi.com', SMS_SECRET_ID: 'id', SMS_SECRET_KEY: 'key' },
  ...{ SMS_APP_ID: '1400000001', SMS_SIGN_NAME: '乐聊名片' },
  ...{ SMTP_URL: 'smtps://relay.example.cn:465', MAIL_FROM: 'notice@example.cn' },
  MAIL_BOUNCE_HOST: 'bounce.example.cn',
};

it('who sends notices has a way by each partner that has settings, and nobody else has one (B5)', () => {
  const has = functionCapabilities.notify;
  const ways = (settings: typeof everySetting) => {
    const deps = limitTo(buildDeps(readConfig(settings, has)), has);
    expect(deps.channels.live.ways).toEqual({});
    return Object.keys(withLiveWays(deps).channels.live.ways);
  };
  expect(ways(sending)).toEqual(['subscribe', 'sms', 'mail']);
  const { SMS_APP_ID, ...without } = sending;
  expect(ways(without)).toEqual(['subscribe', 'mail']);
  expect(ways(everySetting)).toEqual([]);
  const { breach } = functionCapabilities;
  expect(() => limitTo(buildDeps(readConfig(sending, breach)), breach).channels.live).toThrow(
    "'send-notices'",
  );
});

it('what platforms have approved stands in one setting, and one that names a template or its number twice is refused', () => {
  const { templates: asked, noticeTemplates } = buildDeps(readConfig(sending));
  expect(asked.map(({ name, id, kind }) => `${name}=${id}:${kind}`)).toEqual(
    templates.slice(0, 2).map((one) => one.replace('subscribe.', '')),
  );
  expect(noticeTemplates.subscribe?.breach).toBe(asked[0]?.id);
  const start = (...list: string[]) => readConfig({ ...sending, NOTICE_TEMPLATES: list.join(',') });
  for (const twice of [
    `subscribe.breach=${'x'.repeat(43)}:once`,
    `subscribe.other=${'t'.repeat(43)}:lasting`,
  ])
    expect(() => start(...templates, twice)).toThrow('NOTICE_TEMPLATES');
  expect(() => start('subscribe.breach=short')).toThrow('NOTICE_TEMPLATES');
});
