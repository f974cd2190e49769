import type { Program } from '../../infra/command-line/program';

/** A program for people as it runs on these words: what it said where, and how it ended. */
export async function ran({ main }: Program, inputs: readonly string[], env: NodeJS.ProcessEnv = {}) {
  const said = { out: '', err: '' };
  const into = (name: keyof typeof said) => ({
    write: (text: string) => {
      said[name] += text;
    },
  });
  const code = await main(inputs, { stdout: into('out'), stderr: into('err'), env });
  return { code, ...said };
}
