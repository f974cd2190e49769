import { randomBytes } from 'node:crypto';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { CannotStart } from './cannot-start';

/** What a service that keeps its data has in its folder. */
export type Persistence = {
  /** Where DynamoDB Local keeps the table. */
  tableDir: string;
  /** ROOT_KEY: without it the kept table cannot be read. */
  rootKey: string;
  /** Lets another service use the folder. */
  stop(): Promise<void>;
};

/**
 * Takes a folder for one service: creates it when new, keeps the root key in it readable by its owner only.
 * @throws CannotStart when another service is using it, or the key in it is damaged
 */
export async function openPersistence(dir: string): Promise<Persistence> {
  const folder = resolve(dir);
  const tableDir = join(folder, 'table');
  await mkdir(tableDir, { recursive: true, mode: 0o700 });
  const lock = join(folder, 'in-use-by-pid');
  await takeLock(lock);
  try {
    const rootKey = await readOrMakeKey(join(folder, 'root-key'));
    return { tableDir, rootKey, stop: () => rm(lock, { force: true }) };
  } catch (error) {
    await rm(lock, { force: true });
    throw error;
  }
}

async function takeLock(lock: string): Promise<void> {
  const own = String(process.pid);
  try {
    await writeFile(lock, own, { flag: 'wx' });
    return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  const owner = Number(await readFile(lock, 'utf8'));
  if (isAlive(owner)) {
    throw new CannotStart(
      '另一个正在运行的服务在用 --persist 文件夹：请先停掉它，或者换一个文件夹。',
      'Another running service keeps its data in the --persist folder: stop it or use another folder.',
    );
  }
  // Its owner was killed before it could clean up.
  await writeFile(lock, own);
}

/** Whether a process exists. */
export function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function readOrMakeKey(file: string): Promise<string> {
  try {
    await writeFile(file, `local:${randomBytes(32).toString('base64')}\n`, { flag: 'wx', mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  await chmod(file, 0o600);
  const key = (await readFile(file, 'utf8')).trim();
  if (!/^local:[A-Za-z0-9+/]{43}=$/.test(key)) {
    throw new CannotStart(
      '--persist 文件夹里的 root-key 文件损坏：请恢复它，或者换一个空文件夹。',
      'The root-key file in the --persist folder is damaged: restore it, or start with an empty folder.',
    );
  }
  return key;
}
