import { chmod, mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import * as z from 'zod/mini';
import { Stop } from '../command-line/exit';
import { words } from '../command-line/words';

/** Readable by its owner alone: whoever has the file is the member of the staff. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const OTHERS = 0o077;

const kept = z.object({
  issuer: z.string(),
  clientId: z.string(),
  accessToken: z.string(),
  refreshToken: z.optional(z.string()),
  expiresAtMs: z.number(),
});
/** One sign-in. It belongs to one API: a token is never sent to another one. */
export type SignIn = z.output<typeof kept>;

const file = z.object({
  /** The API of the last sign-in, for commands that name none. */
  api: z.optional(z.string()),
  signIns: z.record(z.string(), kept),
});
export type Kept = z.output<typeof file>;

/** In the user's own folder for settings: XDG_CONFIG_HOME, on Windows APPDATA. */
export function storeFile(environment: NodeJS.ProcessEnv): string {
  const folder = environment.XDG_CONFIG_HOME || environment.APPDATA || join(homedir(), '.config');
  return join(folder, 'leliao', 'sign-in.json');
}

/**
 * What is kept; nothing when there is no file, or one of another form.
 * @throws Stop when others on this machine could read it
 */
export async function readStore(path: string): Promise<Kept> {
  const text = await readFile(path, 'utf8').catch(() => undefined);
  if (text === undefined) return { signIns: {} };
  if (process.platform !== 'win32' && (await stat(path)).mode & OTHERS)
    throw new Stop(
      'signInNeeded',
      words(
        `登录凭证文件能被这台机器上的其他人读到，不再使用。请删除它并重新登录：${path}`,
        `others on this machine can read the sign-in file, so it is not used. Delete it and sign in again: ${path}`,
      ),
    );
  try {
    return file.parse(JSON.parse(text));
  } catch {
    return { signIns: {} };
  }
}

/** Written beside and renamed into place, so that a command that is interrupted leaves the old file or the new one. */
export async function writeStore(path: string, content: Kept): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: FOLDER_MODE });
  const draft = `${path}.${process.pid}.tmp`;
  await writeFile(draft, JSON.stringify(content, null, 2), { mode: FILE_MODE });
  await chmod(draft, FILE_MODE);
  await rename(draft, path);
}

/** @param signIn undefined forgets the one there is */
export async function keepSignIn(path: string, api: string, signIn: SignIn | undefined): Promise<void> {
  const { signIns } = await readStore(path).catch((): Kept => ({ signIns: {} }));
  const { [api]: _, ...others } = signIns;
  await writeStore(path, { api, signIns: signIn ? { ...others, [api]: signIn } : others });
}
