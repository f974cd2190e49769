/** How long one client waits. `attemptMs`: one try, from connecting to the last byte. `totalMs`: all tries and pauses. */
export type TimeLimit = { attemptMs: number; totalMs: number };

/**
 * Every wait of the service, in milliseconds. Functions that people call end at 10 s (serverless.yml), so a call must
 * end before: one partner that never answers and a table in trouble still fit together. A test does the sums.
 */
export const timeLimits = {
  /** A person's call as a whole, however many clients it needs. What is left of the function's time is for the reply. */
  callMs: 9_500,
  /** A partner's call of a webhook as a whole: WeChat waits 5 s and then sends the same once more. */
  webhookMs: 4_500,
  /** Getting through to an AWS service; part of an attempt. */
  connectMs: 1_000,
  table: { attemptMs: 1_500, totalMs: 4_000 },
  rootKey: { attemptMs: 1_500, totalMs: 4_000 },
  queue: { attemptMs: 1_500, totalMs: 4_000 },
  /** Whoever is asked over plain HTTPS: WeChat, the identity partners, the staff's issuer, the objects. */
  partner: { attemptMs: 3_000, totalMs: 5_000 },
  /** Messages of a batch share their function's time: so much must be left for another one to be begun. */
  messageMs: 10_000,
  /** And so much is kept for the answer that says which messages go back: without it all of them would. */
  answerMs: 2_000,
};
export type TimeLimits = typeof timeLimits;

/** Nobody answered in time. What was asked for may have happened or not. */
export class TimeoutError extends Error {
  constructor() {
    super('no answer in time');
    this.name = 'TimeoutError';
  }
}

/**
 * Runs work that ends after `limitMs` at the latest, whatever it waits for: its signal stops what heeds it, and the
 * promise does not wait for what does not. A signal from outside stops it too.
 * @throws TimeoutError
 */
export async function within<T>(
  limitMs: number,
  work: (signal: AbortSignal) => Promise<T>,
  outside?: AbortSignal,
): Promise<T> {
  outside?.throwIfAborted();
  const stop = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const end = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new TimeoutError();
      reject(error); // first, so that it is this error that counts
      stop.abort(error);
    }, limitMs);
  });
  try {
    return await Promise.race([work(outside ? AbortSignal.any([stop.signal, outside]) : stop.signal), end]);
  } finally {
    clearTimeout(timer);
  }
}
