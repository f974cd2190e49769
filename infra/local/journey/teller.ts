import { ApiError } from '../../../lib/client/client';

/** What the journey prints. Every expectation is checked; `failures` says how many did not hold. */
let steps = 0;
let failed = 0;

export const failures = (): number => failed;

export function say(text: string): void {
  console.log(text);
}

export function chapter(title: string): void {
  say(`\n── ${title} ──`);
}

export function step(title: string): void {
  steps += 1;
  say(`\n${steps}. ${title}`);
}

export function expect(holds: boolean, text: string): void {
  if (!holds) failed += 1;
  say(`   ${holds ? '✓' : '✗'} ${text}`);
}

/** A call that must be refused with `code`; says what the person would read. */
export async function refused(code: string, what: string, call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
    expect(false, `${what}：本应被拒绝（${code}），却成功了`);
  } catch (error) {
    const got = error instanceof ApiError ? error : undefined;
    expect(got?.code === code, `${what}：被拒绝，${got?.code ?? '未知错误'}「${reasonOf(got)}」`);
  }
}

/** The most exact words of an answer: of the field, of the state, or of the error. */
function reasonOf(error: ApiError | undefined): string {
  const { fields, why } = (error?.details ?? {}) as { fields?: { problem: string }[]; why?: string };
  return fields?.[0]?.problem ?? why ?? error?.message ?? '';
}
