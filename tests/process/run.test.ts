import { AppError } from '../../lib/errors';
import type { ProcessKind } from '../../lib/process/kind';
import { runProcess } from '../../lib/process/run';
import { beginProcess, type Process, processKey, readProcess } from '../../lib/table/process/process';
import { createWorld, type World } from '../support/world';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

let world: World;
let rows = 0;
beforeAll(async () => {
  world = await createWorld();
});

async function begun(kind: string, step: string) {
  rows += 1;
  const ref = { kind, id: `row-${rows}` };
  await world.deps.table.write(beginProcess(ref, step, {}, world.deps.clock.now()));
  const row = async () => readProcess((await world.deps.table.getMany([processKey(ref)]))[0]) as Process;
  const run = async (kinds?: Record<string, ProcessKind>) =>
    (await runProcess(world.deps, ref, 'run', kinds)).outcome;
  return { ref, row, run };
}
const alarms = () => world.lines.filter((line) => line.includes('"alarm"')).length;

describe('a process', () => {
  it.each([
    ['of a kind', 'report', 'write'],
    ['at a step', 'erasure', 'shred'],
    ['of a kind that every object has', 'constructor', 'toString'],
  ])('%s that the code does not know stays as it is, waits and rings', async (_, kind, step) => {
    const { row, run } = await begun(kind, step);
    const before = alarms();
    expect(await run()).toBe('failed');
    expect(alarms()).toBe(before + 1);
    expect(await row()).toMatchObject({ kind, step, attempts: 1 });
    expect(await run()).toBe('waits');
  });

  it('that a partner refuses waits longer each time, six hours at most, and rings from the fifth time on', async () => {
    const refused: ProcessKind = {
      ask: async () => {
        throw new AppError('PARTNER_UNAVAILABLE');
      },
    };
    const { row, run } = await begun('refused', 'ask');
    const [pauses, rings]: [number[], number[]] = [[], []];
    for (let time = 0; time < 11; time += 1) {
      const before = alarms();
      expect(await run({ refused })).toBe('failed');
      const pauseMs = Date.parse((await row()).dueAt) - world.deps.clock.now();
      pauses.push(pauseMs / MINUTE_MS);
      rings.push(alarms() - before);
      world.wait(pauseMs);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256, 360, 360]);
    expect(rings).toEqual([0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1]);
    expect(360 * MINUTE_MS).toBe(6 * HOUR_MS);
  });

  it('that waits for something counts no failure, and one that goes on forgets those before', async () => {
    let fails = true;
    const patient: ProcessKind = {
      first: async () => {
        if (fails) throw new AppError('BUSY');
        return { to: 'second' };
      },
      second: async () => ({ waitUntilMs: world.deps.clock.now() + HOUR_MS }),
    };
    const { row, run } = await begun('patient', 'first');
    expect(await run({ patient })).toBe('failed');
    world.wait(MINUTE_MS);
    fails = false;
    expect(await run({ patient })).toBe('waits');
    expect(await row()).toMatchObject({ step: 'second', attempts: 0 });
  });

  it('that has more steps than a run takes asks for another run', async () => {
    const endless: ProcessKind = { on: async () => ({ to: 'on' }) };
    const { ref, run } = await begun('endless', 'on');
    expect(await run({ endless })).toBe('goes-on');
    expect(world.queued.at(-1)).toEqual(ref);
  });
});
