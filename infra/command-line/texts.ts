import {
  type ApplicationText,
  ArgumentParseError,
  EnumValidationError,
  FlagNotFoundError,
  text_en,
  UnexpectedFlagError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
} from '@stricli/core';
import { Stop } from './exit';
import { type Lang, type Words, words } from './words';

/**
 * What the frame itself says: headings of the help, and what is wrong with what was typed and what would be right. Nothing that
 * was typed is repeated: it may be a person's number.
 * @param name of the program, as it is typed before `--help`
 */
export function textsIn(lang: Lang, name: string): ApplicationText {
  const say = (said: Words) => said[lang];
  const broken = () => say(words('命令没有装好，请重新安装。', 'The command is not whole: install it anew.'));
  const fault = (error: unknown) =>
    say(
      words(
        `命令出错了，请把这段话交给维护人员：\n${faultOf(error)}`,
        `A fault of this program. Tell its maintainers:\n${faultOf(error)}`,
      ),
    );
  return {
    ...text_en,
    ...(lang === 'zh' && chinese),
    noCommandRegisteredForInput: ({ corrections }) => say(noSuchCommand(corrections, name)),
    exceptionWhileParsingArguments: (error) => say(problemOf(error, name)),
    exceptionWhileLoadingCommandFunction: broken,
    exceptionWhileLoadingCommandContext: broken,
    exceptionWhileRunningCommand: fault,
    exceptionWhileRunningIntegrationHook: fault,
    exceptionWhileRunningIntegrationFlag: fault,
  };
}

const chinese = {
  headers: { usage: '用法', aliases: '别名', commands: '命令', flags: '选项', arguments: '参数' },
  keywords: { default: '默认', separator: '分隔符' },
  briefs: {
    help: '显示这份说明',
    helpAll: '显示全部说明',
    version: '显示版本',
    argumentEscapeSequence: '此后的内容都是参数',
  },
} as const satisfies Partial<ApplicationText>;

function noSuchCommand(near: readonly string[], name: string): Words {
  if (near.length === 0)
    return words(
      `没有这个命令。用 ${name} --help 查看全部命令。`,
      `There is no such command. ${name} --help lists all.`,
    );
  return words(
    `没有这个命令。是不是：${near.join('、')}？`,
    `There is no such command. Is it: ${near.join(', ')}?`,
  );
}

function problemOf(error: unknown, name: string): Words {
  const see = words(`加 --help 查看用法：${name} --help`, `${name} --help says how it is written`);
  if (error instanceof ArgumentParseError) {
    const { exception, externalFlagNameOrPlaceholder: what } = error;
    const why = exception instanceof Stop ? exception.words : words('写得不对', 'is not right');
    return words(`${what}：${why.zh}`, `${what}: ${why.en}`);
  }
  if (error instanceof EnumValidationError) {
    const { externalFlagName: option, values } = error;
    return words(`--${option} 只能是：${values.join('、')}`, `--${option} is one of: ${values.join(', ')}`);
  }
  if (error instanceof FlagNotFoundError) {
    const near = error.corrections.map((one) => `--${one}`);
    if (near.length === 0) return words(`没有这个选项，${see.zh}`, `There is no such option: ${see.en}`);
    return words(
      `没有这个选项。是不是：${near.join('、')}？`,
      `There is no such option. Is it: ${near.join(', ')}?`,
    );
  }
  if (error instanceof UnsatisfiedFlagError) {
    const option = `--${error.externalFlagName}`;
    return words(
      `缺少选项 ${option} 或者它的值，${see.zh}`,
      `Option ${option} or its value is missing: ${see.en}`,
    );
  }
  if (error instanceof UnexpectedFlagError) {
    const option = `--${error.externalFlagName}`;
    return words(`${option} 只能写一次。`, `${option} may be written once.`);
  }
  if (error instanceof UnsatisfiedPositionalError)
    return words(
      `缺少参数 ${error.placeholder}，${see.zh}`,
      `Argument ${error.placeholder} is missing: ${see.en}`,
    );
  if (error instanceof UnexpectedPositionalError) return tooMany(error.expectedCount, name);
  return words(`命令写得不对，${see.zh}`, `This is not right: ${see.en}`);
}

/** npm keeps what stands before `--` to itself, and hands over what it takes for no option of its own. */
function tooMany(most: number, name: string): Words {
  const byNpm = name.endsWith(' --');
  return words(
    `参数太多：最多 ${most} 个。${byNpm ? `选项要写在 -- 之后：${name} --help` : '有空格的内容要加引号。'}`,
    `Too many arguments: at most ${most}. ${byNpm ? `Options stand behind --: ${name} --help` : 'Quote what has spaces.'}`,
  );
}

const faultOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));
