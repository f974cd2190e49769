import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build, bundledFiles, functionNames } from '../../infra/build/build';
import { packageAll } from '../../infra/build/package';
import { cloudbaseRegions } from '../../lib/policy/residency';
import { runInCloudBase } from '../support/cloudbase-run';

type Trigger = { name: string; type: string; config: string };
type CloudFunction = {
  name: string;
  handler: string;
  runtime: string;
  timeout: number;
  memorySize: number;
  installDependency: boolean;
  instanceConcurrencyConfig: { maxConcurrency: number };
  envVariables: Record<string, string>;
  triggers?: Trigger[];
};
type CloudBaseSettings = {
  version?: string;
  region: string;
  functionRoot: string;
  functions: CloudFunction[];
};

let outDir: string;
let settings: CloudBaseSettings;

const packageFor = async (CLOUDBASE_REGION: string) => {
  await packageAll({ regions: [], outDir, environment: { ...process.env, CLOUDBASE_REGION } });
  const text = await readFile(join(outDir, 'cloudbase', 'cloudbaserc.json'), 'utf8');
  return JSON.parse(text) as CloudBaseSettings;
};

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'leliao-cloudbase-'));
  settings = await packageFor('');
});

afterAll(() => rm(outDir, { recursive: true, force: true }));

it('deploys every function from a folder with the very bundle that AWS gets, and nothing to install', async () => {
  const { functions } = await build();
  for (const one of functions) {
    const { name, file } = one;
    const folder = join(outDir, 'cloudbase', settings.functionRoot, name);
    for (const part of ['index.js', ...bundledFiles(one)]) {
      const here = await readFile(join(folder, part));
      expect(here.equals(await readFile(join(dirname(file), part)))).toBe(true);
    }
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    expect(manifest).toEqual({ name: `leliao-${name}`, private: true, main: 'index.js' });
  }
});

it('keeps to what the platform accepts', () => {
  expect([undefined, '2.1']).toContain(settings.version);
  for (const one of settings.functions) {
    expect(one).toMatchObject({ handler: 'index.main', runtime: 'Nodejs20.19', installDependency: false });
    expect([128, 256, 512, 1024, 2048]).toContain(one.memorySize);
    expect(one.timeout).toBeGreaterThanOrEqual(1);
    expect(one.timeout).toBeLessThanOrEqual(60);
    expect((one.triggers ?? []).length).toBeLessThanOrEqual(1);
  }
});

it('lets one instance serve one call at a time (ADR 2)', () => {
  for (const one of settings.functions) expect(one.instanceConcurrencyConfig.maxConcurrency).toBe(1);
});

it('starts retention at 02:00 and the look at the gauges at 02:30 Beijing, by timers of seven fields', () => {
  const timers = settings.functions.flatMap(({ triggers = [] }) => triggers);
  expect(timers).toEqual([
    { name: 'gauges', type: 'timer', config: '0 30 2 * * * *' },
    { name: 'hourly', type: 'timer', config: '0 0 * * * * *' },
  ]);
  const timed = settings.functions.filter(({ triggers }) => triggers).map(({ name }) => name);
  expect(timed).toEqual(['identity', 'retention']);
});

it('writes no setting into the file: each comes from the environment of whoever deploys', () => {
  for (const { envVariables } of settings.functions) {
    for (const [name, value] of Object.entries(envVariables)) expect(value).toBe(`{{env.${name}}}`);
  }
});

it('goes to a mainland region only, and names the setting when it is asked for another (S1)', async () => {
  expect(cloudbaseRegions).toContain(settings.region);
  expect((await packageFor('ap-shanghai')).region).toBe('ap-shanghai');
  await expect(packageFor('ap-hongkong')).rejects.toThrow(/^CLOUDBASE_REGION points outside mainland China/);
});

it('gives each function every setting that it reads, so that it starts', async () => {
  const values: Record<string, string> = {
    STAGE: 'test',
    SERVICE_REGION: 'cn-north-1',
    TABLE_NAME: 'packaging',
    PROCESS_QUEUE_URL: 'http://127.0.0.1/queue',
    OBJECTS_BUCKET: 'packaging-objects',
    ROOT_KEY: `local:${Buffer.alloc(32, 7).toString('base64')}`,
    SEAL_SUITE: 'aes',
    WECHAT_API_BASE: 'http://127.0.0.1',
    WECHAT_APPID: 'wx-packaging',
    WECHAT_SECRET: 'secret',
  };
  const names = await functionNames();
  for (const { name, envVariables } of settings.functions.filter((one) => names.includes(one.name))) {
    const env = Object.fromEntries(Object.keys(envVariables).map((key) => [key, values[key] ?? '']));
    const event = { operation: 'nothingOfThisName', input: {} };
    const reply = await runInCloudBase({ functionName: name, event, openid: 'o-packaging', env });
    expect(reply).toMatchObject({ ok: false, error: { code: 'UNKNOWN_OPERATION' } });
  }
});
