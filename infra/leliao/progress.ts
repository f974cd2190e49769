import type { Words } from '../command-line/words';
import type { Session } from './session';

/** How long one look lasts until the next. The service is asked, never hurried. */
const LOOK_EVERY_MS = 2000;

/** `done` of `total`, where that is known: without it there is no bar to show. */
export type Seen = { done?: number; total?: number; finished: boolean };

/**
 * Looks again and again until it is finished, with a bar where somebody watches. What is watched goes on by itself: an
 * interruption ends the watching alone.
 */
export async function watch<T extends Seen>(
  session: Session,
  label: Words,
  goOn: Words,
  look: () => Promise<T>,
  pause: (milliseconds: number) => Promise<void> = sleep,
): Promise<T> {
  session.goOn = goOn;
  const { stderr } = session.around;
  const isWatched = stderr.isTTY && !session.json;
  let bar: Awaited<ReturnType<typeof barOn>> | undefined;
  try {
    for (;;) {
      const seen = await look();
      if (isWatched && seen.total) {
        bar ??= await barOn(stderr, session.text(label));
        bar.show(seen);
      }
      if (seen.finished) return seen;
      await pause(LOOK_EVERY_MS);
    }
  } finally {
    bar?.stop();
    session.goOn = undefined;
  }
}

async function barOn(stream: NodeJS.WriteStream, label: string) {
  const { default: progress } = await import('cli-progress');
  const bar = new progress.SingleBar({
    stream,
    format: `${label} {bar} {percentage}%  {value}/{total}`,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(1, 0);
  return {
    show({ done = 0, total = 1 }: Seen) {
      bar.setTotal(total);
      bar.update(done);
    },
    stop: () => bar.stop(),
  };
}

const sleep = (milliseconds: number) => new Promise<void>((resolve) => setTimeout(resolve, milliseconds));
