import { buildApplication, buildCommand, type CommandContext, run } from '@stricli/core';
import { exits, Stop } from './exit';
import { choice, type Options, type ValuesOf } from './options';
import { byPlace, exitCodeOf, parametersOf } from './parameters';
import { textsIn } from './texts';
import { type Lang, languageOf, languages, type Words, words } from './words';

/** One program for people, which npm runs by one word. */
type Row<F extends Options, A extends Options> = {
  /** Its word in package.json. */
  script: string;
  does: Words;
  /** What else is worth knowing, in `--help` only. */
  more?: Words;
  options?: F;
  /** In this order; those that need not be said come last. */
  places?: A;
  /** Errors that say all there is to say; any other is a fault of the program. */
  knows?: readonly (abstract new (
    ...given: never[]
  ) => Error)[];
  /** Answers how it ended. */
  run(values: ValuesOf<F> & ValuesOf<A>, reader: Reader): Promise<keyof typeof exits>;
};

/** Whoever reads what a program says. */
export type Reader = {
  lang: Lang;
  /** In the reader's language. */
  text(said: Words): string;
  /** What the program may read of its environment. */
  env: NodeJS.ProcessEnv;
  /** One line of the answer, on stdout. What is not the answer goes to stderr. */
  print(line: string): void;
};

/** Where a program runs. */
export type Around = {
  stdout: { write(text: string): unknown };
  stderr: { write(text: string): unknown };
  env: NodeJS.ProcessEnv;
};

export type Program = { script: string; main(inputs: readonly string[], around: Around): Promise<number> };

const common = {
  lang: choice(languages, '语言（LELIAO_LANG）', 'language (LELIAO_LANG)'),
} satisfies Options;

/**
 * A program with `--lang` and `--help`, which changes nothing. It ends with 2 for what was typed wrongly, before anything is
 * done, and says what would be right; otherwise as its row says, and with 1 where that throws.
 */
export function program<const F extends Options, const A extends Options>(row: Row<F, A>): Program {
  const { script, does, more, places = {}, knows = [] } = row;
  const options = { ...row.options, ...common };
  const name = `npm ${script === 'start' ? script : `run ${script}`} --`;
  const commandIn = (lang: Lang, env: NodeJS.ProcessEnv, end: (code: number) => void) =>
    buildCommand<Record<string, unknown>, unknown[], CommandContext>({
      docs: { brief: does[lang], ...(more && { fullDescription: `${does[lang]}\n${more[lang]}` }) },
      parameters: parametersOf(options, places, lang),
      async func(flags, ...given) {
        const say = (said: string) => this.process.stderr.write(`${said}\n`);
        try {
          const values = { ...flags, ...byPlace(places, given) } as ValuesOf<F> & ValuesOf<A>;
          const reader: Reader = {
            lang,
            env,
            text: (said) => said[lang],
            print: (line) => this.process.stdout.write(`${line}\n`),
          };
          end(exits[await row.run(values, reader)]);
        } catch (error) {
          if (error instanceof Stop) {
            say(error.words[lang]);
            end(error.exit);
          } else if (knows.some((known) => error instanceof known)) {
            say((error as Error).message);
            end(exits.refused);
          } else throw error;
        }
      },
    });
  return {
    script,
    async main(inputs, { stdout, stderr, env }) {
      const lang = languageOf(inputs, env);
      const taken = takenByNpm(Object.keys(options), script, env);
      if (taken) {
        stderr.write(`${whereTo(taken, name)[lang]}\n`);
        return exits.usage;
      }
      let ended: number | undefined;
      const process: { exitCode?: number } & Around = { stdout, stderr, env };
      const command = commandIn(lang, env, (code) => {
        ended = code;
      });
      const application = buildApplication(command, {
        name,
        scanner: { caseStyle: 'allow-kebab-for-camel', allowArgumentEscapeSequence: true },
        documentation: { onlyRequiredInUsageLine: true },
        localization: { text: textsIn(lang, name) },
      });
      await run(application, inputs, { process });
      return ended ?? exitCodeOf(process.exitCode ?? 0);
    },
  };
}

/** `npm run x --status`: npm takes the option for one of its own, and the program would do what nobody asked for. */
function takenByNpm(options: string[], script: string, env: NodeJS.ProcessEnv): string | undefined {
  if (env.npm_lifecycle_event !== script) return undefined;
  return options.find((one) => env[`npm_config_${one.toLowerCase()}`]);
}

const whereTo = (option: string, name: string): Words =>
  words(
    `--${option} 写在了 npm 自己的选项里，命令没有收到，什么也没有做。请写成：${name} --${option} …`,
    `npm has kept --${option} to itself, so nothing was done. Write: ${name} --${option} …`,
  );

/** Runs a program on what was typed; the process ends when nothing is left to do. */
export async function start(one: Program): Promise<void> {
  process.exitCode = await one.main(process.argv.slice(2), process);
}

/** Ends the process at once, whatever of it is left. */
export async function startAndEnd(one: Program): Promise<void> {
  await start(one);
  process.exit();
}
