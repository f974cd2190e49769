import { MINUTE_MS, toEpochSeconds } from '../../lib/clock';
import { AppError } from '../../lib/errors';
import { beginReErasure } from '../../lib/process/re-erase';
import { runProcess } from '../../lib/process/run';
import { endOfItem } from '../../lib/table/entity';
import { type Key, keys } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { share } from '../../lib/table/sharing/share';
import { cardGiver, exchange, type Giver } from '../cards/support';
import { backUp, restore } from '../support/backup';
import { beginEnd } from '../support/end';
import { rawItem } from '../support/raw-item';
import { createWorld, functions, type World } from '../support/world';
import { asService, meanwhile, untilOpen, untilOver } from './restored';

/** What ended since a backup ends again in what is restored from it, before anybody is served (promise S7). */
let world: World;
let [goes, stays]: Giver[] = [];
let erasedAt: string;
let backup: Awaited<ReturnType<typeof backUp>>;

beforeAll(async () => {
  world = await createWorld();
  [goes, stays] = [await cardGiver(world, 'goes'), await cardGiver(world, 'stays')];
  await exchange(world, goes as Giver, stays as Giver);
  backup = await backUp(world);
  world.wait(MINUTE_MS);
});

const partOf = (one: Giver | undefined) => world.scan(keys.person(one?.caller.subjectId ?? '').pk);
const lifeOf = async (one: Giver | undefined) => {
  const [item] = await world.deps.table.getMany([keys.person(one?.caller.subjectId ?? '')]);
  return item && readPerson(item);
};
const timer = () => world.ok<{ found: number; done: number }>('retention/sweep', {}, { trigger: 'schedule' });
/** Erased by right. */
async function erase({ caller: { subjectId } }: Giver): Promise<string> {
  await beginEnd(world, subjectId);
  await world.work();
  return String((await lifeOf(goes))?.lifeStateAt);
}

/** Something of theirs that was over a minute ago: no run of the sweep has had an hour for it. */
async function endedJustNow({ caller: { subjectId } }: Giver): Promise<Key> {
  const key = share.key(subjectId, 'ended');
  const end = endOfItem(key, toEpochSeconds(world.deps.clock.now() - MINUTE_MS));
  expect(Date.parse(end.dueAt)).toBeGreaterThan(world.deps.clock.now());
  await world.deps.table.write({ Put: { Item: rawItem({ ...key, entity: share.name, ...end }) } });
  return key;
}

describe('a table restored from a backup', () => {
  it('is known by itself: everything over HTTP is refused, whoever asks, until what had ended is ended again (S7)', async () => {
    erasedAt = await erase(goes as Giver);
    const left = (await partOf(goes)).length;
    await restore(world, backup);
    expect((await partOf(goes)).length).toBeGreaterThan(left);
    meanwhile(world);
    const ended = await endedJustNow(stays as Giver);

    for (const [name, operations] of Object.entries(functions))
      for (const [operation, { caller, worksRestored }] of Object.entries(operations)) {
        if (worksRestored) continue;
        const trigger = { webhook: 'webhook', queue: 'queue', scheduler: 'schedule' }[caller as string];
        const by = { trigger: trigger ?? 'client', token: stays?.caller.token } as const;
        const code = await world.refused(`${name}/${operation}`, {}, by as object);
        expect({ [`${name}/${operation}`]: code }).toEqual({ [`${name}/${operation}`]: 'RESTORING' });
      }
    const served = Object.values(functions).flatMap((of) =>
      Object.values(of).filter((one) => one.worksRestored),
    );
    expect(served.map(({ caller }) => caller)).toEqual(['queue', 'scheduler']);

    const before = world.lines.length;
    await untilOpen(world);
    expect(world.lines.slice(before).filter((line) => line.includes('RESTORED'))).toHaveLength(1);
    expect(await world.refused('cards/list', {}, goes?.caller)).toBe('SIGN_IN_REQUIRED');
    await world.ok('cards/list', {}, await world.signIn('stays'));
    expect(await lifeOf(goes)).toMatchObject({ lifeState: 'erased', lifeStateAt: erasedAt });
    expect((await partOf(goes)).length).toBe(left);
    expect(await world.deps.table.getMany([ended], 'ended-too')).toEqual([undefined]);
    expect(await timer()).toMatchObject({ failed: 0 });
  });

  it('stays closed while the locked bucket cannot be read, and is opened when it can (S7)', async () => {
    await restore(world, backup);
    meanwhile(world);
    const down = async () => Promise.reject(new AppError('PARTNER_UNAVAILABLE'));
    const deps = { ...world.deps, vault: { ...world.deps.vault, names: down } };
    const { ref } = await beginReErasure(deps);
    await deps.policy.refresh();
    expect(await runProcess(deps, ref, 'down')).toMatchObject({ outcome: 'failed' });
    meanwhile(world);
    expect(await world.refused('cards/list', {}, stays?.caller)).toBe('RESTORING');
    await untilOpen(world);
    await world.ok('cards/list', {}, await world.signIn('stays'));
  });

  it('erases whose tombstone somebody has hidden, and opens nothing by a process of an earlier restore (S7)', async () => {
    await restore(world, backup);
    meanwhile(world);
    const earlier = await beginReErasure(world.deps);
    const during = await backUp(world);
    await restore(
      world,
      during.filter(({ pk }) => pk?.S !== 'OPENED'),
    );
    meanwhile(world);
    // A delete marker: the name is listed, and nothing is behind it.
    const hidden = { ...world.deps.vault, read: async () => undefined };
    const deps = { ...asService(world.deps), vault: hidden };
    await deps.policy.refresh();
    const ref = await untilOver(world, deps, earlier.ref);
    expect(await world.refused('cards/list', {}, stays?.caller)).toBe('RESTORING');
    const { ref: own } = await beginReErasure(deps);
    expect(own).not.toEqual(ref);
    await untilOver(world, deps, own);
    meanwhile(world);
    await world.ok('cards/list', {}, await world.signIn('stays'));
    expect(await lifeOf(goes)).toMatchObject({ lifeState: 'erased', lifeStateAt: erasedAt });
  });
});
