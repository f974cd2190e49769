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
  PROCESS_QUEUE_URL: 'https://sqs.cn-north-1.amazonaws.com.cn/1/process',
  NOTICE_QUEUE_URL: 'https://sqs.cn-north-1.amazonaws.com.cn/1/notice',
  OBJECTS_BUCKET: 'leliao-production-objects',
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
  const profile = readConfig(everySetting, functionCapabilities.profile);
  expect(JSON.stringify(profile)).not.toMatch(/secret-of|sqs|tencent/);
  const { WECHAT_SECRET, ...without } = everySetting;
  expect(readConfig(without, functionCapabilities.profile).OBJECTS_BUCKET).toBe('leliao-production-objects');
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
  expect(() => deps.objects.remove(['x'])).toThrow("the capability 'erase-pictures'");
  expect(() => partnerOf(deps.partners, 'wechat')?.exchangeCode('x')).toThrow("'wechat-sign-in'");
  expect(deps.ring.digest).toBeInstanceOf(Function);
});
