export type Stoppable = { stop(): Promise<void> };

/**
 * Waits for things that are starting side by side. When one fails, those that did start are stopped before the
 * failure is thrown, so that nothing is left behind.
 */
export async function startTogether<T extends Record<string, Promise<Stoppable>>>(
  starting: T,
): Promise<{ [K in keyof T]: Awaited<T[K]> }> {
  const names = Object.keys(starting);
  const outcomes = await Promise.allSettled(Object.values(starting));
  const started = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  const failure = outcomes.find((outcome) => outcome.status === 'rejected');
  if (failure) {
    await stopTogether(started);
    throw failure.reason;
  }
  return Object.fromEntries(names.map((name, index) => [name, started[index]])) as {
    [K in keyof T]: Awaited<T[K]>;
  };
}

/** Stops everything side by side. A failure to stop one does not keep the others running. */
export async function stopTogether(running: Stoppable[]): Promise<void> {
  await Promise.allSettled(running.map((one) => one.stop()));
}
