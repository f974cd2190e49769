import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { type BuildResult, build, bundledFiles, CLIENT_LIMIT_GZIPPED_BYTES } from '../../infra/build/build';
import { builtOnce } from '../support/built';

describe('the bundles', () => {
  let built: BuildResult;
  beforeAll(async () => {
    built = await builtOnce();
  });

  it('stand alone: nothing is left to require but Node itself and the parts beside them', async () => {
    for (const one of built.functions) {
      const imports = Object.values(one.metafile.outputs).flatMap((output) => output.imports);
      const outside = imports
        .filter(({ path, external }) => external && !isBuiltin(path))
        .map(({ path }) => basename(path));
      expect([...new Set(outside)].sort()).toEqual(bundledFiles(one).sort());
    }
  });

  it('have beside them parts that export what is taken of them', async () => {
    // Each function has a copy of its own of a part: the same bytes are loaded once.
    const parts = new Map<string, string>();
    for (const one of built.functions)
      for (const part of bundledFiles(one)) {
        const file = join(dirname(one.file), part);
        parts.set(await readFile(file, 'utf8'), file);
      }
    for (const file of parts.values()) {
      const exported = require(file);
      expect(Object.keys(exported)).not.toEqual([]);
      expect(Object.values(exported)).not.toContain(undefined);
    }
  });

  it('keep out of the bundle what is loaded on first use', () => {
    for (const one of built.functions) {
      const inputs = Object.keys(one.metafile.inputs).join();
      expect(inputs).not.toMatch(/client-sqs|node_modules\/jose|jsquash/);
      expect(bundledFiles(one).some((part) => part.includes('client-sqs'))).toBe(true);
    }
  });

  it('ship no sources and no map', async () => {
    for (const { file } of built.functions)
      expect(await readFile(file, 'utf8')).not.toContain('sourceMappingURL');
  });

  // A named import of z from 'zod/mini' carries them all; `import * as z` carries none.
  it('do not carry the translations of the validation library, which cost 400 KB a function', () => {
    for (const { metafile } of built.functions) {
      const [output] = Object.values(metafile.outputs).filter(({ entryPoint }) => entryPoint);
      const translations = Object.keys(output?.inputs ?? {}).filter((path) =>
        path.includes('zod/v4/locales/'),
      );
      expect(translations.length).toBe(0);
    }
  });
});

it('a module of ours that would stand in the bundle and again in a part beside it is refused', async () => {
  const root = await mkdtemp(join(tmpdir(), 'leliao-build-'));
  const folder = join(root, 'functions', 'some');
  await mkdir(folder, { recursive: true });
  await writeFile(
    join(folder, 'index.ts'),
    `export const load = async () => {
    const { later } = await import('./later');
    return later;
  };`,
  );
  await writeFile(join(folder, 'shared.ts'), 'export const shared = new Map();');
  await writeFile(
    join(folder, 'later.ts'),
    `import { shared } from './shared'; export const later = shared;`,
  );
  await expect(build({ root, environment: {} })).rejects.toThrow(
    'index.ts imports ./later later, which needs',
  );
  await writeFile(join(folder, 'later.ts'), 'export const later = 1;');
  const { functions } = await build({ root, environment: {} });
  expect(functions.flatMap(bundledFiles)).toEqual(['later-later-index.js']);
  await rm(root, { recursive: true });
});

describe('a client that the mini-program could not run', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'leliao-build-'));
    await mkdir(join(root, 'functions'));
    await mkdir(join(root, 'lib', 'client'), { recursive: true });
  });
  afterEach(() => rm(root, { recursive: true }));
  const buildClientFrom = async (source: string) => {
    await writeFile(join(root, 'lib', 'client', 'client.ts'), source);
    return build({ root, environment: {} });
  };

  it.each(['node:crypto', 'fs/promises'])('is refused when it imports %s', async (name) => {
    const building = buildClientFrom(
      `import * as module from '${name}'; export const names = Object.keys(module);`,
    );
    await expect(building).rejects.toThrow(`The mini-program has no Node: client.ts may not import ${name}`);
  });

  it('is refused when it is too large, with its size and the limit', async () => {
    const weight = randomBytes(CLIENT_LIMIT_GZIPPED_BYTES).toString('base64');
    await expect(buildClientFrom(`export const weight = '${weight}';`)).rejects.toThrow(
      /^The mini-program client is \d+ bytes gzipped, over its limit of 3072:/,
    );
  });
});
