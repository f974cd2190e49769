import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { functionNames } from '../../infra/build/build';
import { packageAll } from '../../infra/build/package';
import { type FunctionName, functionCapabilities, settingsOf } from '../../lib/capabilities';
import { logFields } from '../../lib/log';
import { mayOutlast } from '../../lib/policy/period';
import { awsRegions } from '../../lib/policy/residency';
import { ruleOf } from '../../lib/policy/retention';
import { demandSuccess, type FirstCall, firstCalls } from '../bench/first-calls';
import { localSettings, makePerson, type Person } from '../bench/person';
import { some } from '../proof/sample';
import { builtOnce } from '../support/built';
import { firstAnswer } from './bare';
import { faultsOf } from './specification';
import {
  importsIn,
  type Properties,
  propertiesOf,
  readDataStack,
  readTemplate,
  resourcesOf,
  statementsOf,
  stringsIn,
  type Template,
  type Value,
} from './templates';

/** Settings of the machine that packages; none of them may reach a template. */
const secrets = {
  WECHAT_SECRET: 'marked-wechat-secret',
  WECHAT_APPID: 'marked-appid',
  TABLE_NAME: 'marked-table',
  PLACES_TABLE_NAME: 'marked-table-places',
};

const BUCKET = 'leliao-production-ObjectsBucketArn';
const TABLE = 'leliao-production-TableArn';
const VAULT = 'leliao-production-VaultBucketArn';

const parameters = { wechatSecretVersion: 'version-of-the-secret' };

const regions = some(awsRegions, 1);
let outDir: string;
let names: string[];
const templates: Record<string, Template> = {};
const dataStacks: Record<string, Awaited<ReturnType<typeof readDataStack>>> = {};

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'leliao-aws-'));
  const environment = { ...process.env, ...secrets };
  await packageAll({ regions, outDir, environment, parameters, built: await builtOnce() });
  for (const region of regions) {
    templates[region] = await readTemplate(outDir, region);
    dataStacks[region] = await readDataStack(outDir, region);
  }
  names = await functionNames();
});

afterAll(() => rm(outDir, { recursive: true, force: true }));

