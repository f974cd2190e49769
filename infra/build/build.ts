import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type BuildOptions, build as bundle, type Metafile, type OutputFile, type Plugin } from 'esbuild';
import { assertResidence } from '../../lib/config';
import { entities } from '../../lib/table/entities';
import { demandNoContradiction } from '../../lib/table/retention/contradictions';
import { program, start } from '../command-line/program';
import { words } from '../command-line/words';

const projectRoot = resolve(__dirname, '../..');

/** What the mini-program may carry for us, as it travels. Its own limit is 2 MB a package, and the client is a guest there. */
export const CLIENT_LIMIT_GZIPPED_BYTES = 3 * 1024;
/** Where the client lies in its package: the folder that WeChat's tools copy, with `index.js` as what is required. */
export const CLIENT_FOLDER = join('client', 'miniprogram_dist');

/** One minified bundle. */
export type Bundle = {
  name: string;
  /** Absolute path of the JavaScript file. */
  file: string;
  bytes: number;
  /** Which sources and packages went in, as esbuild tells it. */
  metafile: Metafile;
};

export type BuildResult = {
  functions: Bundle[];
  /** What every function in CloudBase is. */
  door: Bundle;
  /** Absent while there is no lib/client/client.ts. */
  client: Bundle | undefined;
  /** The staff's command line, for a machine without the repository. */
  leliao: Bundle | undefined;
};

export type Options = {
  /** Folder that holds functions/ and lib/. */
  root?: string;
  /** Folder to write to. */
  outDir?: string;
  environment?: Record<string, string | undefined>;
};

/**
 * Bundles every function for AWS, the door for CloudBase, the typed client for the mini-program, and the command line.
 * Source maps go to `<outDir>/maps`, so that no artefact ships the sources.
 * @throws ResidencyError when a setting points outside mainland China (S1)
 * @throws Error when the client is over CLIENT_LIMIT_GZIPPED_BYTES or needs Node
 */
export async function build(options: Options = {}): Promise<BuildResult> {
  const { root = projectRoot, outDir = join(root, 'dist'), environment = process.env } = options;
  // What is absent is left to the start of the service, which demands it.
  demandNoContradiction(Object.values(entities));
  assertResidence(environment, ['local', 'test'].includes(environment.STAGE || 'local'));
  const names = await functionNames(root);
  await forgetRemoved(join(outDir, 'functions'), names);
  return {
    functions: await buildFunctions(root, outDir, names),
    door: await buildDoor(outDir),
    client: await buildClient(root, outDir),
    leliao: await buildLeliao(root, outDir),
  };
}

/** The functions that exist: every folder under functions/ with an index.ts, in alphabetical order. */
export async function functionNames(root: string = projectRoot): Promise<string[]> {
  const folders = await readdir(join(root, 'functions'), { withFileTypes: true });
  return folders
    .filter((folder) => folder.isDirectory() && existsSync(join(folder.parentPath, folder.name, 'index.ts')))
    .map((folder) => folder.name)
    .sort();
}

const common = {
  bundle: true,
  minify: true,
  format: 'cjs',
  // Without it esbuild takes the CommonJS files of the AWS SDK, which do not shake.
  mainFields: ['module', 'main'],
  // WebAssembly travels inside the bundle, so that a function stays one file.
  loader: { '.wasm': 'binary' },
  sourcemap: 'external',
  metafile: true,
  write: false,
  legalComments: 'none',
  logLevel: 'silent',
  define: { 'process.env.NODE_ENV': '"production"' },
} as const satisfies BuildOptions;

/** All in one go, so that what they share is read once. */
async function buildFunctions(root: string, outDir: string, names: string[]): Promise<Bundle[]> {
  if (names.length === 0) return [];
  const parts: Parts = new Map();
  const { outputFiles, metafile } = await bundle({
    ...common,
    ...node,
    entryPoints: names.map((name) => ({
      in: join(root, 'functions', name, 'index.ts'),
      out: join(name, 'index'),
    })),
    outdir: join(outDir, 'functions'),
    absWorkingDir: root,
    plugins: [laterParts(outDir, parts)],
  });
  return Promise.all(
    names.map(async (name) => {
      const folder = join(outDir, 'functions', name);
      const file = join(folder, 'index.js');
      const own = metafileOf(metafile, relative(root, file));
      const made = outputFiles.filter(({ path }) => dirname(path) === folder);
      const bytes = await writeBundle(outDir, name, file, made);
      const built = { name, file, bytes, metafile: own };
      const later = bundledFiles(built);
      for (const part of later)
        await writeBundle(outDir, `${name}-${part}`, join(folder, part), parts.get(part) ?? []);
      await replaceFile(join(folder, 'meta.json'), JSON.stringify(own));
      await forgetRemoved(folder, later, /^later-.*\.js$/);
      return built;
    }),
  );
}

