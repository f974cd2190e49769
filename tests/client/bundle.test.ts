import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import vm from 'node:vm';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { CLIENT_LIMIT_GZIPPED_BYTES } from '../../infra/build/build';
import type * as Bundle from '../../lib/client/client';
import type * as Sha256 from '../../lib/client/sha256';
import { builtOnce } from '../support/built';
import { createWorld, type World } from '../support/world';
import { startHttpHost, wxCloudOf } from './hosts';

/** What an engine of 2017 does not have; a bundle that touches one of them fails here as it would there. */
const YOUNGER_THAN_2017 = [
  'delete Object.fromEntries; delete Object.hasOwn; delete Object.groupBy; delete Promise.allSettled',
  'delete Promise.any; delete Promise.withResolvers; delete Promise.prototype.finally; delete Array.prototype.flat',
  'delete Array.prototype.flatMap; delete Array.prototype.at; delete Array.prototype.findLast',
  'delete Array.prototype.toSorted; delete String.prototype.at; delete String.prototype.trimEnd',
  'delete String.prototype.matchAll; delete String.prototype.replaceAll; delete globalThis.BigInt',
  'delete globalThis.WebAssembly; delete globalThis.AggregateError; delete globalThis.globalThis',
].join(';');

let file: string;
let code: string;
let world: World;
beforeAll(async () => {
  const { client } = await builtOnce();
  file = client?.file ?? '';
  code = await readFile(file, 'utf8');
  world = await createWorld();
});

/** The bundle as a mini-program requires it: no Node, no browser, only timers and what is given. */
const load = (platform: Record<string, unknown> = {}) => run(code, platform);

function run(bundled: string, platform: Record<string, unknown> = {}): typeof Bundle {
  const module = { exports: {} as typeof Bundle };
  const context = vm.createContext({
    module,
    exports: module.exports,
    setTimeout,
    clearTimeout,
    ...platform,
  });
  vm.runInContext(YOUNGER_THAN_2017, context);
  vm.runInContext(bundled, context);
  return module.exports;
}

const randomSource = {
  getRandomValues({ length, success }: { length: number; success(answer: object): void }) {
    success({ randomValues: new Uint8Array(length).fill(7).buffer });
  },
};

describe('the bundle of the mini-program', () => {
  it('is small as it travels', () => {
    expect(gzipSync(code, { level: 9 }).byteLength).toBeLessThanOrEqual(CLIENT_LIMIT_GZIPPED_BYTES);
  });

  it('has SHA-256 in a file of its own, with what bytes an engine of 2017 gives', async () => {
    const beside = await readFile(join(dirname(file), 'sha256.js'), 'utf8');
    const { sha256Hex } = run(beside) as unknown as typeof Sha256;
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(sha256Hex(new Uint8Array(bytes).buffer)).toBe(
          createHash('sha256').update(bytes).digest('hex'),
        );
      }),
      { numRuns: 100 },
    );
  });

  it('is written as in 2017, and asks for no module', () => {
    expect(code).not.toMatch(/\?\.|\?\?|\brequire\(|\bprocess\b|Buffer|Math\.random|catch\{|\.\.\./);
  });

  it('plays a sign-in over wx.cloud with nothing but timers and wx', async () => {
    const { createClient, cloudTransport, newIdempotencyKey } = load({ wx: randomSource });
    const api = createClient({ transport: cloudTransport(wxCloudOf(world, 'bundled'), { version: '1' }) });
    expect(await api.login.signIn()).toMatchObject({ newAccount: true });
    expect(await api.consent.status()).toHaveProperty('consents');
    expect(await newIdempotencyKey()).toBe('07'.repeat(16));
    await expect(api.cards.list()).rejects.toMatchObject({ name: 'ApiError', code: 'CONSENT_REQUIRED' });
  });

  it('finds wx.request by itself and keeps the token in its storage', async () => {
    const host = await startHttpHost(world);
    const storage = new Map<string, string>();
    type Options = {
      url: string;
      method: string;
      header: Record<string, string>;
      data: string;
      success(answer: object): void;
    };
    const wx = {
      request: ({ url, method, header, data, success }: Options) =>
        void fetch(url, { method, headers: header, body: data }).then(async (answer) =>
          success({ data: await answer.text() }),
        ),
      getStorageSync: (key: string) => storage.get(key) ?? '',
      setStorageSync: (key: string, value: string) => void storage.set(key, value),
      removeStorageSync: (key: string) => void storage.delete(key),
    };
    const { createClient, httpTransport, wxTokenStore } = load({ wx });
    const make = () =>
      createClient({ transport: httpTransport({ baseUrl: host.baseUrl }), token: wxTokenStore(wx) });
    await make().login.signIn({ code: 'code-of-stored' });
    expect((await make().login.listSessions()).sessions).toHaveLength(1);
    await make().login.signOut();
    expect(storage.size).toBe(0);
    await host.stop();
  });

  it('refuses to make do without randomness or a way out, and says what to pass', async () => {
    const { newIdempotencyKey, httpTransport } = load();
    await expect(newIdempotencyKey()).rejects.toThrow('pass one to newIdempotencyKey');
    await expect(load({ wx: {} }).newIdempotencyKey()).rejects.toThrow('pass one to newIdempotencyKey');
    expect(() => httpTransport({ baseUrl: 'https://api.example.cn' })).toThrow('pass one to httpTransport');
  });
});
