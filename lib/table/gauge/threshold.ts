import * as z from 'zod/mini';
import { plain } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { ofService } from '../place';
import { create } from '../replace';

/** Since when a head-count has been found to reach a threshold. Written once. */
export const threshold = declareEntity('threshold', {
  place: ofService('accountability', (id) => ({ pk: 'GAUGE#reached', sk: id })),
  life: { rule: 'service-life' },
  unguarded: 'that a count was reached',
  attributes: { reachedAt: plain('head-count', z.string()) },
});

export const thresholdKey = (id: string): Key => threshold.key(id);

export function reachedAt(item: Item | undefined): string | undefined {
  return threshold.read(item)?.reachedAt;
}

export function putReached(id: string, at: string): Write {
  return create(threshold.make(id, undefined, { reachedAt: at }));
}
