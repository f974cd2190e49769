import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Program, program } from '../command-line/program';
import type { Words } from '../command-line/words';

const root = join(__dirname, '../..');

type Row = {
  script: string;
  does: Words;
  /** What stands in each file, by its path in the project. */
  files(): Record<string, string> | Promise<Record<string, string>>;
};

/** A program that writes files of the project anew from the code, and says which. */
export const writer = ({ script, does, files }: Row): Program =>
  program({
    script,
    does,
    run: async (_, { print }) => {
      for (const [path, text] of Object.entries(await files())) {
        await writeFile(join(root, path), text);
        print(path);
      }
      return 'ok';
    },
  });
