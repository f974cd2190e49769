import {
  type ApplicationText,
  ArgumentParseError,
  ArgumentScannerError,
  EnumValidationError,
  FlagNotFoundError,
  text_en,
  UnexpectedFlagError,
  UnexpectedPositionalError,
  UnsatisfiedFlagError,
  UnsatisfiedPositionalError,
} from '@stricli/core';
import { Stop } from './exit';
import type { Lang } from './words';

/** What the frame itself says: headings of the help, and what is wrong with what was typed and what would be right. */
export const textsIn = (lang: Lang): ApplicationText => (lang === 'zh' ? chinese : english);

const english: ApplicationText = {
  ...text_en,
  exceptionWhileParsingArguments: (error, color) =>
    problemOf(error, 'en') ?? text_en.exceptionWhileParsingArguments(error, color),
  exceptionWhileRunningCommand: (error) =>
    `A fault of this program. Tell its maintainers:\n${faultOf(error)}`,
  noCommandRegisteredForInput: (args) => `${text_en.noCommandRegisteredForInput(args)} See leliao --help.`,
};

const chinese: ApplicationText = {
  headers: { usage: '用法', aliases: '别名', commands: '命令', flags: '选项', arguments: '参数' },
  keywords: { default: '默认', separator: '分隔符' },
  briefs: {
    help: '显示这份说明',
    helpAll: '显示全部说明',
    version: '显示版本',
    argumentEscapeSequence: '此后的内容都是参数',
  },
  noCommandRegisteredForInput: ({ corrections }) =>
    corrections.length > 0
      ? `没有这个命令。是不是：${corrections.join('、')}？`
      : '没有这个命令。用 leliao --help 查看全部命令。',
  noTextAvailableForLocale: () => '没有这种语言的说明。',
  exceptionWhileParsingArguments: (error) => problemOf(error, 'zh') ?? '命令写得不对，加 --help 查看用法。',
  exceptionWhileLoadingCommandFunction: () => '命令没有装好，请重新安装 leliao。',
  exceptionWhileLoadingCommandContext: () => '命令没有装好，请重新安装 leliao。',
  exceptionWhileRunningCommand: (error) => `命令出错了，请把这段话交给维护人员：\n${faultOf(error)}`,
  exceptionWhileRunningIntegrationHook: () => '命令出错了。',
  exceptionWhileRunningIntegrationFlag: () => '命令出错了。',
  commandErrorResult: (error) => error.message,
  currentVersionIsNotLatest: ({ latestVersion }) => `有新版本 ${latestVersion}。`,
};

/** What is wrong, without what was typed: it may be a person's number. Undefined for what the library says well enough. */
function problemOf(error: unknown, lang: Lang): string | undefined {
  const zh = lang === 'zh';
  if (error instanceof ArgumentParseError) {
    const { exception, externalFlagNameOrPlaceholder: name } = error;
    const why = exception instanceof Stop ? exception.words[lang] : zh ? '写得不对' : 'is not right';
    return zh ? `${name}：${why}` : `${name}: ${why}`;
  }
  if (error instanceof EnumValidationError) {
    const { externalFlagName: name, values } = error;
    return zh ? `--${name} 只能是：${values.join('、')}` : `--${name} is one of: ${values.join(', ')}`;
  }
  if (!zh) return undefined;
  if (error instanceof FlagNotFoundError) {
    const near = error.corrections.map((one) => `--${one}`).join('、');
    return near ? `没有这个选项。是不是：${near}？` : '没有这个选项，加 --help 查看全部选项。';
  }
  if (error instanceof UnsatisfiedFlagError) return `缺少选项 --${error.externalFlagName} 或者它的值。`;
  if (error instanceof UnexpectedFlagError) return `--${error.externalFlagName} 只能写一次。`;
  if (error instanceof UnsatisfiedPositionalError) return `缺少参数 ${error.placeholder}。`;
  if (error instanceof UnexpectedPositionalError)
    return `参数太多：最多 ${error.expectedCount} 个。有空格的内容要加引号。`;
  return error instanceof ArgumentScannerError ? '命令写得不对，加 --help 查看用法。' : undefined;
}

const faultOf = (error: unknown) => (error instanceof Error ? (error.stack ?? error.message) : String(error));
