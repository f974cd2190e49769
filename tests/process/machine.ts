import type { Deps } from '../../lib/deps';

/** When the power goes, seen from one call to the table, a partner or the queue. */
export type Cut = { atCall: number; when: 'before it took effect' | 'after it took effect' };

export class PowerCut extends Error {
  override name = 'PowerCut';
}

/**
 * The service on a machine that counts its calls to table, files, locked bucket and queue, and loses its power at one of them: that call
 * and every later one fails, as for a process that is no more.
 */
export function machine(
  deps: Deps,
  cut?: Cut,
): { deps: Deps; calls: () => number; powered: <O extends object>(client: O) => O } {
  let calls = 0;
  let isDead = false;
  async function call<T>(act: () => Promise<T>): Promise<T> {
    if (isDead) throw new PowerCut();
    calls += 1;
    if (calls !== cut?.atCall) return act();
    isDead = true;
    if (cut.when === 'after it took effect') await act();
    throw new PowerCut();
  }
  function powered<O extends object>(client: O): O {
    const entries = Object.entries(client).map(([name, act]) => [
      name,
      typeof act === 'function' ? (...given: unknown[]) => call(() => act.apply(client, given)) : act,
    ]);
    return Object.fromEntries(entries) as O;
  }
  const { table, objects, queue, noticeQueue, vault } = deps;
  const clients = {
    table: powered(table),
    objects: powered(objects),
    queue: powered(queue),
    vault: powered(vault),
  };
  return {
    deps: { ...deps, ...clients, noticeQueue: powered(noticeQueue) },
    calls: () => calls,
    powered,
  };
}
