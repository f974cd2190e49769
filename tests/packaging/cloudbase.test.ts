import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageAll } from '../../infra/build/package';
import { DOOR_HEADER } from '../../lib/door/assertion';
import { DOOR_CALL_MS } from '../../lib/door/door';
import { cloudbaseRegions } from '../../lib/policy/residency';
import { builtOnce } from '../support/built';
import { doorEnvironment } from '../support/door';
import { functions } from '../support/world';

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

const run = promisify(execFile);

/** Those with an operation for somebody who has signed in; what staff and partners call is in AWS alone. */
const calledByPeople = Object.entries(functions)
  .filter(([, operations]) => Object.values(operations).some(({ caller }) => caller === 'subject'))
  .map(([name]) => name);

/** A bare Node that loads a deployed door and calls it several times, one after the other. */
const WARM = `
const [folder, calls] = process.argv.slice(1);
const { main } = require(folder);
(async () => {
  const said = [];
  for (const { event, variables } of JSON.parse(calls)) {
    const context = { request_id: 'r', function_name: 'login', environment: JSON.stringify(variables) };
    const reply = await main(event, context);
    said.push(reply.ok ? 'OK' : reply.error.code);
  }
  console.log(JSON.stringify(said));
})();`;

let outDir: string;
let settings: CloudBaseSettings;

const packageFor = async (CLOUDBASE_REGION: string) => {
  await packageAll({
    regions: [],
    outDir,
    environment: { ...process.env, CLOUDBASE_REGION },
    built: await builtOnce(),
  });
  const text = await readFile(join(outDir, 'cloudbase', 'cloudbaserc.json'), 'utf8');
  return JSON.parse(text) as CloudBaseSettings;
};

beforeAll(async () => {
  outDir = await mkdtemp(join(tmpdir(), 'leliao-cloudbase-'));
  settings = await packageFor('');
});

afterAll(() => rm(outDir, { recursive: true, force: true }));

it('deploys one and the same door for every function that people call, and nothing to install', async () => {
  const { door } = await builtOnce();
  expect(settings.functions.map(({ name }) => name)).toEqual(calledByPeople);
  for (const { name } of settings.functions) {
    const folder = join(outDir, 'cloudbase', settings.functionRoot, name);
    expect((await readdir(folder)).sort()).toEqual(['index.js', 'package.json']);
    expect((await readFile(join(folder, 'index.js'))).equals(await readFile(door.file))).toBe(true);
    const manifest = JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'));
    expect(manifest).toEqual({ name: `leliao-${name}`, private: true, main: 'index.js' });
  }
});

it('keeps no data and no secret there but the key that signs', () => {
  for (const { envVariables } of settings.functions)
    expect(Object.keys(envVariables)).toEqual([
      'STAGE',
      'API_BASE',
      'OPERATOR_HOSTS',
      'WECHAT_APPID',
      'DOOR_KEY',
    ]);
});

it('has no timer there: what runs by the clock runs beside the data', () => {
  expect(settings.functions.filter(({ triggers }) => triggers)).toEqual([]);
});

it('ends before the platform does, and after the API', () => {
  for (const { timeout } of settings.functions) {
    expect(timeout * 1000).toBeGreaterThan(DOOR_CALL_MS + 1_000);
    expect(DOOR_CALL_MS).toBeGreaterThan(10_000);
  }
});

it('in one warm process tells two callers, somebody of the web and a timer apart, whatever an earlier call left', async () => {
  const heard: string[] = [];
  const api = createServer((request, response) => {
    const assertion = String(request.headers[DOOR_HEADER]);
    const { openid = 'nobody' } = JSON.parse(
      Buffer.from(assertion.split('.')[1] ?? '', 'base64url').toString(),
    );
    heard.push(openid);
    response.end('{"ok":true,"data":{}}');
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  const calls = [
    { event: { operation: 'signIn' }, variables: { WX_OPENID: 'first', WX_APPID: 'wxtest' } },
    { event: { operation: 'signIn' }, variables: { WX_OPENID: 'second', WX_APPID: 'wxtest' } },
    { event: { operation: 'signIn' }, variables: { TCB_UUID: 'of-the-web' } },
    { event: { Type: 'Timer', TriggerName: 'nightly' }, variables: { TCB_SOURCE: 'wx_trigger' } },
  ];
  const folder = join(outDir, 'cloudbase', settings.functionRoot, 'login');
  const { port } = api.address() as AddressInfo;
  const env = {
    ...doorEnvironment(`http://127.0.0.1:${port}`),
    ...{ PATH: process.env.PATH, WX_OPENID: 'stale', WX_APPID: 'wxtest', TCB_SOURCE: 'wx_client' },
  };
  const { stdout } = await run(process.execPath, ['-e', WARM, folder, JSON.stringify(calls)], {
    cwd: folder,
    env,
  });
  api.close();
  expect(heard).toEqual(['first', 'second', 'nobody']);
  expect(JSON.parse(stdout)).toEqual(['OK', 'OK', 'OK', 'BAD_REQUEST']);
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

it('lets one instance serve one call at a time, since nothing has been measured with more', () => {
  for (const one of settings.functions) expect(one.instanceConcurrencyConfig.maxConcurrency).toBe(1);
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
