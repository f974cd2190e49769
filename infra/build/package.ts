import { execFile } from 'node:child_process';
import { copyFile, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { awsRegions, cloudbaseRegions, ResidencyError } from '../../lib/policy/residency';
import { saysHelp } from '../commands/help';
import { type BuildResult, build } from './build';

const root = resolve(__dirname, '../..');
const run = promisify(execFile);

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
  /** Where `aws/` and `cloudbase/` go; the bundles themselves are always made in dist/. */
  outDir?: string;
  environment?: Record<string, string | undefined>;
};

/**
 * Makes everything that is deployed, for both clouds, without network: `dist/aws/<region>/` and `dist/cloudbase/`.
 * @throws ResidencyError when a region or another setting points outside mainland China (S1)
 * @throws Error when serverless.yml does not package, with what the framework said
 */
export async function packageAll(options: Options = {}): Promise<Artefact[]> {
  const { regions = awsRegions, stage = 'production', environment = process.env } = options;
  const { outDir = join(root, 'dist') } = options;
  for (const region of regions) assertAmong('--region', region, awsRegions);
  if (environment.CLOUDBASE_REGION)
    assertAmong('CLOUDBASE_REGION', environment.CLOUDBASE_REGION, cloudbaseRegions);
  const built = await build({ environment });
  const artefacts: Artefact[] = [];
  // One after the other: the framework keeps its intermediate files in one place.
  for (const region of regions)
    artefacts.push(...(await packageForAws({ region, stage, environment, outDir })));
  return [...artefacts, ...(await packageForCloudBase(built, outDir, environment))];
}

function assertAmong(setting: string, value: string, allowed: readonly string[]): void {
  if (!allowed.includes(value)) throw new ResidencyError(setting, `set it to one of ${allowed.join(', ')}.`);
}

type AwsRun = { region: string; stage: string; outDir: string; environment: Options['environment'] };

async function packageForAws({ region, stage, outDir, environment }: AwsRun): Promise<Artefact[]> {
  const folder = join(outDir, 'aws', region);
  const framework = join(root, 'node_modules', 'serverless', 'bin', 'serverless.js');
  const request = ['package', '--region', region, '--stage', stage, '--package', relative(root, folder)];
  await rm(folder, { recursive: true, force: true });
  try {
    await run(process.execPath, [framework, ...request], {
      cwd: root,
      env: environment as NodeJS.ProcessEnv,
    });
  } catch (error) {
    throw new Error(`Packaging for ${region} failed. ${complaintOf(error)}`);
  }
  const names = await readdir(folder);
  const files = names.filter((name) => name.endsWith('.zip') || name.endsWith('update-stack.json'));
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

function say({ file, bytes }: Artefact): void {
  console.log(`${relative(root, file).padEnd(70)} ${(bytes / 1024).toFixed(1).padStart(8)} KB`);
}

if (require.main === module && !saysHelp('Usage: npm run package [-- --region REGION …] [--stage STAGE]')) {
  const { values } = parseArgs({
    options: { region: { type: 'string', multiple: true }, stage: { type: 'string' } },
  });
  packageAll({ regions: values.region, stage: values.stage })
    .then((artefacts) => artefacts.forEach(say))
    .catch((error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    });
}