/** What a metafile of several bundles says of one: the outputs beside `file`, and the inputs that its entry leads to. */
function metafileOf({ inputs, outputs }: Metafile, file: string): Metafile {
  const reached = new Set([outputs[file]?.entryPoint ?? '']);
  for (const input of reached)
    for (const { path, external } of inputs[input]?.imports ?? []) if (!external) reached.add(path);
  return {
    inputs: Object.fromEntries(Object.entries(inputs).filter(([path]) => reached.has(path))),
    outputs: Object.fromEntries(Object.entries(outputs).filter(([path]) => path.startsWith(file))),
  };
}

/** Without the language's own import(), a part is loaded by require, which is quicker. */
const node = {
  platform: 'node',
  target: 'node20',
  supported: { 'dynamic-import': false },
  alias: {
    '@aws-sdk/credential-provider-node': join(projectRoot, 'infra', 'build', 'environment-credentials.ts'),
  },
} as const;

/** In the cloud every new instance needs it for its first call, so it stays in the bundle. */
const neededAtOnce = ['@aws-sdk/client-kms'];

/** By its file name, what a part consists of; each function that loads it gets its own copy. */
type Parts = Map<string, OutputFile[]>;

/**
 * What is imported on first use becomes a file of its own beside the bundle, with only what is used of it: a package, or
 * one module of ours. Inside the bundle it would be compiled on every cold start, which costs
 * more the larger the bundle is. @throws Error for a module of ours that needs another one, which would then exist twice
 */
function laterParts(outDir: string, parts: Parts): Plugin {
  return {
    name: 'later-parts',
    setup({ onResolve }) {
      onResolve({ filter: /^[a-z@.]/ }, async ({ path, kind, importer, resolveDir }) => {
        const isOurs = kind === 'dynamic-import' && !importer.includes('node_modules');
        if (!isOurs || neededAtOnce.includes(path)) return undefined;
        const part = `later-${path.replace(/\W+/g, '-').replace(/^-/, '')}-${basename(importer, '.ts')}.js`;
        const contents = `export { ${await namesTaken(importer, path)} } from '${path}';`;
        // As deep as it will lie, so that its map names the sources rightly.
        const outfile = join(outDir, 'functions', 'every', part);
        const stdin = { contents, resolveDir };
        const { metafile, outputFiles } = await bundle({ ...common, ...node, stdin, outfile });
        parts.set(part, outputFiles);
        const ours = Object.keys(metafile.inputs).filter((input) => !/node_modules|^<stdin>/.test(input));
        if (ours.length > 1)
          throw new Error(`${basename(importer)} imports ${path} later, which needs ${ours.join(', ')}.`);
        return { path: `./${part}`, external: true };
      });
    },
  };
}

/** The files beside a bundle that it loads on first use. */
export function bundledFiles({ metafile }: Bundle): string[] {
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
  return [...new Set(imports.map(({ path }) => basename(path)).filter((path) => path.startsWith('later-')))];
}

/** The names in every `const { A, B } = await import('path')`, so that the rest of the package can be left out. */
async function namesTaken(importer: string, path: string): Promise<string> {
  const text = await readFile(importer, 'utf8');
  const found = [...text.matchAll(new RegExp(`const \\{([^}]+)\\} = await import\\('${path}'\\)`, 'g'))];
  const names = found.flatMap(([, list = '']) => list.split(',')).map((one) => one.trim());
  if (names.length > 0) return [...new Set(names)].join(', ');
  throw new Error(
    `${basename(importer)} must take names from ${path}: const { A } = await import('${path}').`,
  );
}

/** One bundle for every door, without the HTTP client that the platform's SDK would use where nobody asks it to. */
function buildDoor(outDir: string): Promise<Bundle> {
  return bundleTo(outDir, 'door', join(outDir, 'door', 'index.js'), {
    ...node,
    alias: { axios: join(projectRoot, 'infra', 'build', 'no-axios.ts') },
    entryPoints: [join(projectRoot, 'infra', 'cloudbase', 'door.ts')],
    absWorkingDir: projectRoot,
  });
}

/** The client, and beside it as a file of its own what few need. */
async function buildClient(root: string, outDir: string): Promise<Bundle | undefined> {
  const entry = join(root, 'lib', 'client', 'client.ts');
  if (!existsSync(entry)) return undefined;
  const folder = join(outDir, CLIENT_FOLDER);
  const beside = join(root, 'lib', 'client', 'sha256.ts');
  if (existsSync(beside)) await forMiniProgram(root, outDir, beside, join(folder, 'sha256.js'));
  const built = await forMiniProgram(root, outDir, entry, join(folder, 'index.js'));
  const bytes = gzipSync(await readFile(built.file), { level: 9 }).byteLength;
  if (bytes > CLIENT_LIMIT_GZIPPED_BYTES) {
    throw new Error(
      `The mini-program client is ${bytes} bytes gzipped, over its limit of ${CLIENT_LIMIT_GZIPPED_BYTES}: ` +
        `see which inputs weigh most with "npx esbuild --analyze" and import only types from the functions.`,
    );
  }
  return built;
}

