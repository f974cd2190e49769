import { copyFile, mkdir } from 'node:fs/promises';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { API_VERSION } from '../../lib/api-version';
import { program, start } from '../command-line/program';
import { words } from '../command-line/words';
import { type BuildResult, build, CLIENT_FOLDER, replaceFile } from './build';
import { clientTypes } from './client-types';

const root = resolve(__dirname, '../..');

/** The name under which a mini-program requires it. */
const PACKAGE_NAME = 'leliao-client';

const files = basename(CLIENT_FOLDER);
const moduleAt = (name: string) => ({
  types: `./${files}/${name}.d.ts`,
  default: `./${files}/${name}.js`,
});

const manifest = {
  name: PACKAGE_NAME,
  version: API_VERSION,
  description: '乐聊名片接口的客户端：微信小程序、网页、Node 通用，带全部类型',
  license: 'MIT',
  main: `${files}/index.js`,
  types: `${files}/index.d.ts`,
  // WeChat's tools copy this folder, so that there `leliao-client/sha256` is the file beside index.js.
  miniprogram: files,
  exports: { '.': moduleAt('index'), './sha256': moduleAt('sha256'), './package.json': './package.json' },
  // For a TypeScript that does not read `exports`.
  typesVersions: { '*': { sha256: [`${files}/sha256.d.ts`] } },
  files: [files],
  sideEffects: false,
};

export type Options = {
  /** Folder to write to; `client/` in it is the package. */
  outDir?: string;
  /** What has been built already; it is built anew unless told. */
  built?: BuildResult;
};

/**
 * Makes the client's package, ready for `npm pack` and `npm publish`: bundles, types, manifest, README. It needs nothing besides.
 * @returns its folder
 */
export async function packageClient({ outDir = join(root, 'dist'), built }: Options = {}): Promise<string> {
  const { client } = built ?? (await build({ outDir }));
  if (!client) throw new Error('lib/client/client.ts is missing.');
  const folder = join(outDir, 'client');
  const write = (name: string, text: string) => replaceFile(join(folder, name), text);
  const { index, sha256 } = await clientTypes();
  await mkdir(join(folder, files), { recursive: true });
  const bundles = dirname(client.file);
  if (bundles !== join(folder, files))
    for (const name of ['index.js', 'sha256.js'])
      await copyFile(join(bundles, name), join(folder, files, name));
  await write(join(files, 'index.d.ts'), index);
  await write(join(files, 'sha256.d.ts'), sha256);
  await write('package.json', `${JSON.stringify(manifest, null, 2)}\n`);
  await copyFile(join(root, 'lib', 'client', 'README.md'), join(folder, 'README.md'));
  await copyFile(join(root, 'LICENSE'), join(folder, 'LICENSE'));
  return folder;
}

const clientProgram = program({
  script: 'package:client',
  does: words(
    '生成客户端的 npm 包 dist/client/；随后 npm pack ./dist/client 得到可安装的文件',
    'makes the package of the client, dist/client/; npm pack ./dist/client then gives a file to install',
  ),
  run: async (_, { print, text }) => {
    const folder = await packageClient();
    print(`${relative(process.cwd(), folder)}  ${PACKAGE_NAME}@${API_VERSION}`);
    const file = `${PACKAGE_NAME}-${API_VERSION}.tgz`;
    print(
      text(
        words(
          `在小程序的文件夹里：npm pack ${folder}，再 npm install ./${file}`,
          `In the folder of the mini-program: npm pack ${folder}, then npm install ./${file}`,
        ),
      ),
    );
    return 'ok';
  },
});

if (require.main === module) void start(clientProgram);
