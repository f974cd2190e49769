import { ApiError } from '../../../lib/client/client';
import type { Reader } from '../../command-line/program';
import { words } from '../../command-line/words';

/**
 * What the journey prints, in the reader's language: each text is given in Chinese and in English. Every expectation is checked;
 * `failures` says how many did not hold. What the service itself says to people stands in 「」, and is Chinese for every reader.
 */
export type Teller = ReturnType<typeof tellerFor>;

export function tellerFor({ lang, print }: Pick<Reader, 'lang' | 'print'>) {
  let steps = 0;
  let failed = 0;

  const say = (zh: string, en: string): void => print(words(zh, en)[lang]);
  const chapter = (zh: string, en: string): void => say(`\n── ${zh} ──`, `\n── ${en} ──`);

  function step(zh: string, en: string): void {
    steps += 1;
    say(`\n${steps}. ${zh}`, `\n${steps}. ${en}`);
  }

  function expect(holds: boolean, zh: string, en: string): void {
    if (!holds) failed += 1;
    const mark = holds ? '✓' : '✗';
    say(`   ${mark} ${zh}`, `   ${mark} ${en}`);
  }

  /** A call that must be refused with `code`; says what the person would read. */
  async function refused(code: string, zh: string, en: string, call: () => Promise<unknown>): Promise<void> {
    try {
      await call();
      expect(
        false,
        `${zh}：本应被拒绝（${code}），却成功了`,
        `${en}: should have been refused (${code}), and was done`,
      );
    } catch (error) {
      const got = error instanceof ApiError ? error : undefined;
      const reason = `「${reasonOf(got)}」`;
      expect(
        got?.code === code,
        `${zh}：被拒绝，${got?.code ?? '未知错误'}${reason}`,
        `${en}: refused, ${got?.code ?? 'unknown error'} ${reason}`,
      );
    }
  }

  return { lang, say, chapter, step, expect, refused, failures: () => failed };
}

/** The most exact words of an answer: of the field, of the state, or of the error. */
function reasonOf(error: ApiError | undefined): string {
  const { fields, why } = (error?.details ?? {}) as { fields?: { problem: string }[]; why?: string };
  return fields?.[0]?.problem ?? why ?? error?.message ?? '';
}
