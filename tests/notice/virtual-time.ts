import { setImmediate as turn } from 'node:timers/promises';

/** Turns of the event loop with nothing under way after which everybody is surely asleep. */
const QUIET_TURNS = 3;

export type VirtualTime = {
  now(): number;
  /** Sleeps until a moment of this time. */
  until(atMs: number): Promise<void>;
  /** Calls of this client take no time, and time stands still while one is under way. */
  instant<O extends object>(client: O): O;
  /** Lets time pass until this is done. */
  pass(work: Promise<unknown>): Promise<void>;
};

/** A time that goes on only when everybody sleeps, and then at once to whoever wakes first. */
export function virtualTime(now: () => number, move: (byMs: number) => void): VirtualTime {
  let underWay = 0;
  /** Told when nothing is under way any more: to look for it again and again would take the processor from who is at it. */
  let idle = () => {};
  const sleepers: { atMs: number; wake(): void }[] = [];
  return {
    now,
    until: (atMs) =>
      new Promise((resolve) => {
        sleepers.push({ atMs, wake: () => resolve() });
      }),
    instant<O extends object>(client: O): O {
      const entries = Object.entries(client).map(([name, act]) => [
        name,
        typeof act !== 'function'
          ? act
          : (...given: unknown[]) => {
              const answer = act.apply(client, given);
              if (!(answer instanceof Promise)) return answer;
              underWay += 1;
              return answer.finally(() => {
                underWay -= 1;
                if (underWay === 0) idle();
              });
            },
      ]);
      return Object.fromEntries(entries) as O;
    },
    async pass(work) {
      let isDone = false;
      const done = work.finally(() => {
        isDone = true;
      });
      let quiet = 0;
      while (!isDone) {
        await turn();
        if (underWay > 0) {
          await new Promise<void>((resolve) => {
            idle = resolve;
          });
          quiet = 0;
        } else quiet += 1;
        if (quiet < QUIET_TURNS || sleepers.length === 0) continue;
        quiet = 0;
        sleepers.sort((a, b) => a.atMs - b.atMs);
        const first = sleepers.shift();
        move(Math.max(0, (first?.atMs ?? 0) - now()));
        first?.wake();
      }
      await done;
    },
  };
}
