import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const root = join(__dirname, '../..');
const run = promisify(execFile);
const typings = join('node_modules', 'miniprogram-api-typings');

/** Packs the client and installs it into an empty folder, beside WeChat's own typings. @returns the files that are packed */
export async function installClient(folder: string, made: string): Promise<string[]> {
  const { stdout } = await run('npm', ['pack', made, '--json', '--pack-destination', folder]);
  const [{ filename, files }] = JSON.parse(stdout);
  await writeFile(join(folder, 'package.json'), '{ "private": true }');
  await run('npm', ['install', '--offline', '--no-audit', '--no-fund', `./${filename}`], { cwd: folder });
  await cp(join(root, typings), join(folder, typings), { recursive: true });
  return files.map(({ path }: { path: string }) => path);
}

const names = ['first-card', 'api', 'my-cards', 'avatar'];

/** The samples of the README that was installed, under the names by which they import each other. */
export async function samplesIn(folder: string): Promise<Record<string, string>> {
  const readme = await readFile(join(folder, 'node_modules', 'leliao-client', 'README.md'), 'utf8');
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, text = '']) => text);
  if (blocks.length !== names.length)
    throw new Error(`Say here what the ${blocks.length} samples are called.`);
  return Object.fromEntries(blocks.map((text, at) => [names[at], text]));
}

/** Compiles programs as a mini-program does. @returns what the compiler has to say */
export async function compileIn(folder: string, programs: Record<string, string>): Promise<string> {
  for (const [name, text] of Object.entries(programs)) await writeFile(join(folder, `${name}.ts`), text);
  const compilerOptions = {
    strict: true,
    noUncheckedIndexedAccess: false,
    target: 'es2018',
    lib: ['es2018'],
    module: 'node16',
    types: ['miniprogram-api-typings'],
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
  const compiler = join(root, 'node_modules/typescript/bin/tsc');
  const { stdout } = await run(process.execPath, [compiler, '--project', folder]).catch((error) => error);
  return stdout;
}

/** Runs the first sample against an API, for two people who have just asked WeChat for their codes. @returns the name on the card */
export async function firstCardIn(folder: string, baseUrl: string, codes: [string, string]): Promise<string> {
  const program = `require('./first-card').firstCard(...${JSON.stringify([baseUrl, ...codes])}).then(console.log)`;
  return (await run(process.execPath, ['-e', program], { cwd: folder })).stdout.trim();
}
