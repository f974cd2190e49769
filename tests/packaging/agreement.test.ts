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

it('functions/ and serverless.yml name the same functions, and each that people call has a door', async () => {
  const folders = await functionNames();
  const { functions } = await serverlessYml();
  const called = Object.entries(functions).filter(([, { events }]) =>
    events.some((event) => 'httpApi' in event),
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

it('the functions read the same settings here as in the cloud', async () => {
  const onlyLocal = ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY'];
  const read = async (host: string): Promise<Record<'all' | 'identity', object>> =>
    parse(await text(`infra/aws/environment-${host}.yml`), { logLevel: 'error' });
  const [cloud, local] = [await read('cloud'), await read('local')];
  for (const part of ['all', 'identity'] as const) {
    const names = Object.keys(local[part]).filter((name) => !onlyLocal.includes(name));
    const where = `${part} in infra/aws/environment-local.yml`;
    expect({ [where]: names }).toEqual({ [where]: Object.keys(cloud[part]) });
  }
});
