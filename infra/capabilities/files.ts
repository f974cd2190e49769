import { stringify } from 'yaml';
import { type Capability, type FunctionName, functionCapabilities, settingsOf } from '../../lib/capabilities';
import { architecturePicture } from '../pictures/architecture';
import { seenPicture } from '../pictures/seen';
import type { Principal } from './rights';
import { savedQueries } from './saved-queries';
import { environmentOf, type Host } from './settings';
import { type Statement, statementsOf } from './statements';

export const functionNames = Object.keys(functionCapabilities) as FunctionName[];
const principals: Principal[] = [...functionNames, 'key-rotation'];

/** The files that `npm run capabilities` writes, by path from the top of the project. */
export function capabilityFiles(): Record<string, string> {
  return {
    'infra/aws/environment-cloud.yml': environments('cloud'),
    'infra/aws/environment-local.yml': environments('local'),
    'infra/aws/roles.yml': roles(),
    'infra/aws/alarms-functions.yml': alarms(),
    'infra/aws/saved-queries.yml': yaml({ Resources: savedQueries(functionNames) }),
    'infra/cloudbase/cloudbaserc.json': `${JSON.stringify(doors(), null, 2)}\n`,
    'docs/pictures/architecture.svg': architecturePicture(),
    'docs/pictures/seen.svg': seenPicture(),
  };
}

/** Of all names of a stage. */
const PREFIX = `\${self:custom.prefix}`;
const HEAD = 'Written by npm run capabilities from lib/capabilities.ts and infra/capabilities/: do not edit.';

function yaml(content: object, ...said: string[]): string {
  const head = [HEAD, ...said].map((line) => `# ${line}\n`).join('');
  return head + stringify(content, { lineWidth: 0, aliasDuplicateObjects: false, version: '1.1' });
}

function environments(host: Host): string {
  const all = Object.fromEntries(functionNames.map((name) => [name, environmentOf(name, host)]));
  return yaml(
    all,
    `What each function reads ${host === 'cloud' ? 'in AWS' : 'on this machine'} (lib/config.ts).`,
  );
}

const idOf = (name: string): string =>
  name
    .split('-')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

function roles(): string {
  const all = principals.map((name) => [`${idOf(name)}Role`, role(name)] as const);
  const said = 'Role names are shared by both regions of an account, hence the region in them.';
  return yaml({ Resources: Object.fromEntries(all) }, said);
}

function role(name: Principal): object {
  return {
    Type: 'AWS::IAM::Role',
    Properties: {
      RoleName: `\${self:custom.prefix}-\${self:provider.region}-${name}`,
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: 'sts:AssumeRole',
            ...(name === 'key-rotation' ? BY_A_PERSON : BY_LAMBDA),
          },
        ],
      },
      Policies: [
        {
          PolicyName: name,
          PolicyDocument: {
            Version: '2012-10-17',
            Statement: statementsOf(name).map((one) => statement(name, one)),
          },
        },
      ],
    },
  };
}

const BY_LAMBDA = { Principal: { Service: 'lambda.amazonaws.com' } };
/** With a second factor, for as long as the run lasts. */
const BY_A_PERSON = {
  Principal: { AWS: { 'Fn::Sub': `arn:\${AWS::Partition}:iam::\${AWS::AccountId}:root` } },
  Condition: { Bool: { 'aws:MultiFactorAuthPresent': true } },
};

