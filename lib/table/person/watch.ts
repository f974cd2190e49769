import { toInstant } from '../../clock';
import { type DormancyStage, firstAskAtMs } from '../../policy/dormancy';
import { beijingDay } from '../../policy/working-days';
import { DUE_SHARDS, dueShard, shardOf } from '../keys';

/** Where an account waits in the index `due`, and until when. */
export type Watch = { dueShard: string; dueAt: string };

export function watchAt(subjectId: string, stage: DormancyStage, atMs: number): Watch {
  return { dueShard: laneOf(shardOf(subjectId, DUE_SHARDS), stage), dueAt: toInstant(atMs) };
}

export const laneOf = (shard: number, stage: DormancyStage) => dueShard(shard, `DORMANT-${stage}`);

/** Of somebody who was last here on a day. */
export const watchSince = (subjectId: string, usedOn: string): Watch =>
  watchAt(subjectId, 30, firstAskAtMs(usedOn));

/** The day on which somebody was last here, in Beijing. */
export function lastUseOf({ usedOn, createdAt }: { usedOn?: string | undefined; createdAt: string }): string {
  return usedOn ?? beijingDay(Date.parse(createdAt));
}
