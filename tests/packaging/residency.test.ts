import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { build } from '../../infra/build/build';
import { packageAll } from '../../infra/build/package';

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

it.each(['package', 'deploy', 'print'])(
  'the framework itself refuses to %s for another region (S1)',
  async (command) => {
    const { succeeded, said } = await serverless(command, '--region', 'us-east-1');
    expect(succeeded).toBe(false);
    expect(said).toContain('--region (provider.region in serverless.yml) points outside mainland China');
  },
);

it('the framework refuses a stage that nobody planned, and to package a local one', async () => {
  expect((await serverless('package', '--stage', 'prod')).said).toContain('--stage must be one of');
  expect((await serverless('package', '--stage', 'local')).said).toContain('run on this machine only');
});

const abroad = {
  SERVICE_REGION: 'us-east-1',
  TABLE_ENDPOINT: 'https://dynamodb.us-east-1.amazonaws.com',
  SQS_ENDPOINT: 'https://sqs.eu-west-1.amazonaws.com',
  OBJECTS_ENDPOINT: 'https://s3.us-east-1.amazonaws.com',
  ERASE_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/1/leliao',
  WECHAT_API_BASE: 'https://weixin.example.com',
  FACEID_API_BASE: 'https://faceid.intl.tencentcloudapi.com',
  FACEID_REGION: 'ap-hongkong',
  ROOT_KEY: 'kms:arn:aws:kms:us-east-1:111122223333:key/1',
};

it.each(Object.entries(abroad))(
  'a build refuses %s abroad, and does not say the value (S1)',
  async (name, value) => {
    const refusal = build({ environment: { STAGE: 'production', [name]: value } });
    await expect(refusal).rejects.toThrow(new RegExp(`^${name} points outside mainland China`));
    await expect(refusal).rejects.not.toThrow(value);
  },
);

it('a build refuses a second root key abroad, and a sandbox in production (S1)', async () => {
  const home = 'kms:arn:aws-cn:kms:cn-north-1:111122223333:key/1';
  const two = build({ environment: { STAGE: 'production', ROOT_KEY: `${home},${abroad.ROOT_KEY}` } });
  await expect(two).rejects.toThrow(/^ROOT_KEY points outside/);
  const sandbox = build({ environment: { STAGE: 'production', WECHAT_API_BASE: 'http://127.0.0.1:4000' } });
  await expect(sandbox).rejects.toThrow(/^WECHAT_API_BASE points outside/);
});
