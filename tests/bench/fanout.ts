import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import type { Item } from '../../lib/table/client';
import { member, people, sent, stage, work } from '../notice/stage';
import { createWorld, type World } from '../support/world';
import type { Figure } from './city';
import { median } from './compare';

/** People of one turn: two parts. */
const PEOPLE = 200;
const TURNS = 5;
/** As many as one worker has under way (lib/process/notice/send.ts). */
const AT_ONCE = 20;

/**
 * How fast one worker tells people by a partner that answers at once, against a loop that writes the same rows and nothing else:
 * each twice, as claimed and as answered, as many at a time. The two take turns; the first is not counted. The engine also
 * reads, which the loop does not, so this is the price of reading, deciding and leasing.
 */
export async function fanoutFigures(): Promise<Figure[]> {
  const world = await createWorld();
  const { TABLE_ENDPOINT: _, ...place } = process.env;
  const bare = DynamoDBDocumentClient.from(
    new DynamoDBClient({ region: 'cn-north-1', endpoint: place.TEST_TABLE_ENDPOINT ?? '' }),
    { marshallOptions: { removeUndefinedValues: true } },
  );
  const turns: { engine: number; loop: number }[] = [];
  for (let turn = 0; turn <= TURNS; turn += 1) {
    const { ms: engine, rows } = await tell(world);
    const loop = await writeAll(bare, world.config.TABLE_NAME, rows);
    if (turn > 0) turns.push({ engine, loop });
  }
  const each = (ms: number) => (PEOPLE / ms) * 1000;
  const ratios = turns.map(({ engine, loop }) => loop / engine);
  const name = 'people told by one worker';
  return [
    { name: `${name} ÷ bare writes of their rows`, value: median(ratios), unit: 'times as fast', aim: '' },
    { name, value: median(turns.map(({ engine }) => each(engine))), unit: 'people a second', aim: '' },
    {
      name: 'bare writes of their rows',
      value: median(turns.map(({ loop }) => each(loop))),
      unit: 'people a second',
      aim: '',
    },
  ];
}

/** Tells some people, and keeps every row as it was written. */
async function tell(world: World): Promise<{ ms: number; rows: Item[] }> {
  const rows: Item[] = [];
  const { table } = world.deps;
  const write: typeof table.write = (...writes) => {
    const item = writes[0].Put?.Item;
    if (item?.entity === 'notice-recipient') rows.push(item as unknown as Item);
    return table.write(...writes);
  };
  const sms = {
    ...{ quota: { perSecond: 1_000_000 }, itemsOf: () => [], reaches: () => true },
    ...{
      address: async () => 'somewhere',
      send: async () => ({ status: 'accepted', messageId: 'm' }) as const,
    },
  };
  const on = stage(world, { sms }, { table: { ...table, write } });
  const members = (await people(on, PEOPLE)).map((id) => member(id));
  const { asked } = await sent(on, members, { channels: ['sms', 'announcement'] });
  const startedAt = performance.now();
  await work(on, [asked]);
  return { ms: performance.now() - startedAt, rows };
}

async function writeAll(bare: DynamoDBDocumentClient, TableName: string, rows: Item[]): Promise<number> {
  const startedAt = performance.now();
  for (let from = 0; from < rows.length; from += AT_ONCE)
    await Promise.all(
      rows
        .slice(from, from + AT_ONCE)
        .map((row) => bare.send(new PutCommand({ TableName, Item: { ...row, pk: `BARE#${row.pk}` } }))),
    );
  return performance.now() - startedAt;
}
