import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { awsRegions, cloudbaseRegions, ResidencyError } from '../../lib/policy/residency';
import { requiredParameters } from '../capabilities/settings';
import { Stop } from '../command-line/exit';
import { neededTexts, someOf, text } from '../command-line/options';
import { program, start } from '../command-line/program';
import { words } from '../command-line/words';
import { type BuildResult, build } from './build';
import { dataStack } from './data-stack';

const root = resolve(__dirname, '../..');
const run = promisify(execFile);

/** The template of the stack that holds the data, deployed before the app (infra/runbooks/deployment.md). */
const DATA_STACK = 'data-stack.json';

/** A file to deploy. */
export type Artefact = {
  /** Absolute path. */
  file: string;
  bytes: number;
};

export type Options = {
  /** AWS regions to package for; both China regions unless told otherwise. */
  regions?: readonly string[];
  /** `staging` or `production`. */
  stage?: string;
  /** What the deployment decides, by name (README.md). Those that are required may not be empty. */
  parameters?: Record<string, string>;
  /** Where `aws/` and `cloudbase/` go; the bundles themselves are always made in dist/. */
  outDir?: string;
  environment?: Record<string, string | undefined>;
  /** What lies in dist/ already; it is built anew unless told. */
  built?: BuildResult;
};

/**
 * Makes everything that is deployed, for both clouds, without network: `dist/aws/<region>/` and `dist/cloudbase/`.
 * @throws ResidencyError when a region or another setting points outside mainland China (S1)
 * @throws Error when a required parameter is empty, or serverless.yml does not package, with what the framework said
 */
export async function packageAll(options: Options = {}): Promise<Artefact[]> {
  const { regions = awsRegions, stage = 'production', environment = process.env, parameters = {} } = options;
  const { outDir = join(root, 'dist') } = options;
  for (const region of regions) assertAmong('--region', region, awsRegions);
  if (environment.CLOUDBASE_REGION)
    assertAmong('CLOUDBASE_REGION', environment.CLOUDBASE_REGION, cloudbaseRegions);
  const missing = regions.length > 0 ? requiredParameters.filter((name) => !parameters[name]?.trim()) : [];
  if (missing.length > 0)
    throw new Error(`Empty parameters: give each with --param NAME=VALUE: ${missing.join(', ')}.`);
  const { built = await build({ environment }) } = options;
  const artefacts: Artefact[] = [];
  // One after the other: the framework keeps its intermediate files in one place.
  for (const region of regions)
    artefacts.push(...(await packageForAws({ region, stage, environment, outDir, parameters })));
  return [...artefacts, ...(await packageForCloudBase(built, outDir, environment))];
}

function assertAmong(setting: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw new ResidencyError(setting, `set it to one of ${allowed.join(', ')}.`);
}

type AwsRun = Pick<Options, 'environment'> & {
  region: string;
  stage: string;
  outDir: string;
  parameters: Record<string, string>;
};

async function packageForAws({
  region,
  stage,
  outDir,
  environment,
  parameters,
}: AwsRun): Promise<Artefact[]> {
  const folder = join(outDir, 'aws', region);
  const framework = join(root, 'node_modules', 'serverless', 'bin', 'serverless.js');
  const request = ['package', '--region', region, '--stage', stage, '--package', relative(root, folder)];
  for (const [name, value] of Object.entries(parameters)) request.push('--param', `${name}=${value}`);
  await rm(folder, { recursive: true, force: true });
  try {
    await run(process.execPath, [framework, ...request], {
      cwd: root,
      env: environment as NodeJS.ProcessEnv,
    });
  } catch (error) {
    throw new Error(`Packaging for ${region} failed. ${complaintOf(error)}`);
  }
  await writeJson(join(folder, DATA_STACK), dataStack());
  const names = await readdir(folder);
  const files = names.filter((name) => /\.zip$|update-stack\.json$/.test(name) || name === DATA_STACK);
  return Promise.all(files.map((name) => artefact(join(folder, name))));
}

/** What the framework said after its heading "Error:", or all that it said. */
function complaintOf(error: unknown): string {
  const { stderr = '', stdout = '' } = error as { stderr?: string; stdout?: string };
  const said = `${stdout}\n${stderr}`;
  return said.slice(said.indexOf('Error:') + 'Error:'.length).trim();
}

async function packageForCloudBase(
  { door }: BuildResult,
  outDir: string,
  environment: NonNullable<Options['environment']>,
): Promise<Artefact[]> {
  const folder = join(outDir, 'cloudbase');
  await rm(folder, { recursive: true, force: true });
  const settings = JSON.parse(await readFile(join(root, 'infra', 'cloudbase', 'cloudbaserc.json'), 'utf8'));
  const names = settings.functions.map(({ name }: { name: string }) => name) as string[];
  const bundles = names.map(async (name) => {
    const target = join(folder, 'functions', name);
    await mkdir(target, { recursive: true });
    await copyFile(door.file, join(target, 'index.js'));
    await writeJson(join(target, 'package.json'), {
      name: `leliao-${name}`,
      private: true,
      main: 'index.js',
    });
    return artefact(join(target, 'index.js'));
  });
  const artefacts = await Promise.all(bundles);
  const region = environment.CLOUDBASE_REGION || settings.region;
  assertAmong('CLOUDBASE_REGION', region, cloudbaseRegions);
  await writeJson(join(folder, 'cloudbaserc.json'), { ...settings, region });
  return [...artefacts, await artefact(join(folder, 'cloudbaserc.json'))];
}

async function writeJson(file: string, content: object): Promise<void> {
  await writeFile(file, `${JSON.stringify(content, null, 2)}\n`);
}

async function artefact(file: string): Promise<Artefact> {
  return { file, bytes: (await stat(file)).size };
}

const packageProgram = program({
  script: 'package',
  does: words(
    '不联网做出两个 AWS 中国区域和云开发的部署文件，放在 dist/',
    'deployable artefacts for both AWS China regions and CloudBase, offline, into dist/',
  ),
  more: words('步骤见 infra/runbooks/deployment.md。', 'See infra/runbooks/deployment.md.'),
  options: {
    param: {
      ...neededTexts(
        `部署参数，可写多次；必须有 ${requiredParameters.join('、')}`,
        `a parameter of the deployment, as often as needed; required: ${requiredParameters.join(', ')}`,
      ),
      placeholder: 'NAME=VALUE',
      read: readParameter,
    },
    region: someOf(
      awsRegions,
      'region',
      `只做这个区域：${awsRegions.join('、')}`,
      `this region only: ${awsRegions.join(', ')}`,
    ),
    stage: text('staging 或 production（默认）', 'staging or production (usually)'),
  },
  knows: [Error],
  run: async ({ param, region, stage }, { print }) => {
    const parameters = Object.fromEntries(param);
    for (const { file, bytes } of await packageAll({ regions: region, stage, parameters }))
      print(`${relative(root, file).padEnd(70)} ${(bytes / 1024).toFixed(1).padStart(8)} KB`);
    return 'ok';
  },
});

function readParameter(given: string): [string, string] {
  const [, name, value] = /^(\w+)=(.*)$/s.exec(given) ?? [];
  if (name === undefined || value === undefined)
    throw new Stop('usage', words('要写成 NAME=VALUE', 'is written as NAME=VALUE'));
  return [name, value];
}

if (require.main === module) void start(packageProgram);
