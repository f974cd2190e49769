/** A text in the two languages of the command line. Chinese is what the operator's people work in. */
export type Words = { zh: string; en: string };
export type Lang = keyof Words;

export const languages = ['zh', 'en'] as const satisfies readonly Lang[];

export const words = (zh: string, en: string): Words => ({ zh, en });

/** From `--lang` wherever it stands, else from LELIAO_LANG, else Chinese. What is neither is refused where options are read. */
export function languageOf(inputs: readonly string[], environment: NodeJS.ProcessEnv): Lang {
  const at = inputs.findIndex((one) => one === '--lang' || one.startsWith('--lang='));
  const given = inputs[at]?.split('=')[1] ?? inputs[at + 1];
  const asked = at < 0 ? environment.LELIAO_LANG : given;
  return languages.find((one) => one === asked) ?? 'zh';
}
