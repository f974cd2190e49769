/** The promise, or a rejection once the time is up. */
export function within<T>(timeoutMs: number, promise: Promise<T>, onTimeout?: () => void): Promise<T> {
  let timer: ReturnType<typeof setTimeout>;
  const timeUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      if (onTimeout) onTimeout();
      reject(new Error(`No answer within ${timeoutMs} ms.`));
    }, timeoutMs);
  });
  const stop = () => clearTimeout(timer);
  promise.then(stop, stop);
  return Promise.race([promise, timeUp]);
}
