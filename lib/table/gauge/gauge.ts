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

/** The head-counts that an item holding this kind is in: one for a sensitive kind, none for others. */
export function gaugesFor(kind: KindId): GaugeId[] {
  return sensitiveKinds.filter((id) => id === kind);
}

export const gaugeIds: readonly GaugeId[] = ['persons', ...sensitiveKinds];

/** One shard: a count under the name of each gauge. */
export const gaugeShard = declareEntity('gauge', {
  place: ofService('accountability', (shard) => ({ pk: `GAUGE#${shard}`, sk: 'GAUGE' })),
  life: { rule: 'key-life' },
  attributes: Object.fromEntries(gaugeIds.map((id) => [id, plain('head-count', z._default(z.int(), 0))])),
});

export type Gauges = Record<GaugeId, number>;

/** The write that counts a change about one person. Never refused; none of them twice in one transaction. */
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

/** The same for a list of gauges in which one may stand several times; nothing for an empty list. */
export function gaugeWrites(subjectId: string, gauges: readonly GaugeId[], each: 1 | -1): Write[] {
  return gaugeChange(subjectId, each === 1 ? [] : gauges, each === 1 ? gauges : []);
}

/** Counts what comes in place of what goes. Nothing when they are the same. */
export function gaugeChange(subjectId: string, goes: readonly GaugeId[], comes: readonly GaugeId[]): Write[] {
  const changes: Partial<Gauges> = {};
  for (const id of comes) changes[id] = (changes[id] ?? 0) + 1;
  for (const id of goes) changes[id] = (changes[id] ?? 0) - 1;
  const moved = Object.entries(changes).filter(([, change]) => change !== 0);
  return moved.length > 0 ? [gaugeWrite(subjectId, Object.fromEntries(moved))] : [];
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
