import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { secondOf } from '../../lib/clock';
import { sweepPart } from '../../lib/process/sweep/sweep-part';
import { slicesOf } from '../../lib/slices';
import type { Item } from '../../lib/table/client';
import { PAGE_ITEMS } from '../../lib/table/readers/sweep';
import { create } from '../../lib/table/replace';
import { decided, ofPart } from '../retention/support';
import { createWorld, type World } from '../support/world';
import type { Figure } from './city';
import { median } from './compare';

/** Items of one turn, all of one part of the index. */
const PART = 0;
const ITEMS = 20 * PAGE_ITEMS;
const TURNS = 7;
/** What DynamoDB takes in one batch of writes, and in one transaction. */
const BATCH = 25;
const TRANSACTION = 100;
/** More than three years, after which such an item has ended. */
const LONG_MS = 4 * 366 * 86_400_000;
const AIM = '>= 0.7';

/**
 * How fast the sweep ends what has ended, against a loop that deletes as many such items in batches, knows their keys
 * already, and neither finds, nor evidences, nor looks whether they are to stay; and against one that does the last of these, since a
 * batch knows no conditions and a transaction does. All take turns, and write one batch or transaction after the other; the first
 * turn is not counted.
 */
export async function sweptFigures(): Promise<Figure[]> {
  const world = await createWorld();
  const bare = DynamoDBDocumentClient.from(
    new DynamoDBClient({ region: 'cn-north-1', endpoint: process.env.TEST_TABLE_ENDPOINT ?? '' }),
  );
  const turns: { sweep: number; loop: number; held: number }[] = [];
  for (let turn = 0; turn <= TURNS; turn += 1) {
    const inLoop = await ended(world);
    const loop = await timed(() => deleteAll(bare, world.config.TABLE_NAME, inLoop));
    const onCondition = await ended(world);
    world.wait(LONG_MS);
    const held = await timed(() => deleteEnded(world, onCondition));
    await ended(world);
    world.wait(LONG_MS);
    const sweep = await timed(() => sweepAll(world));
    if (turn > 0) turns.push({ sweep, loop, held });
  }
  const each = (ms: number) => (ITEMS / ms) * 1000;
  const figure = (name: string, value: number, unit: string, aim = '') => ({ name, value, unit, aim });
  const over = (side: 'loop' | 'held') => median(turns.map((turn) => turn[side] / turn.sweep));
  return [
    figure('items swept ÷ bare batch deletes of as many', over('loop'), 'times as fast', AIM),
    figure('items swept ÷ as many deletes on a condition', over('held'), 'times as fast'),
    figure('items swept', median(turns.map(({ sweep }) => each(sweep))), 'items a second'),
    figure('bare batch deletes', median(turns.map(({ loop }) => each(loop))), 'items a second'),
  ];
}

async function ended(world: World): Promise<Item[]> {
  const items = Array.from({ length: ITEMS }, () => decided(world, world.deps.clock.now(), ofPart(PART)));
  for (const some of slicesOf(items, TRANSACTION)) {
    const [first, ...others] = some.map(create);
    if (first) await world.deps.table.write(first, ...others);
  }
  return items as unknown as Item[];
}

async function sweepAll({ deps }: World): Promise<void> {
  const all = { pages: Number.POSITIVE_INFINITY, requestId: 'bench' };
  const { swept } = await sweepPart(deps, PART, all);
  if (swept !== ITEMS) throw new Error(`of ${ITEMS} that had ended ${swept} were swept`);
}

async function deleteAll(bare: DynamoDBDocumentClient, table: string, items: Item[]): Promise<void> {
  for (const some of slicesOf(items, BATCH)) {
    const requests = some.map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } }));
    await bare.send(new BatchWriteCommand({ RequestItems: { [table]: requests } }));
  }
}

/** What keeps that nothing goes which was given longer, or is held: so many to a transaction as the sweep has. */
async function deleteEnded({ deps: { table, clock } }: World, items: Item[]): Promise<void> {
  const over = {
    ConditionExpression: 'expiresAtSeconds <= :now',
    ExpressionAttributeValues: { ':now': secondOf(clock.now()) },
  };
  for (const some of slicesOf(items, PAGE_ITEMS)) {
    const [first, ...others] = some.map(({ pk, sk }) => ({ Delete: { Key: { pk, sk }, ...over } }));
    if (first) await table.write(first, ...others);
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}