describe.each(regions)('the templates for %s', (region) => {
  const template = () => templates[region] as Template;
  const data = () => dataStacks[region] as Awaited<ReturnType<typeof readDataStack>>;
  const lambdas = () => resourcesOf(template(), 'AWS::Lambda::Function');
  const roleIdOf = (properties: { Role?: unknown }) =>
    (properties.Role as { 'Fn::GetAtt': string[] })['Fn::GetAtt'][0];

  it('names its partition by reference, so it deploys in China', () => {
    for (const one of [template(), data()])
      expect(stringsIn(one as never).filter((text) => text.includes('arn:aws:'))).toEqual([]);
  });

  it('holds to what Amazon has published of every resource and property', () => {
    expect(faultsOf(template().Resources)).toEqual([]);
    expect(faultsOf(data().Resources)).toEqual([]);
  });

  it('keeps the table recoverable, expiring and sealed, and protected by the second deployment', () => {
    expect(propertiesOf(data(), 'Table')).toMatchObject({
      TableName: { 'Fn::Sub': `leliao-\${Stage}-table` },
      DeletionProtectionEnabled: { Ref: 'Protected' },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
      TimeToLiveSpecification: { AttributeName: 'ttlSeconds', Enabled: true },
      SSESpecification: {
        SSEEnabled: true,
        SSEType: 'KMS',
        KMSMasterKeyId: { 'Fn::GetAtt': ['TableKey', 'Arn'] },
      },
    });
  });

  it('keeps no backup of places, nor of the keys that they end with (L2)', () => {
    const { PointInTimeRecoverySpecification, SSESpecification, StreamSpecification } = propertiesOf(
      data(),
      'PlacesTable',
    );
    expect(PointInTimeRecoverySpecification).toEqual({ PointInTimeRecoveryEnabled: false });
    expect(SSESpecification).toMatchObject({ SSEEnabled: true });
    expect(StreamSpecification).toBeUndefined();
    const copying = /^AWS::(Backup|Pipes)::|GlobalTable$/;
    expect(Object.values(data().Resources).filter(({ Type }) => copying.test(Type))).toEqual([]);
  });

  it('keeps everything that holds data whatever happens, save what a first deployment that fails has made', () => {
    const holding = /^AWS::(DynamoDB::Table|KMS::Key|S3::Bucket|SQS::Queue)$/;
    for (const [id, { Type, DeletionPolicy, UpdateReplacePolicy }] of Object.entries(data().Resources)) {
      const kept = holding.test(Type) ? ['RetainExceptOnCreate', 'Retain'] : [undefined, undefined];
      expect({ [id]: [DeletionPolicy, UpdateReplacePolicy] }).toEqual({ [id]: kept });
    }
    const inApp = Object.entries(template().Resources).filter(([, { Type }]) => holding.test(Type));
    // The bucket is the framework's own, for what it deploys.
    expect(inApp.map(([id]) => id).sort()).toEqual(['ServerlessDeploymentBucket', 'SettingsKey']);
  });

  it('names in the app only what the stack of the data exports', () => {
    const exported = Object.values(data().Outputs).map(({ Export: { Name } }) =>
      stringsIn(Name as never)[0]?.replace(/\$\{Stage\}/, 'production'),
    );
    const imported = [...new Set(importsIn(template() as never))];
    expect(imported.length).toBeGreaterThan(5);
    expect(imported.filter((name) => !exported.includes(name))).toEqual([]);
  });

  it('rotates every key and gives nobody outside the account the use of it', () => {
    for (const [, key] of [template(), data()].flatMap((one) => resourcesOf(one, 'AWS::KMS::Key'))) {
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

  it('allows no act and no resource by wildcard, save a function’s own log, the two folders of pictures, the locked bucket and what the table writes down of changes', () => {
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
      for (const text of wild) expect(log.test(text) || text === '*').toBe(true);
      if (wild.includes('*')) {
        const folders = ['/', BUCKET, 'incoming', '*', '/', BUCKET, 'avatars', '*'];
        // A stream is named by the moment when it was switched on.
        const changes = ['/', TABLE, 'stream', '*'];
        expect([folders, ['/', VAULT, '*'], changes]).toContainEqual(stringsIn(Resource));
      }
    }
  });

  it('fences every act on the table to named partitions, and refuses one that names none', () => {
    const statements = resourcesOf(template(), 'AWS::IAM::Role').flatMap(([, role]) => statementsOf(role));
    const onTable = statements.filter(({ Action }) =>
      [Action].flat().some((one) => one.startsWith('dynamodb:')),
    );
    expect(onTable.length).toBeGreaterThan(names.length);
    // When a table was made is of no partition, and what was changed is of all of them: one function looks at that.
    const watches = ['dynamodb:DescribeStream', 'dynamodb:GetShardIterator', 'dynamodb:GetRecords'];
    const ofNone = ['dynamodb:DescribeTable', ...watches];
    const onItems = onTable.filter(({ Action }) => ![Action].flat().some((one) => ofNone.includes(one)));
    const asks = onTable.filter((one) => !onItems.includes(one)).map(({ Action }) => [Action].flat());
    const watching = asks.filter((acts) => acts.includes('dynamodb:GetRecords'));
    expect(watching).toEqual([watches]);
    const others = asks.filter((acts) => !watching.includes(acts));
    expect(others).toEqual(others.map(() => ['dynamodb:DescribeTable']));
    for (const { Condition } of onItems)
      expect(Condition).toEqual({
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': expect.any(Array) },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      });
  });

  it('lets each queue be fed and emptied by its own functions, and only the rotation wrap keys', () => {
    const holders = (action: string) =>
      resourcesOf(template(), 'AWS::IAM::Role')
        .filter(([, role]) => statementsOf(role).some(({ Action }) => [Action].flat().includes(action)))
        .map(([id]) => id);
    expect(holders('sqs:SendMessage').sort()).toEqual([
      'BreachRole',
      'ConsentRole',
      'EventsRole',
      'IdentityRole',
      'KeyRotationRole',
      'LoginRole',
      'NotifyRole',
      'RetentionRole',
      'RightsRole',
    ]);
    expect(holders('sqs:ReceiveMessage').sort()).toEqual(['NotifyRole', 'RetentionRole']);
    expect(holders('kms:Encrypt')).toEqual(['KeyRotationRole']);
  });

  it('lets keys be written by the rotation and, to destroy those of days, by retention only, and the policy by consent only', () => {
    const writers = (partition: string, acts = /dynamodb:(Put|Update)/) =>
      resourcesOf(template(), 'AWS::IAM::Role').flatMap(([id, role]) => {
        const writes = statementsOf(role).filter(({ Action, Condition }) => {
          const fence = stringsIn(Condition ?? '');
          const writing = [Action].flat().some((one) => acts.test(one));
          return writing && fence.some((one) => partition.startsWith(one.replace('*', '')));
        });
        return writes.length > 0 ? [id] : [];
      });
    expect(writers('KEYS').sort()).toEqual(['KeyRotationRole', 'RetentionRole']);
    expect(writers('KEYS', /dynamodb:Delete/)).toEqual(['RetentionRole']);
    expect(writers('POLICY')).toEqual(['ConsentRole']);
  });

  it('keeps files closed, sealed, unversioned, and uploads for a day; only two functions touch them (C7)', () => {
    const bucket = propertiesOf(data(), 'ObjectsBucket');
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
    for (const act of ['PutObject', 'GetObject', 'DeleteObject'])
      expect(holders(`s3:${act}`).sort()).toEqual(['ProfileRole', 'RetentionRole']);
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
    expect(resourcesOf(dataStacks[region] as Template, 'AWS::Logs::LogGroup')).toEqual([]);
    const { minimum } = ruleOf('log-life');
    expect(minimum).toEqual({ months: 6 });
    expect(mayOutlast({ months: 6 }, { days: 365 })).toBe(false);
  });

  it('has every log group looked at each day, and rings when one is kept shorter than it was deployed with (S8)', () => {
    const [[, rule] = ['', {}]] = resourcesOf(template(), 'AWS::Config::ConfigRule');
    const { Source, MaximumExecutionFrequency, InputParameters, ConfigRuleName } = rule as Properties;
    expect(Source).toEqual({ Owner: 'AWS', SourceIdentifier: 'CW_LOGGROUP_RETENTION_PERIOD_CHECK' });
    expect(MaximumExecutionFrequency).toBe('TwentyFour_Hours');
    const asked = InputParameters as { MinRetentionTime: Value; LogGroupNames: { 'Fn::Join': Value[] } };
    expect(Number(asked.MinRetentionTime)).toBe(365);
    const [, looked] = asked.LogGroupNames['Fn::Join'] as [string, { Ref: string }[]];
    expect(looked.map(({ Ref }) => Ref).sort()).toEqual(
      resourcesOf(template(), 'AWS::Logs::LogGroup')
        .map(([id]) => id)
        .sort(),
    );
    const { EventPattern, Targets } = propertiesOf(template(), 'LogPeriodTooShort');
    expect(EventPattern).toMatchObject({
      source: ['aws.config'],
      detail: {
        configRuleName: [ConfigRuleName],
        newEvaluationResult: { complianceType: ['NON_COMPLIANT'] },
      },
    });
    expect(Targets).toMatchObject([{ Arn: { Ref: 'AlarmTopic' } }]);
    const { PolicyDocument } = propertiesOf(template(), 'AlarmTopicPolicy');
    expect(stringsIn(PolicyDocument as Value)).toEqual(
      expect.arrayContaining(['cloudwatch.amazonaws.com', 'events.amazonaws.com', 'sns:Publish']),
    );
  });

  it('asks the logs of every function whose data was opened, by saved queries (B3)', () => {
    const queries = resourcesOf(template(), 'AWS::Logs::QueryDefinition');
    expect(queries.map(([id]) => id).sort()).toEqual([
      'TrailDoubtsQuery',
      'TrailLinesQuery',
      'TrailOpenedQuery',
    ]);
    for (const [, { LogGroupNames }] of queries)
      expect((LogGroupNames as string[]).sort()).toEqual(
        names.map((name) => `/aws/lambda/leliao-production-${name}`).sort(),
      );
    // A field that no line has would find nothing, and nobody would know.
    const asked = queries.flatMap(([, { QueryString }]) => [
      ...String(QueryString).matchAll(
        /\b(event|at|day|operation|function|instance|seq|invocation|requestId|left)\b/g,
      ),
    ]);
    const written = new Set<string>(logFields);
    expect(asked.map(([field]) => field).filter((field) => !written.has(field))).toEqual([]);
  });

  it('writes no address, agent or path into the access log (S8)', () => {
    const { AccessLogSettings: settings } = propertiesOf(template(), 'HttpApiStage') as never;
    const said = Object.values(JSON.parse((settings as { Format: string }).Format) as Record<string, string>);
    expect(said.sort()).toEqual(
      [
        'requestId',
        'requestTimeEpoch',
        'routeKey',
        'status',
        'responseLatency',
        'integrationStatus',
        'integration.requestId',
      ]
        .map((name) => `$context.${name}`)
        .sort(),
    );
  });

  it('keeps a share of calls and of capacity for sign-in, whatever an announcement sets going', () => {
    const login = propertiesOf(template(), 'LoginLambdaFunction');
    expect(login.ReservedConcurrentExecutions).toBe(100);
    const { DefaultRouteSettings: others, RouteSettings } = propertiesOf(
      template(),
      'HttpApiStage',
    ) as never as {
      DefaultRouteSettings: { ThrottlingRateLimit: number; ThrottlingBurstLimit: number };
      RouteSettings: Record<string, { ThrottlingRateLimit: number }>;
    };
    const route = 'POST /v1/login/{operation}';
    expect(Object.keys(RouteSettings)).toEqual([route]);
    expect(resourcesOf(template(), 'AWS::ApiGatewayV2::Route').map(([, { RouteKey }]) => RouteKey)).toContain(
      route,
    );
    expect(RouteSettings[route]?.ThrottlingRateLimit).toBeGreaterThan(others.ThrottlingRateLimit);
    expect(others.ThrottlingBurstLimit).toBeGreaterThan(0);
    for (const [, mapping] of resourcesOf(template(), 'AWS::Lambda::EventSourceMapping'))
      expect(mapping.ScalingConfig).toEqual({
        MaximumConcurrency: JSON.stringify(mapping).includes('NoticeQueue') ? 40 : 5,
      });
  });

  it('rings for every function that fails or is throttled, and for the queue and the table', () => {
    const alarms = resourcesOf(template(), 'AWS::CloudWatch::Alarm').map(([, { AlarmName }]) => AlarmName);
    const wanted = names.flatMap((name) => [`${name}-errors`, `${name}-throttles`, `${name}-alarm-lines`]);
    const others = [
      'process-dead-letters',
      'notice-dead-letters',
      'notify-missed-minutes',
      'process-oldest-message',
      'hold-review-overdue',
      'retention-missed-hour',
      'retention-oldest-due',
      'api-5xx',
    ];
    const throttles = ['table', 'places'].flatMap((one) => [
      `${one}-read-throttles`,
      `${one}-write-throttles`,
    ]);
    const table = [...throttles, 'table-system-errors'];
    expect(alarms.sort()).toEqual(
      [...wanted, ...others, ...table].map((name) => `leliao-production-${name}`).sort(),
    );
    for (const [, alarm] of resourcesOf(template(), 'AWS::CloudWatch::Alarm')) {
      expect(alarm.AlarmActions).toEqual([{ Ref: 'AlarmTopic' }]);
    }
  });

  it('wakes somebody for a line of alarm, whatever function writes it', () => {
    const [filters, alarms] = ['AWS::Logs::MetricFilter', 'AWS::CloudWatch::Alarm'].map((type) =>
      resourcesOf(template(), type).map(([, one]) => one),
    );
    for (const name of names) {
      const group = `${name.charAt(0).toUpperCase()}${name.slice(1)}LogGroup`;
      expect(template().Resources[group]?.Type).toBe('AWS::Logs::LogGroup');
      const [MetricNamespace, MetricName] = ['leliao-production', `${name}-alarm-lines`];
      expect(filters).toContainEqual({
        LogGroupName: { Ref: group },
        FilterPattern: '{ $.event = "alarm" }',
        MetricTransformations: [{ MetricNamespace, MetricName, MetricValue: '1' }],
      });
      const seen = { Namespace: MetricNamespace, MetricName, Threshold: 0, Statistic: 'Sum' };
      expect(alarms).toContainEqual(expect.objectContaining(seen));
    }
  });

  it.each([
    ['ProcessQueue', 'RetentionLambdaFunction'],
    ['NoticeQueue', 'NotifyLambdaFunction'],
  ])('hands %s to %s in batches of which each message may fail alone', (queue, lambda) => {
    const mappings = resourcesOf(template(), 'AWS::Lambda::EventSourceMapping').map(([, mapping]) => mapping);
    expect(mappings).toContainEqual(
      expect.objectContaining({
        EventSourceArn: { 'Fn::ImportValue': `leliao-production-${queue}Arn` },
        FunctionName: { 'Fn::GetAtt': [lambda, 'Arn'] },
        FunctionResponseTypes: ['ReportBatchItemFailures'],
      }),
    );
  });

  it('starts retention every hour', () => {
    const rules = resourcesOf(template(), 'AWS::Events::Rule').map(([, rule]) => rule);
    expect(rules.find(({ Name }) => Name === 'leliao-production-retention-hourly')).toMatchObject({
      ScheduleExpression: 'cron(0 * * * ? *)',
      State: 'ENABLED',
    });
  });

  it.each([
    ['ProcessQueue', 'RetentionLambdaFunction'],
    ['NoticeQueue', 'NotifyLambdaFunction'],
  ])(
    'gives up on a message of %s only after the time of %s, five tries and a dead-letter queue',
    (name, lambda) => {
      const queue = propertiesOf(data(), name);
      const { Timeout } = propertiesOf(template(), lambda);
      expect(queue.SqsManagedSseEnabled).toBe(true);
      expect(Number(queue.VisibilityTimeout)).toBeGreaterThanOrEqual(6 * Number(Timeout));
      expect(queue.RedrivePolicy).toMatchObject({ maxReceiveCount: 5 });
    },
  );

  const variablesOf = ({ Environment }: { Environment?: unknown }) =>
    (Environment as { Variables: Record<string, unknown> }).Variables;

  it('carries no secret: settings are references or plainly public', () => {
    const text = JSON.stringify(template());
    for (const secret of Object.values(secrets)) expect(text).not.toContain(secret);
    for (const [, properties] of lambdas()) {
      expect(variablesOf(properties).SERVICE_REGION).toBe(region);
      expect(properties.KmsKeyArn).toEqual({ 'Fn::GetAtt': ['SettingsKey', 'Arn'] });
    }
  });

  it('gives every function the settings of its capabilities and no others', () => {
    for (const [, properties] of lambdas()) {
      const name = String(properties.FunctionName).split('-').at(-1) as FunctionName;
      const given = { [name]: Object.keys(variablesOf(properties)).sort() };
      expect(given).toEqual({ [name]: settingsOf(functionCapabilities[name]).sort() });
    }
    const holders = (setting: string) =>
      lambdas().flatMap(([id, properties]) => (setting in variablesOf(properties) ? [id] : []));
    expect(holders('FACEID_SECRET_KEY')).toEqual(['IdentityLambdaFunction']);
    expect(holders('NETWORK_IDENTITY_BASE')).toEqual(['IdentityLambdaFunction']);
    expect(holders('WECHAT_SECRET').sort()).toEqual([
      ...['CardsLambdaFunction', 'LoginLambdaFunction', 'NotifyLambdaFunction', 'ProfileLambdaFunction'],
    ]);
    expect(holders('SMS_SECRET_KEY')).toEqual(['NotifyLambdaFunction']);
    expect(holders('SMTP_PASSWORD').sort()).toEqual(['NotifyLambdaFunction', 'ProfileLambdaFunction']);
    expect(holders('LINK_ENTRIES')).toEqual(['LoginLambdaFunction']);
  });

  it('names the version of every secret, so that the next deployment takes a new one', () => {
    const references = stringsIn(template() as never).filter((text) =>
      text.includes('resolve:secretsmanager'),
    );
    expect(references.length).toBeGreaterThan(3);
    const version = '[a-z-]*';
    const form = new RegExp(
      `^{{resolve:secretsmanager:leliao-production-(wechat|faceid|sms|mail):SecretString:[A-Za-z]+::${version}}}$`,
    );
    for (const text of references) expect(text).toMatch(form);
    const ofWechat = references.filter((text) => text.includes('-wechat:'));
    for (const text of ofWechat) expect(text).toContain('::version-of-the-secret}}');
  });

  it('does without the secrets of FaceID, SMS and mail while nobody has named one', () => {
    const { Conditions } = template() as never as { Conditions: object };
    const isNamed = { 'Fn::Not': [{ 'Fn::Equals': ['', ''] }] };
    expect(Conditions).toEqual({ WithFaceId: isNamed, WithSms: isNamed, WithMail: isNamed });
    const optional = {
      WithFaceId: ['IdentityLambdaFunction', 'FACEID_SECRET_ID', 'FACEID_SECRET_KEY', 'FACEID_RULE_ID'],
      WithSms: ['NotifyLambdaFunction', 'SMS_SECRET_ID', 'SMS_SECRET_KEY', 'SMS_APP_ID'],
      WithMail: ['NotifyLambdaFunction', 'SMTP_USER', 'SMTP_PASSWORD'],
    };
    for (const [condition, [id = '', ...settings]] of Object.entries(optional)) {
      const given = variablesOf(propertiesOf(template(), id));
      for (const setting of settings)
        expect(given[setting]).toEqual({ 'Fn::If': [condition, expect.any(String), ''] });
    }
  });

  it('asks for nothing that the China regions do not have', () => {
    const types = Object.values(template().Resources).map(({ Type }) => Type);
    const absent = /Lambda::Url|Scheduler::|Cognito|CloudFront|XRay|SES::/;
    expect(types.filter((type) => absent.test(type))).toEqual([]);
    for (const [, properties] of lambdas()) expect(properties.TracingConfig).toBeUndefined();
  });
});

it('every function answers its first call with nothing but its own files and its own settings', async () => {
  const endpoint = process.env.TEST_TABLE_ENDPOINT ?? '';
  const all = { ...localSettings(endpoint), TABLE_NAME: `bare-${randomBytes(6).toString('hex')}` };
  const person = await makePerson(all);
  const [region = awsRegions[0]] = regions;
  for (const [, { Handler, FunctionName }] of resourcesOf(
    templates[region] as Template,
    'AWS::Lambda::Function',
  )) {
    const name = String(FunctionName).split('-').at(-1) as FunctionName;
    const read = [...settingsOf(functionCapabilities[name]), 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
    const own = Object.fromEntries(Object.entries(all).filter(([setting]) => read.includes(setting)));
    const { event } = (firstCalls[name] as (person: Person) => FirstCall)(person);
    const zip = join(outDir, 'aws', region, `${name}.zip`);
    demandSuccess(name, await firstAnswer(zip, String(Handler), own, event));
  }
});

it('refuses to package while a required parameter is empty, and names it', async () => {
  for (const given of [{}, { wechatSecretVersion: ' ' }] as Record<string, string>[])
    await expect(packageAll({ outDir, parameters: given })).rejects.toThrow(
      /^Empty parameters: .*wechatSecretVersion/,
    );
});

it('a type, a property or a value that nobody has published is found', () => {
  const queue = (properties: object) => ({ Q: { Type: 'AWS::SQS::Queue', Properties: properties } });
  expect(faultsOf(queue({ QueueName: 'q', VisibilityTimeout: 360 }))).toEqual([]);
  expect(faultsOf(queue({ QueName: 'q' }))).toEqual(['Q (AWS::SQS::Queue): no property QueName']);
  expect(faultsOf(queue({ VisibilityTimeout: 'long' }))).toHaveLength(1);
  expect(faultsOf({ T: { Type: 'AWS::DynamoDB::Tabel' } })).toEqual(['T: no type AWS::DynamoDB::Tabel']);
  expect(faultsOf({ T: { Type: 'AWS::DynamoDB::Table', Properties: {} } })).toEqual([
    'T (AWS::DynamoDB::Table): KeySchema is missing',
  ]);
});
