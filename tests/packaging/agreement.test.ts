import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parse } from 'yaml';
import { functionNames } from '../../infra/build/build';

const root = resolve(__dirname, '..', '..');
const text = (path: string) => readFile(resolve(root, path), 'utf8');

const CLOUDBASE = 'infra/cloudbase/cloudbaserc.json';

type Declared = { handler: string; timeout?: number; package: { patterns: string[] }; events: object[] };

async function serverlessYml() {
  // The CloudFormation tags (!GetAtt, !Ref) are read as plain text here.
  const { functions, provider } = parse(await text('serverless.yml'), { logLevel: 'error' });
  return { functions: functions as Record<string, Declared>, provider };
}

it('functions/, serverless.yml and cloudbaserc.json name the same functions', async () => {
  const folders = await functionNames();
  const aws = Object.keys((await serverlessYml()).functions).sort();
  const { functions } = JSON.parse(await text(CLOUDBASE));
  const cloudbase = functions.map(({ name }: { name: string }) => name).sort();
  expect({ 'serverless.yml': aws, [CLOUDBASE]: cloudbase }).toEqual({
    'serverless.yml': folders,
    [CLOUDBASE]: folders,
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
      ['login', 'POST /login/{operation}'],
      ['login', 'GET /login/web'],
      ['consent', 'POST /consent/{operation}'],
      ['consent', 'GET /.well-known/jwks.json'],
      ['cards', 'POST /cards/{operation}'],
      ['profile', 'POST /profile/{operation}'],
      ['location', 'POST /location/{operation}'],
      ['identity', 'POST /identity/{operation}'],
    ],
  });
});

it('both clouds give a function the same time', async () => {
  const { functions, provider } = await serverlessYml();
  for (const { name, timeout } of JSON.parse(await text(CLOUDBASE)).functions) {
    const where = `timeout of ${name} in ${CLOUDBASE}`;
    expect({ [where]: timeout }).toEqual({ [where]: functions[name]?.timeout ?? provider.timeout });
  }
});

it('both clouds hand a function the same settings, besides those that only one of them has', async () => {
  const onlyAws = ['OBJECTS_ENDPOINT', 'SQS_ENDPOINT', 'TABLE_ENDPOINT'];
  const onlyCloudBase = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'CLOUDBASE_TIMER_SOURCES'];
  const read = async (host: string): Promise<Record<'all' | 'identity', object>> =>
    parse(await text(`infra/aws/environment-${host}.yml`), { logLevel: 'error' });
  const [cloud, local] = [await read('cloud'), await read('local')];
  for (const part of ['all', 'identity'] as const) {
    const names = Object.keys(local[part]).filter((name) => !onlyCloudBase.includes(name));
    const where = `${part} in infra/aws/environment-local.yml`;
    expect({ [where]: names }).toEqual({ [where]: Object.keys(cloud[part]) });
  }
  for (const { name, envVariables } of JSON.parse(await text(CLOUDBASE)).functions) {
    const aws = Object.keys({ ...cloud.all, ...(name === 'identity' && cloud.identity) });
    const given = Object.keys(envVariables).filter((one) => !onlyCloudBase.includes(one));
    const where = `envVariables of ${name} in ${CLOUDBASE}`;
    expect({ [where]: given.sort() }).toEqual({
      [where]: aws.filter((one) => !onlyAws.includes(one)).sort(),
    });
  }
});
