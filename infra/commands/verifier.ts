import { neededText } from '../command-line/options';
import { type Program, program } from '../command-line/program';
import { type Lang, type Words, words } from '../command-line/words';
import { keysOption, readKeys } from './published-keys';

type Row = {
  script: string;
  does: Words;
  /** What a file is that holds, line by line. @throws NotProved where it proves nothing; Stop where nobody could look */
  says(file: string, keys: Awaited<ReturnType<typeof readKeys>>, lang: Lang): Promise<string[]>;
};

/**
 * A command that checks a file with the published keys and knows nothing else of the service, so that anybody could have
 * written it. It ends with 0 when the file holds, with 1 when it proves nothing, with 2 when it could not be checked.
 */
export const verifier = ({ script, does, says }: Row): Program =>
  program({
    script,
    does,
    more: words(
      '退出码：0 有效，1 不能证明什么，2 没能核对。',
      'Ends with 0 when it holds, with 1 when it proves nothing, with 2 when it could not be checked.',
    ),
    options: { keys: keysOption },
    places: { file: neededText('要验证的文件', 'the file to be verified') },
    run: async ({ file, keys }, { lang, print }) => {
      for (const line of await says(file, await readKeys(keys), lang)) print(line);
      return 'ok';
    },
  });

/** A moment as people in China read it. `moment`: an instant, or epoch milliseconds. */
export function inBeijing(moment: string | number): string {
  return new Date(moment).toLocaleString('zh-CN', { timeZone: 'Asia/Shanghai', hour12: false });
}
