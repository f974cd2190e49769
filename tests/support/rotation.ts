import { type RotateParts, rotationStatus, startRotation } from '../../infra/commands/rotate-keys';
import { systemRandom } from '../../lib/crypto/random';
import { rootKeys } from '../../lib/crypto/root-key';
import type { Deps } from '../../lib/deps';
import type { ProcessKind, Step } from '../../lib/process/kind';
import { processKinds } from '../../lib/process/kinds';
import { KEEP_RETIRED_MS, rotation } from '../../lib/process/rotation';
import { runProcess } from '../../lib/process/run';
import { dueProcesses } from '../../lib/table/process/process';
import { partsInUse } from './scan';
import type { World } from './world';

type Kinds = Record<string, ProcessKind>;

/** Longer than any wait of a rotation but the rest of retired keys. */
export const LONG_ENOUGH_MS = 11 * 60_000;
/** Rounds of the timer after which a rotation is over. */
const ENOUGH_ROUNDS = 40;

/** What the command `rotate-keys` has, on another machine where one is given. */
export function rotateParts({ deps, config }: World, setting = config.ROOT_KEY, on: Deps = deps) {
  const { table, queue, clock } = on;
  const roots = rootKeys(setting, config.SERVICE_REGION, systemRandom);
  return {
    table,
    queue,
    clock,
    roots,
    suite: config.SEAL_SUITE,
    random: systemRandom,
  } satisfies RotateParts & {
    queue: Deps['queue'];
  };
}

export const startOn = (world: World, on?: Deps) => startRotation(rotateParts(world, undefined, on));
export const statusOf = (world: World) => rotationStatus(rotateParts(world));

/** Parts of everybody that are gone through where all of them would show nothing more: they are gone through alike. */
const PARTS = 3;

/** A step that begins the first parts only; those that were never begun count as over. */
const firstParts =
  (step?: Step): Step =>
  async (deps, input) => {
    const next = await step?.(deps, input);
    if (!next || 'waitUntilMs' in next) throw new Error('a step that begins parts has become another one');
    const { writes = [], starts = [] } = next;
    return { ...next, writes: writes.slice(0, PARTS), starts: starts.slice(0, PARTS) };
  };

/** Rotations of the first parts of everybody, which cost a twentieth. */
export const inFewParts: Kinds = {
  ...processKinds,
  rotation: {
    ...rotation,
    spread: firstParts(rotation.spread),
    spreadAgain: firstParts(rotation.spreadAgain),
  },
};

/** Takes messages until there is none. */
export async function deliver({ deps, queued }: World, on: Deps = deps, kinds = inFewParts): Promise<void> {
  for (let next = queued.shift(); next; next = queued.shift()) await runProcess(on, next, 'rotation', kinds);
}

/** One round of the timer: takes up what is due. Answers how many that were. */
export async function timer(world: World, on: Deps = world.deps, kinds = inFewParts): Promise<number> {
  let found = 0;
  for (const shard of await partsInUse(world)) {
    const { due } = await dueProcesses(on.table, shard, world.deps.clock.now(), 100);
    found += due.length;
    for (const { ref } of due) await runProcess(on, ref, 'rotation', kinds);
  }
  return found;
}

/** Lets time pass, message by message and round by round, until the table is as `isThere` says. */
export async function passUntil(
  world: World,
  isThere: (step: string) => boolean,
  on?: Deps,
  kinds = inFewParts,
): Promise<void> {
  for (let round = 0; round < ENOUGH_ROUNDS; round += 1) {
    await deliver(world, on, kinds);
    const { step, partsLeft } = await statusOf(world);
    if (isThere(step) && (step !== 'over' || partsLeft === 0)) return;
    world.wait(step === 'rest' ? KEEP_RETIRED_MS : LONG_ENOUGH_MS);
    await timer(world, on, kinds);
  }
  throw new Error('the rotation does not get there');
}

/** Until the rotation is over and the older keys are gone. */
export const finishRotation = (world: World, on?: Deps, kinds = inFewParts) =>
  passUntil(world, (step) => step === 'over', on, kinds);
