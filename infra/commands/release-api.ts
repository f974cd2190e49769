import { existsSync, readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { breaksOf, isAnother } from '../build/compatible';
import { type Contract, contractOf, contractText } from '../build/contract';
import { Stop } from '../command-line/exit';
import { program, start } from '../command-line/program';
import { type Words, words } from '../command-line/words';

const PATH = 'docs/released-api.json';
const RELEASED_API = join(__dirname, '../..', PATH);

/** What was last released, or nothing before the first release. */
export function releasedContract(): Contract | undefined {
  return existsSync(RELEASED_API) ? (JSON.parse(readFileSync(RELEASED_API, 'utf8')) as Contract) : undefined;
}

const numbersOf = ({ version }: Contract) => version.split('.').map(Number) as [number, number, number];

/**
 * Why an API may not go out under its version after what was released: a program could stumble over it and the first number is the
 * same, or something was added and the second is. Nothing when it may.
 */
export function refusalOf(released: Contract, now: Contract): Words | undefined {
  const [before, after] = [numbersOf(released), numbersOf(now)];
  const breaks = breaksOf(released, now);
  if (after[0] < before[0] || (after[0] === before[0] && breaks.length > 0)) {
    const lines = breaks.map((line) => `  ${line}`).join('\n');
    return words(
      `这些改变会让为 /v${before[0]} 写的程序出错，要用新的路径（lib/api-version.ts）：\n${lines}`,
      `A program written for /v${before[0]} could stumble over this, so it takes a new path (lib/api-version.ts):\n${lines}`,
    );
  }
  if (after[0] === before[0] && after[1] <= before[1] && isAnother(released, now))
    return words(
      `有新增的内容，要提高 lib/api-version.ts 里的第二个数字（已发布的是 ${released.version}）。`,
      `Something was added: raise the second number in lib/api-version.ts (${released.version} is released).`,
    );
  return undefined;
}

const releaseApi = program({
  script: 'release-api',
  does: words(
    `把现在的接口记为已发布：${PATH}；版本不允许的改变，逐项说出，什么也不写`,
    `note the API as it is as released, in ${PATH}; what its version does not allow is said, and nothing written`,
  ),
  run: async (_, { print }) => {
    const [released, now] = [releasedContract(), contractOf()];
    const refusal = released && refusalOf(released, now);
    if (refusal) throw new Stop('refused', refusal);
    await writeFile(RELEASED_API, contractText(now));
    print(`${PATH} ${now.version}`);
    return 'ok';
  },
});

if (require.main === module) void start(releaseApi);
