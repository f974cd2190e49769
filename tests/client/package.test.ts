import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageClient } from '../../infra/build/client-package';
import { clientWords } from '../../infra/build/client-words';
import { builtOnce } from '../support/built';
import { compileIn, firstCardIn, installClient, samplesIn } from '../support/newcomer';
import { createWorld, type World } from '../support/world';
import { type HttpHost, startHttpHost } from './hosts';

const run = promisify(execFile);

/** Each marked line must fail to compile: the types are those of the tables to the last field, and nothing is `any`. */
const wrong = `
import { ApiError, createClient, httpTransport, type CardsOpenOutput } from 'leliao-client';
import { api } from './api';

export async function wrong(error: unknown) {
  const { cards: [card] } = await api.cards.list();
  await wx.addPhoneContact((await api.cards.phoneContact({ cardId: 'c' })).contact);
  const number: string | undefined = card?.phones[0]?.number;
  if (error instanceof ApiError && error.code === 'LIMIT_REACHED') console.log(error.details?.max?.toFixed());
  // @ts-expect-error a card without the key that keeps it from being made twice
  await api.cards.create({ name: '林' });
  // @ts-expect-error a field that a card does not have
  await api.cards.create({ name: '林', idempotencyKey: 'k', nam: '' });
  // @ts-expect-error a purpose that nobody is asked to consent to
  await api.consent.purposeNotice({ purpose: 'account' });
  // @ts-expect-error an operation of the timer
  await api.retention.sweep();
  // @ts-expect-error a function that there is not
  await api.weather.get();
  // @ts-expect-error an output that may be missing, taken for granted
  const cursor: string = (await api.cards.list()).cursor;
  // @ts-expect-error a field of another person's card that nothing shows
  const hidden = (opened: CardsOpenOutput) => opened.card.kept;
  // @ts-expect-error a code that is not in the closed list
  if (error instanceof ApiError && error.code === 'OOPS') return;
  // @ts-expect-error a client without a way to send
  createClient({});
  return [number, cursor, hidden, httpTransport];
}

declare const console: { log(text?: string): void };
`;

const SHA256_TYPES = join('miniprogram_dist', 'sha256.d.ts');

let folder: string;
let listed: string[];
let world: World;
let host: HttpHost;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leliao-newcomer-'));
  const made = await packageClient({ outDir: join(folder, 'made'), built: await builtOnce() });
  listed = await installClient(folder, made);
  await rm(join(folder, 'made'), { recursive: true });
  world = await createWorld();
  host = await startHttpHost(world);
});
afterAll(async () => {
  await host.stop();
  await rm(folder, { recursive: true });
});

describe('the package, in an empty folder that knows nothing of this project', () => {
  it('has only what it needs, its version is that of the path of the API, and it says in Chinese what everything is', async () => {
    const own = ['index.d.ts', 'index.js', 'sha256.d.ts', 'sha256.js'].map(
      (name) => `miniprogram_dist/${name}`,
    );
    expect(listed.sort()).toEqual(['LICENSE', 'README.md', ...own, 'package.json'].sort());
    const manifest = JSON.parse(
      await readFile(join(folder, 'node_modules', 'leliao-client', 'package.json'), 'utf8'),
    );
    expect(manifest).not.toHaveProperty('dependencies');
    const types = await readFile(join(folder, 'node_modules', 'leliao-client', manifest.types), 'utf8');
    const beside = await readFile(join(folder, 'node_modules', 'leliao-client', SHA256_TYPES), 'utf8');
    const comments = [types, beside].join('\n').match(/\/\*\*[\s\S]*?\*\//g) ?? [];
    expect(comments.filter((comment) => !/[\u4e00-\u9fff]/.test(comment))).toEqual([]);
    const said = comments.join('\n').replaceAll(/^ *\/?\* ?/gm, '');
    expect(Object.values(clientWords).filter((words) => !said.includes(words))).toEqual([]);
    expect(types).not.toMatch(/\bimport\b[^;]*\bfrom\b|zod|\bNodeJS\b|\bany;(?<!signal: any;)/);
  });

  it("compiles every sample of its README with WeChat's own typings and ES2018, and runs the first card", async () => {
    expect(await compileIn(folder, { ...(await samplesIn(folder)), wrong })).toBe('');
    expect(await firstCardIn(folder, host.baseUrl, ['code-of-newcomer', 'code-of-friend'])).toBe('林晓');
  });

  it('exports what its types say it exports, and no other', async () => {
    const at = join(folder, 'node_modules', 'leliao-client', 'miniprogram_dist');
    const script = `console.log(JSON.stringify(Object.keys(require(process.argv[1]))))`;
    for (const name of ['index', 'sha256']) {
      const types = await readFile(join(at, `${name}.d.ts`), 'utf8');
      const values = [...types.matchAll(/^export declare (?:function|const|class) (\w+)/gm)].map(
        ([, one]) => one,
      );
      const { stdout } = await run(process.execPath, ['-e', script, join(at, `${name}.js`)]);
      expect(JSON.parse(stdout).sort()).toEqual(values.sort());
    }
  });
});
