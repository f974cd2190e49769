import { setTimeout as pause } from 'node:timers/promises';
import { ApiError } from '../../../lib/client/api-error';
import { AppError } from '../../../lib/errors';

/** Does one thing for each, so many side by side, and answers in the order of the given; `done` hears how far it is. */
export async function inTurn<T, R>(
  all: readonly T[],
  atOnce: number,
  each: (one: T, index: number) => Promise<R>,
  done: (count: number) => void = () => {},
): Promise<R[]> {
  const answers: R[] = new Array(all.length);
  let next = 0;
  let finished = 0;
  const worker = async () => {
    while (next < all.length) {
      const index = next;
      next += 1;
      answers[index] = await each(all[index] as T, index);
      finished += 1;
      done(finished);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return answers;
}

/** What there is, in parts of so many. */
export function parts<T>(all: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, part) =>
    all.slice(part * size, (part + 1) * size),
  );
}

/** Tries of what meets others at a count that all share, or a service that has thousands of messages to deliver. */
const TRIES = 20;
const PAUSE_MS = 500;

/** Does it again while it is BUSY: what it writes is written once, however often it is tried. */
export async function patiently<T>(act: () => Promise<T>): Promise<T> {
  for (let left = TRIES; ; left -= 1) {
    try {
      return await act();
    } catch (error) {
      const isBusy = (error instanceof AppError || error instanceof ApiError) && error.code === 'BUSY';
      if (!isBusy || left === 0) throw error;
    }
    await pause(PAUSE_MS);
  }
}