/** Bundled as a module of the language, whose exports are then given as CommonJS: esbuild's own way weighs a tenth of the client. */
async function forMiniProgram(root: string, outDir: string, entry: string, file: string): Promise<Bundle> {
  const name = `client-${basename(file, '.js')}`;
  const { outputFiles, metafile } = await bundle({
    ...common,
    entryPoints: [entry],
    absWorkingDir: root,
    outfile: file,
    platform: 'neutral',
    format: 'esm',
    target: 'es2017',
    charset: 'utf8',
    banner: { js: '"use strict";' },
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    plugins: [refuseNodeModules],
  });
  const made = outputFiles.map((output) =>
    output.path === file ? { ...output, contents: Buffer.from(asCommonJs(output.text)) } : output,
  );
  return { name, file, bytes: await writeBundle(outDir, name, file, made), metafile };
}

/** `export{a as b}` at the end becomes `module.exports={b:a}`. @throws Error when nothing is exported there */
function asCommonJs(code: string): string {
  const [statement, names] = /export\{([^}]*)\};\s*$/.exec(code) ?? [];
  if (statement === undefined || names === undefined) throw new Error('The client exports nothing.');
  const pairs = names.split(',').map((name) => {
    const [inner, outer = inner] = name.split(' as ');
    return `${outer}:${inner}`;
  });
  return `${code.slice(0, -statement.length)}module.exports={${pairs.join(',')}};\n`;
}

/** One file: what a command does not need is in it and is not compiled until it is asked for. */
async function buildLeliao(root: string, outDir: string): Promise<Bundle | undefined> {
  const entry = join(root, 'infra', 'leliao', 'leliao.ts');
  if (!existsSync(entry)) return undefined;
  return bundleTo(outDir, 'leliao', join(outDir, 'leliao', 'leliao.js'), {
    entryPoints: [entry],
    absWorkingDir: root,
    platform: 'node',
    target: 'node20',
    supported: { 'dynamic-import': false },
    banner: { js: '#!/usr/bin/env node' },
  });
}

const refuseNodeModules: Plugin = {
  name: 'refuse-node-modules',
  setup({ onResolve }) {
    onResolve({ filter: /^[a-z@]/ }, ({ path, importer }) => {
      if (!path.startsWith('node:') && !builtinModules.includes(path)) return undefined;
      const text = `The mini-program has no Node: ${basename(importer)} may not import ${path} into the client.`;
      return { errors: [{ text }] };
    });
  },
};

async function bundleTo(outDir: string, name: string, file: string, own: BuildOptions): Promise<Bundle> {
  const { outputFiles, metafile } = await bundle({ ...own, ...common, outfile: file });
  const bytes = await writeBundle(outDir, name, file, outputFiles);
  return { name, file, bytes, metafile };
}

/** Puts a bundle in its place, its map elsewhere, and answers its size. @throws Error when it came out empty */
async function writeBundle(outDir: string, name: string, file: string, made: OutputFile[]): Promise<number> {
  const code = made.find(({ path }) => path.endsWith('.js'));
  const map = made.find(({ path }) => path.endsWith('.map'));
  if (!code) throw new Error(`The bundle of ${name} came out empty.`);
  if (map) await replaceFile(join(outDir, 'maps', `${name}.js.map`), map.contents);
  await replaceFile(file, code.contents);
  return code.contents.byteLength;
}

/**
 * Renames into place, so that a service or a test that reads the old bundle never sees half of the new one; and leaves
 * a file alone that is as it should be, so that whoever is packing it is not disturbed.
 */
export async function replaceFile(file: string, contents: string | Uint8Array): Promise<void> {
  const before = await readFile(file).catch(() => undefined);
  if (before?.equals(Buffer.from(contents))) return;
  const draft = `${file}.${process.pid}.tmp`;
  await mkdir(dirname(file), { recursive: true });
  await writeFile(draft, contents);
  await rename(draft, file);
}

/** Removes what an earlier build left in a folder: what is of this form and not among `names`. */
async function forgetRemoved(folder: string, names: string[], form = /./): Promise<void> {
  if (!existsSync(folder)) return;
  const gone = (await readdir(folder)).filter((name) => form.test(name) && !names.includes(name));
  for (const name of gone) await rm(join(folder, name), { recursive: true, force: true });
}

/** One line a bundle: where it is and how large. */
export function describe({ functions, door, client, leliao }: BuildResult): string[] {
  const bundles = [...functions, door, ...[client, leliao].flatMap((one) => one ?? [])];
  return bundles.map(
    ({ file, bytes }) => `${relative(process.cwd(), file)}  ${(bytes / 1024).toFixed(1)} KB`,
  );
}

const buildProgram = program({
  script: 'build',
  does: words(
    '把全部函数、入口、小程序客户端和 leliao 打包到 dist/',
    'bundle all functions, the door, the client and leliao into dist/',
  ),
  knows: [Error],
  run: async (_, { print }) => {
    for (const line of describe(await build())) print(line);
    return 'ok';
  },
});

if (require.main === module) void start(buildProgram);
