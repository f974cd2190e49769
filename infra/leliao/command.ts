import { buildCommand, buildRouteMap, type Command, type CommandContext, type RouteMap } from '@stricli/core';
import { errorCodes } from '../../lib/errors';
import { exits, Stop } from '../command-line/exit';
import { aSwitch, choice, type Options, text, type ValuesOf } from '../command-line/options';
import { byPlace, parametersOf } from '../command-line/parameters';
import { type Lang, languages, type Words, words } from '../command-line/words';
import { ApiError, type Common, exitOf, Session, type Surroundings } from './session';

export type Context = CommandContext & {
  around: Surroundings;
  /** The session whose command is running, for whoever is told of an interruption. */
  running: { session: Session | undefined };
  end(code: number): void;
};

type Row<F extends Options, A extends Options> = {
  does: Words;
  /** What else is worth knowing, in `--help` only. */
  more?: Words;
  options?: F;
  /** In this order; those that need not be said come last. */
  places?: A;
  /** How it ended, where that is more than well. */
  run(
    session: Session,
    values: ValuesOf<F> & ValuesOf<A>,
  ): Promise<void> | Promise<keyof typeof exits | undefined>;
};

/** One command, in any language. */
export type Made = (lang: Lang) => Command<Context> | RouteMap<Context>;

const common = {
  json: aSwitch(
    '结果以 JSON 写到标准输出，其余文字写到标准错误',
    'answer as JSON on stdout, words on stderr',
  ),
  lang: choice(languages, '语言（LELIAO_LANG）', 'language (LELIAO_LANG)'),
  api: text('接口地址（LELIAO_API）', 'address of the API (LELIAO_API)'),
} satisfies Options;

/** A command with the options that every command has, and its errors turned into words and exit codes. */
export function command<const F extends Options, const A extends Options>(row: Row<F, A>): Made {
  const { places = {} } = row;
  return (lang) =>
    buildCommand<Record<string, unknown>, unknown[], Context>({
      docs: {
        brief: row.does[lang],
        ...(row.more && { fullDescription: `${row.does[lang]}\n${row.more[lang]}` }),
      },
      parameters: parametersOf({ ...row.options, ...common }, places, lang),
      async func(this: Context, flags, ...given) {
        // What every command has is the session's: a command passes on what is its own alone.
        const { json, api, lang: _lang, ...own } = flags as Common & Record<string, unknown>;
        const session = new Session(this.around, { json, api, lang });
        this.running.session = session;
        try {
          const ended = await row.run(session, { ...own, ...byPlace(places, given) } as ValuesOf<F> &
            ValuesOf<A>);
          if (ended) this.end(exits[ended]);
        } catch (error) {
          this.end(await fail(session, error));
        }
      },
    });
}

/** Commands under one word: `leliao breach …`. */
export function group(does: Words, commands: Record<string, Made>): Made {
  return (lang) =>
    buildRouteMap<string, Context>({
      docs: { brief: does[lang] },
      routes: Object.fromEntries(Object.entries(commands).map(([name, made]) => [name, made(lang)])),
    });
}

/** Says why, on stderr in words and with `--json` on stdout as the service said it. Answers the exit code. */
async function fail(session: Session, error: unknown): Promise<number> {
  if (error instanceof Stop) {
    session.say(error.words);
    if (session.json) await session.print({ error: { message: error.words[session.lang] } }, String);
    return error.exit;
  }
  if (!(error instanceof ApiError)) throw error;
  const { code, message, details, requestId } = error;
  session.say(words(message, englishOf(code)));
  for (const { field, problem } of details?.fields ?? [])
    session.say(words(`  ${field}：${problem}`, `  ${field}: ${problem}`));
  // In Chinese the message of the service is this reason already.
  if (details?.why && !(session.lang === 'zh' && details.why === message))
    session.say(words(`  ${details.why}`, `  ${details.why}`));
  if (details?.retryAfterSeconds !== undefined)
    session.say(
      words(
        `  请在 ${details.retryAfterSeconds} 秒后再试。`,
        `  Try again in ${details.retryAfterSeconds} seconds.`,
      ),
    );
  session.say(
    requestId
      ? words(`  ${code}，请求编号 ${requestId}`, `  ${code}, request ${requestId}`)
      : words(`  ${code}`, `  ${code}`),
  );
  if (exitOf(error) === 'signInNeeded')
    session.say(words('请先登录：leliao login', 'Sign in first: leliao login'));
  if (session.json) await session.print({ error: { code, message, details, requestId } }, String);
  return exits[exitOf(error)];
}

/** The service speaks Chinese. */
function englishOf(code: ApiError['code']): string {
  if (code === 'NETWORK') return 'No answer came: it may or may not have happened.';
  if (code === 'BAD_REPLY') return 'What answered is not the service: check --api.';
  return `Refused (${errorCodes[code]?.status ?? 'for a reason younger than this program'}).`;
}
