import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type BuildResult, build } from '../../infra/build/build';

const LOOK_EVERY_MS = 50;

type Said = { built: BuildResult } | { complaint: string };

/**
 * The bundles in dist/, built once for all test files of a run, which costs as much as thousands of requests: whoever asks first builds
 * them, and the others wait. @throws Error with what was wrong with the build, to everybody who asks
 */
export async function builtOnce(): Promise<BuildResult> {
  const folder = process.env.TEST_RUN_FOLDER;
  if (!folder) throw new Error('tests/support/start.ts makes a folder for each run');
  const said = join(folder, 'built.json');
  if (await isFirst(folder)) {
    const outcome: Said = await build().then(
      (built) => ({ built }),
      (error) => ({ complaint: String(error) }),
    );
    await writeFile(`${said}.new`, JSON.stringify(outcome));
    await rename(`${said}.new`, said);
  }
  while (!existsSync(said)) await pause(LOOK_EVERY_MS);
  const outcome: Said = JSON.parse(await readFile(said, 'utf8'));
  if ('complaint' in outcome) throw new Error(outcome.complaint);
  return outcome.built;
}

/** Of all processes only one makes a folder. */
const isFirst = (folder: string) =>
  mkdir(join(folder, 'build-begun')).then(
    () => true,
    () => false,
  );
