import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { demoPorts } from '../../infra/local/demo';
import { type Block, root } from './blocks';
import { walkMiniProgram } from './mini-program';
import type { Where } from './run';
import { phone } from './wx';

export type Page = Record<string, (...inputs: never[]) => unknown> & { data: Record<string, unknown> };
export type Phone = ReturnType<typeof phone> & { pages: Page[] };

/** Blocks of TypeScript are files of a mini-program; the first line of each says which. */
const fileOf = ({ document, line, text }: Block): string => {
  const [, file] = /^\/\/ (\S+\.ts)\n/.exec(text) ?? [];
  if (!file)
    throw new Error(`${document}:${line}: the first line says which file this is: // pages/me/me.ts`);
  return file;
};

/** Builds the files that a document shows, starts them on phones, and walks through them as people do. */
export async function runPrograms(document: string, blocks: Block[], where: Where): Promise<void> {
  const files = blocks.filter(({ language, mark }) => language === 'ts' && mark === undefined);
  if (files.length === 0) return;
  const folder = await mkdtemp(join(tmpdir(), 'leliao-program-'));
  try {
    for (const block of files) await put(join(folder, fileOf(block)), placed(block.text, where));
    const pages = files.map(fileOf).filter((file) => file.startsWith('pages/'));
    const program = await bundled(folder, pages);
    await walkMiniProgram(() => start(program), where);
  } catch (error) {
    throw new Error(`${document}: ${error instanceof Error ? (error.stack ?? error.message) : error}`);
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function put(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}

/** With the addresses of the service that runs, in the place of those that the demo always has. */
const placed = (text: string, { api, sandbox }: Where) =>
  text
    .replaceAll(new RegExp(`http://127.0.0.1:${demoPorts.api}(/v\\d)?`, 'g'), api)
    .replaceAll(`http://127.0.0.1:${demoPorts.sandbox}`, sandbox);

async function bundled(folder: string, pages: string[]): Promise<string> {
  const contents = pages.map((page) => `import './${page}';`).join('\n');
  const client = join(root, 'lib/client');
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder, loader: 'ts' },
    alias: { 'leliao-client/sha256': join(client, 'sha256.ts'), 'leliao-client': join(client, 'client.ts') },
    bundle: true,
    write: false,
    format: 'iife',
    target: 'es2017',
    logLevel: 'silent',
  });
  return outputFiles[0]?.text ?? '';
}

/** A phone on which the program has been opened, with its pages in the order of the document. */
function start(program: string): Phone {
  const { wx, ...rest } = phone();
  const pages: Page[] = [];
  const Page = (page: Page) => {
    const setData = (data: object) => Object.assign(page.data, data);
    pages.push(Object.assign(page, { setData: setData as never }));
  };
  new Function('wx', 'Page', program)(wx, Page);
  return { wx, pages, ...rest };
}
