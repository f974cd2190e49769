import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { notify } from '../../functions/notify/index';
import { withLiveWays } from '../../functions/notify/live';
import { patient, patientLimits } from '../../infra/local/patient';
import { functionCapabilities } from '../../lib/capabilities';
import { readConfig } from '../../lib/config';
import { buildDeps, type Deps } from '../../lib/deps';
import { handleAws } from '../../lib/host/aws';
import { limitTo } from '../../lib/limit-to';
import { createLog } from '../../lib/log';
import { liveChannels, type Way } from '../../lib/notice/channel-set';

/** When a worker dies: at the how-manieth of its steps of one invocation, before that took effect or after it did. */
export type Cut = { atStep: number; when: 'before' | 'after' };
/** One invocation, at a moment. */
export type Asked = { event: unknown; requestId: string; nowMs: number; cut?: Cut };
/** What it says then: the answer of the function, or at which step it is about to die. */
export type Said = { answer: unknown; steps: number; nowMs: number } | { dies: string };

/** A machine busy with other tests is slow, and what a partner took without an answer in time is tried by another channel. */
const limits = { ...patientLimits, partner: patient };
const INVOCATION_MS = 600_000;

const say = (said: Said) => writeSync(1, `${JSON.stringify(said)}\n`);

/**
 * The function `notify` in a process of its own, as its host runs it, for killed-workers.test.ts: whatever it writes to
 * the table or the queue, sends or pulls is a step, and at the step that an invocation names it kills itself by SIGKILL.
 */
function start(): (asked: Asked) => Promise<void> {
  let nowMs = 0;
  let steps = 0;
  let cut: Cut | undefined;

  async function step<T>(name: string, act: () => Promise<T>): Promise<T> {
    steps += 1;
    const dies = steps === cut?.atStep ? cut.when : undefined;
    if (dies === 'before') die(`before ${name}`);
    const answer = await act();
    if (dies === 'after') die(`after ${name}`);
    return answer;
  }
  /** The same, with some of its calls counted. */
  function stepping<O extends object>(name: string, client: O, ...counted: (keyof O)[]): O {
    const steps = counted.flatMap((one) => {
      const act = client[one] as unknown as ((...given: unknown[]) => Promise<unknown>) | undefined;
      const call = (...given: unknown[]) =>
        step(`${name}.${String(one)}`, () => act?.apply(client, given) as Promise<unknown>);
      return act ? [[one, call]] : [];
    });
    return { ...client, ...Object.fromEntries(steps) };
  }

  const has = functionCapabilities.notify;
  const clock = { now: () => nowMs };
  const log = createLog((line) => void writeSync(2, `${line}\n`));
  const built = withLiveWays(limitTo(buildDeps(readConfig(process.env, has), { clock, log, limits }), has));
  const counted = Object.entries(built.channels.live.ways).map(([id, way]) => [
    id,
    stepping<Way>(id, way, 'send', 'pullReceipts'),
  ]);
  const deps: Deps = {
    ...built,
    table: stepping('table', built.table, 'write', 'update'),
    noticeQueue: stepping('queue', built.noticeQueue, 'send'),
    channels: {
      ...built.channels,
      live: liveChannels(Object.fromEntries(counted)),
      async until(atMs) {
        nowMs = Math.max(nowMs, atMs);
      },
    },
  };
  return async ({ event, requestId, nowMs: now, cut: at }) => {
    nowMs = now;
    steps = 0;
    cut = at;
    const answer = await handleAws(deps, 'notify', notify, event, requestId, () => INVOCATION_MS).catch(
      (error: Error) => ({ threw: error.message }),
    );
    say({ answer, steps, nowMs });
  };
}

function die(at: string): never {
  say({ dies: at });
  process.kill(process.pid, 'SIGKILL');
  for (;;); // until it arrives
}

if (require.main === module) {
  const invoke = start();
  createInterface({ input: process.stdin }).on('line', (line) => void invoke(JSON.parse(line)));
}
