import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { functionNames } from '../../infra/build/build';
import { packageAll } from '../../infra/build/package';
import { awsRegions } from '../../lib/policy/residency';
import { some } from '../proof/sample';
import { propertiesOf, readTemplate, resourcesOf, statementsOf, stringsIn, type Template } from './templates';

/** Settings of the machine that packages; none of them may reach a template. */
const secrets = {
  WECHAT_SECRET: 'marked-wechat-secret',
  WECHAT_APPID: 'marked-appid',
  TABLE_NAME: 'marked-table',
};

const regions = some(awsRegions, 1);
let outDir: string;
let names: string[];
const templates: Record<string, Template> = {};

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'leliao-aws-'));
  await packageAll({ regions, outDir, environment: { ...process.env, ...secrets } });
  for (const region of regions) templates[region] = await readTemplate(outDir, region);
  names = await functionNames();
});

afterAll(() => rm(outDir, { recursive: true, force: true }));

describe.each(regions)('the template for %s', (region) => {
  const template = () => templates[region] as Template;
  const lambdas = () => resourcesOf(template(), 'AWS::Lambda::Function');
  const roleIdOf = (properties: { Role?: unknown }) =>
    (properties.Role as { 'Fn::GetAtt': string[] })['Fn::GetAtt'][0];

  it('names its partition by reference, so it deploys in China', () => {
    expect(stringsIn(template() as never).filter((text) => text.includes('arn:aws:'))).toEqual([]);
  });

  it('keeps the table recoverable, expiring, sealed and hard to lose', () => {
    expect(propertiesOf(template(), 'Table')).toMatchObject({
      TableName: 'leliao-production-table',
      DeletionProtectionEnabled: true,
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'ttlSeconds', Enabled: true },
      SSESpecification: {
        SSEEnabled: true,
        SSEType: 'KMS',
        KMSMasterKeyId: { 'Fn::GetAtt': ['TableKey', 'Arn'] },
      },
    });
    for (const id of ['Table', 'TableKey', 'RootKey'])
      expect(template().Resources[id]?.DeletionPolicy).toBe('Retain');
  });

  it('rotates every key and gives nobody outside the account the use of it', () => {
    for (const [, key] of resourcesOf(template(), 'AWS::KMS::Key')) {
      expect(key.EnableKeyRotation).toBe(true);
      const { Statement: statements } = key.KeyPolicy as {
        Statement: { Principal: unknown; Condition?: object }[];
      };
      const open = statements.filter(({ Principal }) => JSON.stringify(Principal) === '{"AWS":"*"}');
      for (const { Condition } of open) expect(JSON.stringify(Condition)).toContain('kms:CallerAccount');
    }
  });

  it('runs every function under a role of its own', () => {
    expect(
      lambdas()
        .map(([, { FunctionName }]) => FunctionName)
        .sort(),
    ).toEqual(names.map((name) => `leliao-production-${name}`));
    const roles = lambdas().map(([, properties]) => roleIdOf(properties));
    expect(new Set(roles).size).toBe(names.length);
    for (const role of roles) expect(template().Resources[role ?? '']?.Type).toBe('AWS::IAM::Role');
  });

  it('allows no act and no resource by wildcard, save a function’s own log and the two folders of pictures', () => {
    const identities = [
      ...resourcesOf(template(), 'AWS::IAM::Role'),
      ...resourcesOf(template(), 'AWS::IAM::User'),
    ];
    const statements = identities.flatMap(([, properties]) => statementsOf(properties));
    expect(statements.length).toBeGreaterThan(identities.length);
    for (const { Action, Resource } of statements) {
      expect([Action].flat().filter((action) => action.includes('*'))).toEqual([]);
      const wild = stringsIn(Resource).filter((text) => text.includes('*'));
      const log = /log-group:\/aws\/lambda\/leliao-production-[a-z]+:\*$/;
      const pictures = /^\$\{ObjectsBucket\.Arn\}\/(incoming|avatars)\/\*$/;
      for (const text of wild) expect(log.test(text) || pictures.test(text)).toBe(true);
    }
  });

  it('lets each queue be fed and emptied by its own functions, and only the rotation wrap keys', () => {
    const holders = (action: string) =>
      resourcesOf(template(), 'AWS::IAM::Role')
        .filter(([, role]) => statementsOf(role).some(({ Action }) => [Action].flat().includes(action)))
        .map(([id]) => id);
    expect(holders('sqs:SendMessage')).toEqual(['LoginRole', 'ConsentRole', 'RetentionRole']);
    expect(holders('sqs:ReceiveMessage')).toEqual(['RetentionRole']);
    expect(holders('kms:Encrypt')).toEqual(['KeyRotationRole']);
    expect(holders('dynamodb:DeleteItem').sort()).toEqual([
      'CardsRole',
      'ConsentRole',
      'IdentityRole',
      'KeyRotationRole',
      'LocationRole',
      'LoginRole',
      'RetentionRole',
    ]);
  });

  it('keeps files closed, sealed, unversioned, and uploads for a day; only two functions touch them (C7)', () => {
    const bucket = propertiesOf(template(), 'ObjectsBucket');
    expect(bucket.VersioningConfiguration).toBeUndefined();
    expect(Object.values(bucket.PublicAccessBlockConfiguration as object)).toEqual([true, true, true, true]);
    expect(JSON.stringify(bucket.BucketEncryption)).toContain('"SSEAlgorithm":"aws:kms"');
    expect(JSON.stringify(bucket.LifecycleConfiguration)).toContain(
      '"Prefix":"incoming/","ExpirationInDays":1',
    );
    const holders = (action: string) =>
      resourcesOf(template(), 'AWS::IAM::Role')
        .filter(([, role]) => statementsOf(role).some(({ Action }) => [Action].flat().includes(action)))
        .map(([id]) => id);
    expect(holders('s3:PutObject')).toEqual(['ProfileRole']);
    expect(holders('s3:GetObject')).toEqual(['ProfileRole']);
    expect(holders('s3:DeleteObject').sort()).toEqual(['ProfileRole', 'RetentionRole']);
    expect(template().Resources.ObjectsBucket?.DeletionPolicy).toBe('Retain');
  });

  it('keeps every log for 365 days, longer than six calendar months (S8)', () => {
    const groups = resourcesOf(template(), 'AWS::Logs::LogGroup');
    expect(groups.map(([, { LogGroupName }]) => LogGroupName).sort()).toEqual(
      [
        ...names.map((name) => `/aws/lambda/leliao-production-${name}`),
        '/aws/http-api/leliao-production',
      ].sort(),
    );
    for (const [, { RetentionInDays }] of groups) expect(RetentionInDays).toBe(365);
  });

  it('writes no address, agent or path into the access log (S8)', () => {
    const { AccessLogSettings: settings } = propertiesOf(template(), 'HttpApiStage') as never;
    const said = Object.values(JSON.parse((settings as { Format: string }).Format) as Record<string, string>);
    expect(said.sort()).toEqual(
      ['requestId', 'requestTimeEpoch', 'routeKey', 'status', 'responseLatency', 'integrationStatus']
        .map((name) => `$context.${name}`)
        .sort(),
    );
  });

  it('rings for every function that fails or is throttled, and for the queue and the table', () => {
    const alarms = resourcesOf(template(), 'AWS::CloudWatch::Alarm').map(([, { AlarmName }]) => AlarmName);
    const wanted = names.flatMap((name) => [`${name}-errors`, `${name}-throttles`]);
    const others = [
      'identity-alarm-lines',
      'process-dead-letters',
      'process-oldest-message',
      'retention-alarm-lines',
      'retention-missed-hour',
      'api-5xx',
    ];
    const table = ['table-read-throttles', 'table-write-throttles', 'table-system-errors'];
    expect(alarms.sort()).toEqual(
      [...wanted, ...others, ...table].map((name) => `leliao-production-${name}`).sort(),
    );
    for (const [, alarm] of resourcesOf(template(), 'AWS::CloudWatch::Alarm')) {
      expect(alarm.AlarmActions).toEqual([{ Ref: 'AlarmTopic' }]);
    }
  });

  it.each([['ProcessQueue', 'RetentionLambdaFunction']])(
    'hands %s to %s in batches of which each message may fail alone',
    (queue, lambda) => {
      const mappings = resourcesOf(template(), 'AWS::Lambda::EventSourceMapping').map(
        ([, mapping]) => mapping,
      );
      expect(mappings).toContainEqual(
        expect.objectContaining({
          EventSourceArn: { 'Fn::GetAtt': [queue, 'Arn'] },
          FunctionName: { 'Fn::GetAtt': [lambda, 'Arn'] },
          FunctionResponseTypes: ['ReportBatchItemFailures'],
        }),
      );
    },
  );

  it('starts retention every hour', () => {
    const rules = resourcesOf(template(), 'AWS::Events::Rule').map(([, rule]) => rule);
    expect(rules.find(({ Name }) => Name === 'leliao-production-retention-hourly')).toMatchObject({
      ScheduleExpression: 'cron(0 * * * ? *)',
      State: 'ENABLED',
    });
  });

  it.each([['ProcessQueue', 'RetentionLambdaFunction']])(
    'gives up on a message of %s only after the time of %s, five tries and a dead-letter queue',
    (name, lambda) => {
      const queue = propertiesOf(template(), name);
      const { Timeout } = propertiesOf(template(), lambda);
      expect(queue.SqsManagedSseEnabled).toBe(true);
      expect(Number(queue.VisibilityTimeout)).toBeGreaterThanOrEqual(6 * Number(Timeout));
      expect(queue.RedrivePolicy).toMatchObject({ maxReceiveCount: 5 });
    },
  );

  it('carries no secret: settings are references or plainly public', () => {
    const text = JSON.stringify(template());
    for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
    for (const [, { Environment, KmsKeyArn }] of lambdas()) {
      const { Variables: variables } = Environment as { Variables: Record<string, string> };
      expect(variables.WECHAT_SECRET).toMatch(/^\{\{resolve:secretsmanager:/);
      expect(variables.ROOT_KEY).toEqual({ 'Fn::Sub': expect.stringMatching(/^kms:\$\{RootKey\.Arn}$/) });
      expect(variables.SERVICE_REGION).toBe(region);
      expect(KmsKeyArn).toEqual({ 'Fn::GetAtt': ['SettingsKey', 'Arn'] });
    }
  });

  it('gives the secrets of the partners that verify people to the function identity alone', () => {
    const held = lambdas().flatMap(([id, { Environment }]) => {
      const { Variables: variables } = Environment as { Variables: Record<string, string> };
      expect(variables.TABLE_NAME).toEqual({ Ref: 'Table' });
      return /FACEID|faceid|NETWORK_IDENTITY/.test(JSON.stringify(variables))
        ? [[id, variables.FACEID_SECRET_KEY]]
        : [];
    });
    const fromSecrets = expect.stringMatching(/^\{\{resolve:secretsmanager:/);
    expect(held).toEqual([['IdentityLambdaFunction', fromSecrets]]);
  });

  it('asks for nothing that the China regions do not have', () => {
    const types = Object.values(template().Resources).map(({ Type }) => Type);
    const absent = /Lambda::Url|Scheduler::|Cognito|CloudFront|XRay|SES::/;
    expect(types.filter((type) => absent.test(type))).toEqual([]);
    for (const [, properties] of lambdas()) expect(properties.TracingConfig).toBeUndefined();
  });
});
