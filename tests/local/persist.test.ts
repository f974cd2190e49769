import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openPersistence } from '../../infra/local/persist';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leliao-'));
});
afterEach(() => rm(folder, { recursive: true }));

test('makes a root key once, for its owner’s eyes only', async () => {
  const first = await openPersistence(folder);
  await first.stop();
  const second = await openPersistence(folder);
  expect(first.rootKey).toMatch(/^local:[A-Za-z0-9+/]{43}=$/);
  expect(second.rootKey).toBe(first.rootKey);
  expect((await stat(join(folder, 'root-key'))).mode & 0o777).toBe(0o600);
});

test('two folders have two keys', async () => {
  const [one, other] = await Promise.all(['a', 'b'].map((name) => openPersistence(join(folder, name))));
  expect(one?.rootKey).not.toBe(other?.rootKey);
});

test('refuses a folder that a running service is using, and takes it when that service is done', async () => {
  const first = await openPersistence(folder);
  await expect(openPersistence(folder)).rejects.toThrow(/^Another running service .* use another folder\.$/);
  await first.stop();
  await expect(openPersistence(folder)).resolves.toMatchObject({ rootKey: first.rootKey });
});

test('takes over the folder of a service that was killed', async () => {
  await openPersistence(folder);
  // No process has a number this high.
  await writeFile(join(folder, 'in-use-by-pid'), '99999999');
  await openPersistence(folder);
  expect(await readFile(join(folder, 'in-use-by-pid'), 'utf8')).toBe(String(process.pid));
});

test('refuses a damaged key rather than making another one, and shows none of it', async () => {
  await writeFile(join(folder, 'root-key'), 'local:half-a-key');
  const opening = openPersistence(folder);
  await expect(opening).rejects.toThrow(/^The root-key file in the --persist folder is damaged: restore it/);
  await expect(opening).rejects.not.toThrow(/half-a-key/);
  expect(await readFile(join(folder, 'root-key'), 'utf8')).toBe('local:half-a-key');
});
