import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { type BuildOptions, build as bundle, type Metafile, type Plugin } from 'esbuild';
import { assertResidence } from '../../lib/config';
import { saysHelp } from '../commands/help';

const projectRoot = resolve(__dirname, '../..');

/** What the mini-program may carry for us. Its own limit is 2 MB a package, and the client is a guest there. */
export const CLIENT_LIMIT_BYTES = 15 * 1024;

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
  /** Absent while there is no lib/client/client.ts. */
  client: Bundle | undefined;
};

export type Options = {
  /** Folder that holds functions/ and lib/. */
  root?: string;
  /** Folder to write to. */
  outDir?: string;
  environment?: Record<string, string | undefined>;
};

/**
 * Bundles every function once for both clouds, and the typed client for the mini-program.
 * Source maps go to `<outDir>/maps`, so that no artefact ships the sources.
 * @throws ResidencyError when a setting points outside mainland China (S1)
 * @throws Error when the client is over CLIENT_LIMIT_BYTES or needs Node
 */
export async function build(options: Options = {}): Promise<BuildResult> {
  const { root = projectRoot, outDir = join(root, 'dist'), environment = process.env } = options;
  // What is absent is left to the start of the service, which demands it.
  assertResidence(environment, ['local', 'test'].includes(environment.STAGE || 'local'));
  const names = await functionNames(root);
  await forgetRemoved(join(outDir, 'functions'), names);
  const functions = await Promise.all(names.map((name) => buildFunction(root, outDir, name)));
  return { functions, client: await buildClient(root, outDir) };
}

/** The functions that exist: every folder under functions/ with an index.ts, in alphabetical order. */
export async function functionNames(root: string = projectRoot): Promise<string[]> {
  const folders = await readdir(join(root, 'functions'), { withFileTypes: true });
  return folders
    .filter((folder) => folder.isDirectory() && existsSync(join(folder.parentPath, folder.name, 'index.ts')))
    .map((folder) => folder.name)
    .sort();
}

const common: BuildOptions = {
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
};

async function buildFunction(root: string, outDir: string, name: string): Promise<Bundle> {
  const file = join(outDir, 'functions', name, 'index.js');
  const built = await bundleTo(outDir, name, file, {
    entryPoints: [join(root, 'functions', name, 'index.ts')],
    absWorkingDir: root,
    ...node,
    plugins: [laterParts(outDir, name)],
  });
  await replaceFile(join(dirname(file), 'meta.json'), JSON.stringify(built.metafile));
  await forgetRemoved(dirname(file), bundledFiles(built), /^later-.*\.js$/);
  return built;
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

/**
 * What is imported on first use becomes a file of its own beside the bundle, with only what is used of it: a package, or
 * one module of ours. Inside the bundle it would be compiled on every cold start, which costs
 * more the larger the bundle is. @throws Error for a module of ours that needs another one, which would then exist twice
 */
function laterParts(outDir: string, name: string): Plugin {
  return {
    name: 'later-parts',
    setup({ onResolve }) {
      onResolve({ filter: /^[a-z@.]/ }, async ({ path, kind, importer, resolveDir }) => {
        const isOurs = kind === 'dynamic-import' && !importer.includes('node_modules');
        if (!isOurs || neededAtOnce.includes(path)) return undefined;
        const part = `later-${path.replace(/\W+/g, '-').replace(/^-/, '')}-${basename(importer, '.ts')}.js`;
        const contents = `export { ${await namesTaken(importer, path)} } from '${path}';`;
        const file = join(outDir, 'functions', name, part);
        const stdin = { contents, resolveDir };
        const { metafile } = await bundleTo(outDir, `${name}-${part}`, file, { ...node, stdin });
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

async function buildClient(root: string, outDir: string): Promise<Bundle | undefined> {
  const entry = join(root, 'lib', 'client', 'client.ts');
  if (!existsSync(entry)) return undefined;
  const built = await bundleTo(outDir, 'client', join(outDir, 'client', 'leliao-client.js'), {
    entryPoints: [entry],
    absWorkingDir: root,
    platform: 'neutral',
    target: 'es2017',
    plugins: [refuseNodeModules],
  });
  if (built.bytes > CLIENT_LIMIT_BYTES) {
    throw new Error(
      `The mini-program client is ${built.bytes} bytes, over its limit of ${CLIENT_LIMIT_BYTES}: ` +
        `see which inputs weigh most with "npx esbuild --analyze" and import only types from the functions.`,
    );
  }
  return built;
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
  const { outputFiles, metafile } = await bundle({ ...common, ...own, outfile: file });
  for (const output of outputFiles ?? []) {
    const isMap = output.path.endsWith('.map');
    await replaceFile(isMap ? join(outDir, 'maps', `${name}.js.map`) : file, output.contents);
  }
  if (!metafile || !outputFiles) throw new Error(`The bundle of ${name} came out empty.`);
  const bytes = outputFiles.find((output) => output.path === file)?.contents.byteLength ?? 0;
  return { name, file, bytes, metafile };
}

/**
 * Renames into place, so that a service or a test that reads the old bundle never sees half of the new one; and leaves
 * a file alone that is as it should be, so that whoever is packing it is not disturbed.
 */
async function replaceFile(file: string, contents: string | Uint8Array): Promise<void> {
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
export function describe({ functions, client }: BuildResult): string[] {
  const bundles = client ? [...functions, client] : functions;
  return bundles.map(
    ({ file, bytes }) => `${relative(process.cwd(), file)}  ${(bytes / 1024).toFixed(1)} KB`,
  );
}

if (
  require.main === module &&
  !saysHelp('Usage: npm run build. Bundles of all functions, and the client, into dist/.')
) {
  build()
    .then((result) => console.log(describe(result).join('\n')))
    .catch((error: Error) => {
      console.error(error.message);
      process.exitCode = 1;
    });
}
