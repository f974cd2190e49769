import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Words, words } from '../command-line/words';
import { CannotStart } from './cannot-start';

/** What DynamoDB Local runs on. */
const OLDEST_JAVA = 17;

export const javaTroubles = {
  'no java': words(
    'DynamoDB Local 需要 Java 17，这台机器上没有：请安装（Debian、Ubuntu：apt-get install openjdk-17-jre-headless；' +
      'macOS：brew install openjdk@17），直到 java -version 能运行。',
    'DynamoDB Local needs Java 17 and found none: install it (Debian or Ubuntu: apt-get install ' +
      'openjdk-17-jre-headless; macOS: brew install openjdk@17) and see that "java -version" works.',
  ),
  'old java': words(
    'DynamoDB Local 需要 Java 17，这台机器上的更旧：请安装 Java 17，或者让 JAVA_HOME 指向它。',
    'DynamoDB Local needs Java 17 and found an older one: install Java 17, or set JAVA_HOME to where it is.',
  ),
};

export const cannotStart = ({ zh, en }: Words): CannotStart => new CannotStart(zh, en);

/** The Java of JAVA_HOME where it is there, else that of the path. */
export function javaCommand({ JAVA_HOME }: NodeJS.ProcessEnv): string {
  const java = JAVA_HOME && join(JAVA_HOME, 'bin', process.platform === 'win32' ? 'java.exe' : 'java');
  return java && existsSync(java) ? java : 'java';
}

/** Looks for Java before anything is built that would be for nothing. @throws CannotStart where there is none, or an old one */
export async function assertJava(environment: NodeJS.ProcessEnv = process.env): Promise<void> {
  const said = await new Promise<string | undefined>((resolve) => {
    execFile(javaCommand(environment), ['-version'], { env: environment }, (error, out, err) =>
      resolve(error ? undefined : `${out}${err}`),
    );
  });
  if (said === undefined) throw cannotStart(javaTroubles['no java']);
  // One that names no version is tried.
  const version = Number(/version "(\d+)/.exec(said)?.[1] ?? OLDEST_JAVA);
  if (version < OLDEST_JAVA) throw cannotStart(javaTroubles['old java']);
}
