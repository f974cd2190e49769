import { Stop } from '../command-line/exit';
import { type Words, words } from '../command-line/words';
import type { Session } from './session';

/** Of every command that cannot be taken back. */
export type Step = {
  /** What has to be typed: the number of the incident, or of whatever it is about. */
  number: string;
  /** What will happen, to whom and to how many, line by line. */
  does: Words[];
  /** What `--yes` was given, for scripts. */
  yes: string | undefined;
};

/**
 * Says what a step will do and goes on only when its number has been typed.
 * @throws Stop when another number was typed or given, or nobody is there to ask
 */
export async function confirmStep(session: Session, { number, does, yes }: Step): Promise<void> {
  for (const line of does) session.say(line);
  if (yes !== undefined) {
    if (yes === number) return;
    throw new Stop(
      'usage',
      words(
        '--yes 后面的编号与这一步的编号不一致，没有执行。',
        '--yes names another number than this step: nothing was done.',
      ),
    );
  }
  const { stdin, stderr } = session.around;
  if (!stdin.isTTY || !stderr.isTTY)
    throw new Stop(
      'usage',
      words(
        `没有可以确认的终端，没有执行。脚本请加 --yes ${number}`,
        `Nobody is there to confirm: nothing was done. In a script add --yes ${number}`,
      ),
    );
  const { isCancel, text } = await import('@clack/prompts');
  const typed = await text({
    message: session.text(
      words(
        `输入 ${number} 以确认（直接回车则不执行）`,
        `Type ${number} to confirm (Enter alone does nothing)`,
      ),
    ),
    input: stdin,
    output: stderr,
  });
  if (isCancel(typed)) throw new Stop('interrupted', nothingDone);
  if (typed?.trim().toUpperCase() !== number.toUpperCase()) throw new Stop('refused', nothingDone);
}

const nothingDone = words('没有执行。', 'Nothing was done.');
