import * as z from 'zod/mini';
import { type Kind, type KindId, kindIds, kinds } from '../../policy/kinds';
import { plain } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import { type Key, shardOf } from '../keys';
import { ofService } from '../place';
import { FORM } from '../sealer';

/**
 * Head-counts that the law sets thresholds on (promise N7): natural persons held, and persons of whom each sensitive
 * kind is held. Each change rides in the transaction of what it counts, so the sums are exact, and lands on one of many
 * shards by person, so that no counter is hot. Nobody's name is in them.
 */
export const GAUGE_SHARDS = 64;

/** Kinds that PIPL art. 28 holds to be sensitive. */
export type SensitiveKind = {
  [Id in KindId]: (typeof kinds)[Id]['class'] extends 'technical' | 'general' ? never : Id;
}[KindId];

export type GaugeId = 'persons' | SensitiveKind;

export const sensitiveKinds = kindIds.filter((id): id is SensitiveKind => {
  const kind: Kind = kinds[id];
  return kind.class !== 'technical' && kind.class !== 'general';
});

export const gaugeIds: readonly GaugeId[] = ['persons', ...sensitiveKinds];

/** One shard: a count under the name of each gauge. */
export const gaugeShard = declareEntity('gauge', {
  place: ofService('accountability', (shard) => ({ pk: `GAUGE#${shard}`, sk: 'GAUGE' })),
  life: { rule: 'service-life' },
  unguarded: 'counts of nobody',
  attributes: Object.fromEntries(gaugeIds.map((id) => [id, plain('head-count', z._default(z.int(), 0))])),
});

export type Gauges = Record<GaugeId, number>;

/** The write that counts a change about one person. Never refused; the table makes it (`counting.ts`). */
export function gaugeWrite(subjectId: string, changes: Partial<Gauges>): Write {
  const entries = Object.entries(changes);
  return {
    Update: {
      Key: shardKey(shardOf(subjectId, GAUGE_SHARDS)),
      UpdateExpression: `ADD ${entries.map((_, index) => `#g${index} :g${index}`).join(', ')} SET entity = if_not_exists(entity, :entity), form = if_not_exists(form, :form)`,
      ExpressionAttributeNames: Object.fromEntries(entries.map(([id], index) => [`#g${index}`, id])),
      ExpressionAttributeValues: {
        ':entity': gaugeShard.name,
        ':form': FORM,
        ...Object.fromEntries(entries.map(([, change], index) => [`:g${index}`, change])),
      },
    },
  };
}

/** The same for several people in one transaction, in which a shard may stand once. */
export function gaugeWrites(people: [subjectId: string, changes: Partial<Gauges>][]): Write[] {
  const byShard = new Map<number, [subjectId: string, changes: Partial<Gauges>]>();
  for (const [subjectId, changes] of people) {
    if (Object.keys(changes).length === 0) continue;
    const shard = shardOf(subjectId, GAUGE_SHARDS);
    const [, sums] = byShard.get(shard) ?? [subjectId, {}];
    const sum = { ...sums };
    for (const [id, change] of Object.entries(changes) as [GaugeId, number][])
      sum[id] = (sum[id] ?? 0) + change;
    byShard.set(shard, [subjectId, sum]);
  }
  return [...byShard.values()].flatMap(([subjectId, sums]) => {
    const moved = Object.fromEntries(Object.entries(sums).filter(([, change]) => change !== 0));
    return Object.keys(moved).length > 0 ? [gaugeWrite(subjectId, moved)] : [];
  });
}

export const gaugeKeys = Array.from({ length: GAUGE_SHARDS }, (_, shard) => shardKey(shard));

function shardKey(shard: number): Key {
  return gaugeShard.key(String(shard));
}

/** The sums over the shards as they were read. */
export function sumGauges(shards: (Item | undefined)[]): Gauges {
  const sums = Object.fromEntries(gaugeIds.map((id) => [id, 0])) as Gauges;
  for (const shard of shards) {
    const counts = gaugeShard.read(shard) as Gauges | undefined;
    for (const id of gaugeIds) sums[id] += counts?.[id] ?? 0;
  }
  return sums;
}

/** Reads every gauge in one trip, without looking at any person. */
export async function readGauges(table: Table): Promise<Gauges> {
  return sumGauges(await table.getMany(gaugeKeys));
}
