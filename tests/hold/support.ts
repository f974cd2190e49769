import { DAY_MS, toInstant } from '../../lib/clock';
import type { Item } from '../../lib/table/client';
import { itemsOfPerson } from '../../lib/table/items-of-person';
import { keys } from '../../lib/table/keys';
import { ticketOf } from '../support/ticket';
import { onceKey, type World } from '../support/world';

export const officer = { token: 'staff:wu:officer' };
/** Who places a hold does not release it. */
export const another = { token: 'staff:zhao:officer' };

export type HoldShown = {
  holdId: string;
  state: string;
  count: number;
  reviewAt?: string;
  isOverdue: boolean;
  kinds?: string[];
};

/** What every hold says, until a month from now. */
export const saying = (world: World) => ({
  reason: '法院要求保存涉案名片',
  document: '（2026）云01民初1号',
  documentHash: 'ab'.repeat(32),
  reviewAt: toInstant(world.deps.clock.now() + 30 * DAY_MS),
  idempotencyKey: onceKey(),
});

/** Places a hold on somebody, and does what it asks for unless said. */
export async function place(
  world: World,
  subjectId: string,
  scope: { kinds?: string[]; from?: string; until?: string } = {},
  works = true,
): Promise<string> {
  const ticket = await ticketOf(world, subjectId, 'wu');
  const input = { ...saying(world), subjectId, ticket, ...scope };
  const { holdId } = await world.ok<HoldShown>('retention/hold', input, officer);
  if (works) await world.work();
  return holdId;
}

export async function release(world: World, holdId: string, works = true): Promise<void> {
  await world.ok('retention/releaseHold', { holdId }, another);
  if (works) await world.work();
}

export const held = async (world: World, holdId: string) => {
  const { holds } = await world.ok<{ holds: HoldShown[] }>('retention/holds', {}, officer);
  return holds.find((one) => one.holdId === holdId);
};

/** Everything in somebody's partition, the frozen too. */
export async function everything(world: World, subjectId: string): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of itemsOfPerson(world.deps.table, subjectId, 'ended-too')) found.push(item);
  return found;
}

/** What is frozen of somebody, by the entity that it is of. */
export async function frozen(world: World, subjectId: string): Promise<Record<string, Item>> {
  const found = (await everything(world, subjectId)).filter(({ entity }) => entity === 'frozen-item');
  return Object.fromEntries(found.map((item) => [String(item.of), item]));
}

export const personOf = async (world: World, subjectId: string): Promise<Item | undefined> =>
  (await world.deps.table.getMany([keys.person(subjectId)]))[0];
