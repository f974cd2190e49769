import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { functionNames as foldersOf } from '../../infra/build/build';
import { capabilityFiles, functionNames } from '../../infra/capabilities/files';
import { API_PATH } from '../../lib/api-version';
import { type FunctionName, functionCapabilities, settingsOf } from '../../lib/capabilities';
import { leadsTo } from '../../lib/config';

const root = resolve(__dirname, '..', '..');
const text = (path: string) => readFile(resolve(root, path), 'utf8');

const CLOUDBASE = 'infra/cloudbase/cloudbaserc.json';

type Declared = {
  handler: string;
  environment: string;
  timeout?: number;
  package: { patterns: string[] };
  events: object[];
};

async function serverlessYml() {
  // The CloudFormation tags (!GetAtt, !Ref) are read as plain text here.
  const { functions, provider } = parse(await text('serverless.yml'), { logLevel: 'error' });
  return { functions: functions as Record<string, Declared>, provider };
}

it('functions/ and serverless.yml name the same functions, and each that people, not the staff alone, call has a door', async () => {
  const folders = await foldersOf();
  const { functions } = await serverlessYml();
  const ofPeople = (name: string) =>
    (functionCapabilities[name as FunctionName] as readonly string[]).includes('people');
  const called = Object.entries(functions).filter(
    ([name, { events }]) => ofPeople(name) && events.some((event) => 'httpApi' in event),
  );
  const { functions: doors } = JSON.parse(await text(CLOUDBASE));
  const names = {
    'serverless.yml': Object.keys(functions).sort(),
    [CLOUDBASE]: doors.map(({ name }: { name: string }) => name).sort(),
  };
  expect(names).toEqual({
    'serverless.yml': folders,
    [CLOUDBASE]: called.map(([name]) => name).sort(),
  });
});

it('every function in serverless.yml runs and ships its own bundle and nothing else', async () => {
  const { functions } = await serverlessYml();
  for (const [
    name,
    {
      handler,
      package: { patterns },
    },
  ] of Object.entries(functions)) {
    expect({ 'functions of serverless.yml': name, handler, patterns }).toEqual({
      'functions of serverless.yml': name,
      handler: `dist/functions/${name}/index.handler`,
      patterns: [`dist/functions/${name}/*.js`],
    });
  }
});

it('people reach a function only by its own path', async () => {
  const { functions } = await serverlessYml();
  const paths = Object.entries(functions).flatMap(([name, { events }]) =>
    events.flatMap((event) => ('httpApi' in event ? [[name, event.httpApi]] : [])),
  );
  expect({ 'httpApi events of serverless.yml': paths }).toEqual({
    'httpApi events of serverless.yml': [
      ['login', `POST ${API_PATH}/login/{operation}`],
      ['login', 'GET /login/web'],
      ['consent', `POST ${API_PATH}/consent/{operation}`],
      ['consent', 'GET /.well-known/jwks.json'],
      ['consent', 'GET /'],
      ['consent', '*'],
      ['cards', `POST ${API_PATH}/cards/{operation}`],
      ['profile', `POST ${API_PATH}/profile/{operation}`],
      ['location', `POST ${API_PATH}/location/{operation}`],
      ['identity', `POST ${API_PATH}/identity/{operation}`],
      ['rights', `POST ${API_PATH}/rights/{operation}`],
      ['breach', `POST ${API_PATH}/breach/{operation}`],
      ['events', 'GET /events/wechat'],
      ['events', 'POST /events/wechat'],
      ['events', 'POST /events/mail'],
      ['events', 'POST /events/sms'],
      ['retention', `POST ${API_PATH}/retention/{operation}`],
      ['audit', `POST ${API_PATH}/audit/{operation}`],
    ],
  });
});

it('every function of serverless.yml has a row of capabilities, and reads the settings of that row', async () => {
  const { functions } = await serverlessYml();
  expect(Object.keys(functions).sort()).toEqual([...functionNames].sort());
  for (const [name, { environment }] of Object.entries(functions))
    expect(environment).toBe(`\${file(./infra/aws/environment-\${self:custom.host}.yml):${name}}`);
});

it.each(Object.entries(capabilityFiles()))(
  '%s is as npm run capabilities writes it',
  async (path, written) => {
    expect(await text(path)).toBe(written);
  },
);

it('docs/settings.md says of every setting who reads it', async () => {
  const called = functionNames.filter((name) =>
    (functionCapabilities[name] as readonly string[]).includes('people'),
  );
  const groups: Record<string, readonly string[]> = {
    all: functionNames,
    'those that people call': called,
  };
  const rows = (await text('docs/settings.md')).matchAll(/^\| ((?:`[A-Z_]+`(?:, )?)+) \|.*\| ([^|]+) \|$/gm);
  const said = [...rows].flatMap(([, settings = '', readers = '']) =>
    [...settings.matchAll(/`([A-Z_]+)`/g)].map(([, setting = '']) => [
      setting,
      readers.split(', ').flatMap((name) => groups[name] ?? [name]),
    ]),
  );
  const reads = (setting: string) =>
    functionNames.filter((name) => settingsOf(functionCapabilities[name]).includes(setting));
  const sorted = (pairs: [string, readonly string[]][]) =>
    Object.fromEntries(pairs.map(([setting, names]) => [setting, [...names].sort()]));
  expect({ 'settings of docs/settings.md': sorted(said as [string, readonly string[]][]) }).toEqual({
    'settings of docs/settings.md': sorted(Object.keys(leadsTo).map((setting) => [setting, reads(setting)])),
  });
});