function statement(name: Principal, { sid, actions, on, keys }: Statement): object {
  const resources = on.map((one) => arnOf(name, one));
  return {
    Sid: sid,
    Effect: 'Allow',
    Action: actions,
    Resource: resources.length === 1 ? resources[0] : resources,
    // Of no keys at all ForAllValues says yes, hence the second condition.
    ...(keys && {
      Condition: {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
    }),
  };
}

/** A thing of the rights in the words of CloudFormation: the app's own, or one that the stack of the data exports. */
function arnOf(name: Principal, thing: string): object | string {
  if (thing === 'OwnLog') {
    const log = `log-group:/aws/lambda/\${self:custom.prefix}-${name}:*`;
    return { 'Fn::Sub': `arn:\${AWS::Partition}:logs:\${AWS::Region}:\${AWS::AccountId}:${log}` };
  }
  // Of the other region, where one stands; until then an ARN that is nobody's.
  if (thing === 'OtherRootKey')
    return `\${param:otherRootKeyArn, 'arn:aws-cn:kms:cn-north-1:000000000000:key/none'}`;
  if (thing === 'SettingsKey') return { 'Fn::GetAtt': ['SettingsKey', 'Arn'] };
  const [id = '', ...below] = thing.split('/');
  const imported = { 'Fn::ImportValue': `\${self:custom.prefix}-${id}Arn` };
  if (below.length === 0) return imported;
  return { 'Fn::Join': ['/', [imported, ...below]] };
}

/** Three alarms a function: it failed, its calls were turned away, and its log says that a human has to look. */
function alarms(): string {
  const all = functionNames.flatMap((name) => [
    alarm(name, 'Errors', `The function ${name} failed. Its log has the request ids.`),
    alarm(
      name,
      'Throttles',
      `Calls of ${name} were turned away. See its reserved concurrency in serverless.yml.`,
    ),
    ...alarmLines(name),
  ]);
  return yaml({ Resources: Object.fromEntries(all) });
}

/** What the lines of some functions are about, beside the partners that a function asks. */
const linesOf: Partial<Record<FunctionName, string>> = {
  identity: 'A head-count may have reached a threshold of the law.',
  retention:
    'A process is stuck, or a sweep failed in part or is not finished; infra/runbooks/retention.md says what to do.',
  notify: 'A notice does not go on.',
};

/** WeChat gives whoever asks it with the secret no access token, and nothing that needs one works until that is mended. */
const NO_TOKEN =
  'Where WeChat gives no access token they say whether the secret is wrong (40125) or the address is not listed there (40164).';

/** Lines with the event "alarm": whatever function writes one, somebody is woken. */
function alarmLines(name: FunctionName): [string, object][] {
  const has: readonly Capability[] = functionCapabilities[name];
  const said = [
    `Look for lines with the event "alarm" in the log of ${name}: they name the partner and the cause.`,
    linesOf[name],
    settingsOf(has).includes('WECHAT_SECRET') ? NO_TOKEN : undefined,
  ];
  const [metric, namespace] = [`${name}-alarm-lines`, PREFIX];
  const filter = {
    LogGroupName: { Ref: `${idOf(name)}LogGroup` },
    FilterPattern: '{ $.event = "alarm" }',
    MetricTransformations: [{ MetricNamespace: namespace, MetricName: metric, MetricValue: '1' }],
  };
  const rings = ring(metric, said.filter(Boolean).join(' '), { namespace, metric, dimensions: [] });
  return [
    [`${idOf(name)}AlarmLines`, { Type: 'AWS::Logs::MetricFilter', Properties: filter }],
    [`${idOf(name)}AlarmLinesSeen`, rings],
  ];
}

function alarm(name: string, metric: string, said: string): [string, object] {
  const dimensions = [{ Name: 'FunctionName', Value: { Ref: `${idOf(name)}LambdaFunction` } }];
  const of = { namespace: 'AWS/Lambda', metric, dimensions };
  return [`${idOf(name)}${metric}`, ring(`${name}-${metric.toLowerCase()}`, said, of)];
}

type Metric = { namespace: string; metric: string; dimensions: object[] };

/** Rings for anything of a metric within five minutes. */
function ring(name: string, said: string, { namespace, metric, dimensions }: Metric): object {
  const properties = {
    AlarmName: `${PREFIX}-${name}`,
    AlarmDescription: said,
    AlarmActions: [{ Ref: 'AlarmTopic' }],
    Namespace: namespace,
    MetricName: metric,
    Statistic: 'Sum',
    Period: 300,
    EvaluationPeriods: 1,
    Threshold: 0,
    ComparisonOperator: 'GreaterThanThreshold',
    TreatMissingData: 'notBreaching',
    Dimensions: dimensions,
  };
  return { Type: 'AWS::CloudWatch::Alarm', Properties: properties };
}

/** A door in CloudBase for every function that people call (docs/adr/0017-cloudbase-is-a-door.md). */
function doors(): object {
  const read = ['STAGE', 'API_BASE', 'OPERATOR_HOSTS', 'WECHAT_APPID', 'DOOR_KEY'];
  const called = functionNames.filter((name) => functionCapabilities[name].some((one) => one === 'people'));
  return {
    envId: '{{env.CLOUDBASE_ENV_ID}}',
    region: 'ap-guangzhou',
    functionRoot: './functions',
    functions: called.map((name) => ({
      name,
      type: 'Event',
      handler: 'index.main',
      runtime: 'Nodejs20.19',
      memorySize: 256,
      timeout: 15,
      installDependency: false,
      instanceConcurrencyConfig: { dynamicEnabled: false, maxConcurrency: 1 },
      envVariables: Object.fromEntries(read.map((one) => [one, `{{env.${one}}}`])),
    })),
  };
}
