import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { build } from '../../infra/build/build';
import { packageAll } from '../../infra/build/package';
import { leadsTo, readConfig } from '../../lib/config';
import { ResidencyError } from '../../lib/policy/residency';
import { holdsFor } from '../proof/sample';

const root = resolve(__dirname, '..', '..');
const framework = join(root, 'node_modules', 'serverless', 'bin', 'serverless.js');

/** What the framework says, and whether it went on. */
function serverless(...options: string[]): Promise<{ succeeded: boolean; said: string }> {
  return new Promise((done) => {
    execFile(process.execPath, [framework, ...options], { cwd: root }, (error, stdout, stderr) =>
      done({ succeeded: error === null, said: stdout + stderr }),
    );
  });
}

it.each(['us-east-1', 'eu-central-1', 'ap-guangzhou'])(
  'npm run package refuses region %s (S1)',
  async (region) => {
    await expect(packageAll({ regions: [region] })).rejects.toThrow(
      /^--region points outside mainland China .*cn-north-1/,
    );
  },
);

const abroad = {
  host: 'https://sqs.us-east-1.amazonaws.com/1/leliao',
  'own-host': 'https://sign-in.example.com/keys',
  'own-hosts': 'sign-in.example.com',
  'own-relay': 'smtps://smtp.example.com:465',
  'aws-region': 'us-east-1',
  'cloudbase-region': 'ap-hongkong',
  'root-keys': 'kms:arn:aws:kms:us-east-1:111122223333:key/1',
} as const;
const home = 'kms:arn:aws-cn:kms:cn-north-1:111122223333:key/1';

/** What is asked of the framework itself, and what it says. */
const refused = [
  ...['package', 'deploy', 'print'].map((command) => ({
    asked: [command, '--region', 'us-east-1'],
    says: '--region (provider.region in serverless.yml) points outside mainland China',
  })),
  {
    asked: ['package', '--param', 'wechatSecretVersion=one', '--param', `staffIssuer=${abroad['own-host']}`],
    says: 'STAFF_ISSUER points outside mainland China',
  },
  { asked: ['package', '--stage', 'prod'], says: '--stage must be one of' },
  { asked: ['package', '--stage', 'local'], says: 'run on this machine only' },
];

it('the framework itself refuses another region, staff who sign in abroad, a stage that nobody planned, and to package a local one (S1)', () =>
  holdsFor(refused, 1, async ({ asked, says }) => {
    const { succeeded, said } = await serverless(...asked);
    expect({ asked, succeeded }).toEqual({ asked, succeeded: false });
    expect(said).toContain(says);
  }));

const production = {
  STAGE: 'production',
  SERVICE_REGION: 'cn-north-1',
  TABLE_NAME: 'leliao-production',
  PLACES_TABLE_NAME: 'leliao-production-places',
  PROCESS_QUEUE_URL: 'https://sqs.cn-north-1.amazonaws.com.cn/1/erase',
  NOTICE_QUEUE_URL: 'https://sqs.cn-north-1.amazonaws.com.cn/1/notice',
  OBJECTS_BUCKET: 'leliao-production-objects',
  VAULT_BUCKET: 'leliao-production-vault',
  ROOT_KEY: home,
  WECHAT_API_BASE: 'https://api.weixin.qq.com',
  WECHAT_APPID: 'wx1',
  WECHAT_SECRET: 'secret',
};

const leading = Object.entries(leadsTo).flatMap(([name, place]) =>
  place === 'nowhere' ? [] : [{ name, value: abroad[place] }],
);

it('every setting whose name speaks of an address, a region or a key is one that leads somewhere (S1)', () => {
  const speaks = Object.keys(leadsTo).filter((name) =>
    /URL|URI|ENDPOINT|BASE|ISSUER|HOST|REGION|ADDRESS|ROOT_KEY|ARN/.test(name),
  );
  expect(leading.map(({ name }) => name)).toEqual(speaks);
});

it.each(leading)('neither a build nor a start takes $name abroad, nor says the value (S1)', async (one) => {
  const { name, value } = one;
  const refusal = build({ environment: { STAGE: 'production', [name]: value } });
  await expect(refusal).rejects.toThrow(ResidencyError);
  await expect(refusal).rejects.toThrow(new RegExp(`^${name} points outside mainland China`));
  await expect(refusal).rejects.not.toThrow(value);
  const start = () => readConfig({ ...production, [name]: value });
  expect(start).toThrow(name);
  expect(start).not.toThrow(value);
  expect(readConfig(production).STAGE).toBe('production');
});

it('a start in production refuses changes of the policy that people hear of on the very day (K4)', () => {
  const start = (days: string, STAGE = 'production') =>
    readConfig({ ...production, STAGE, POLICY_NOTICE_DAYS: days });
  for (const days of ['0', '00', '000']) expect(() => start(days)).toThrow(/POLICY_NOTICE_DAYS/);
  expect(start('1').POLICY_NOTICE_DAYS).toBe('1');
  expect(start('0', 'staging').POLICY_NOTICE_DAYS).toBe('0');
});

it('a build refuses a second root key abroad, and a sandbox in production (S1)', async () => {
  const two = build({ environment: { STAGE: 'production', ROOT_KEY: `${home},${abroad['root-keys']}` } });
  await expect(two).rejects.toThrow(/^ROOT_KEY points outside/);
  const sandbox = build({ environment: { STAGE: 'production', WECHAT_API_BASE: 'http://127.0.0.1:4000' } });
  await expect(sandbox).rejects.toThrow(/^WECHAT_API_BASE points outside/);
});

it('an address in the network of an operator is taken where the operator has named the host, below .cn (S1)', () => {
  const own = Object.entries(leadsTo).filter(([, place]) => place === 'own-host');
  for (const [name] of own) {
    const environment = { ...production, [name]: 'https://sign-in.example.cn/keys' };
    expect(() => readConfig(environment)).toThrow(`${name} points outside`);
    expect(readConfig({ ...environment, OPERATOR_HOSTS: 'sign-in.example.cn' })).toHaveProperty(name);
  }
  for (const OPERATOR_HOSTS of ['.example.cn', '.cn', 'sign-in.example.com', 'https://sign-in.example.cn'])
    expect(() => readConfig({ ...production, OPERATOR_HOSTS })).toThrow('OPERATOR_HOSTS points outside');
});

it('a mail relay is taken where the operator has named its host, and with TLS from the first byte (S1)', () => {
  const start = (SMTP_URL: string) =>
    readConfig({ ...production, SMTP_URL, OPERATOR_HOSTS: 'mail.example.cn' });
  expect(start('smtps://mail.example.cn:465').SMTP_URL).toBe('smtps://mail.example.cn:465');
  for (const other of [
    ...['smtp://mail.example.cn:25', 'smtps://other.example.cn', 'https://mail.example.cn'],
    ...['smtps://user:password@mail.example.cn', 'smtps://mail.example.cn/?x=1', 'smtp://127.0.0.1:25'],
  ])
    expect(() => start(other)).toThrow('SMTP_URL points outside');
  for (const MAIL_FROM of ['notice@example.com', '乐聊 <notice@example.cn>', 'a@b@example.cn'])
    expect(() => readConfig({ ...production, MAIL_FROM })).toThrow('MAIL_FROM');
});

it('every setting says where it leads, or that it leads nowhere (S1)', () => {
  expect(Object.keys(readConfig(production)).filter((name) => name !== 'development')).toEqual(
    Object.keys(leadsTo),
  );
});
