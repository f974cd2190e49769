import * as z from 'zod/mini';
import { BESIDE_CARDS } from '../card/card-list';
import type { Item, Table, Write } from '../client';
import { defineEntity, plain, type ValueOf } from '../entity';
import { dataPrefix, type Key, keys, partition } from '../keys';
import { consentHolds } from '../person/person';
import type { Share } from './share';

/** That somebody who agreed to be named has opened a link: with the owner, so that they can be told. */
export const namedViewer = defineEntity('named-viewer', {
  viewerId: plain('card-exchange', z.string()),
  /** The epoch of the viewer's consent; the name is told only while that lasts. */
  viewerEpoch: plain('card-exchange', z.int()),
  shareId: plain('card-share', z.string()),
  day: plain('card-share', z.string()),
  epoch: plain('card-share', z.int()),
  expiresAtSeconds: plain('card-share', z.int()),
});
export type NamedViewer = ValueOf<typeof namedViewer>;

/** The same with the viewer, under their consent, so that its withdrawal erases both. */
export const viewerRecord = defineEntity('viewer-record', {
  shareId: plain('viewer-record', z.string()),
  day: plain('viewer-record', z.string()),
  epoch: plain('viewer-record', z.int()),
  expiresAtSeconds: plain('viewer-record', z.int()),
});

const PREFIX = `${BESIDE_CARDS}viewer#`;

/**
 * The writes that name a viewer to the owner of a link, once a link and person: [the owner's, the viewer's, consent]. They
 * go with the count of the view, which is refused after an erasure of the owner's.
 */
export function nameViewer(
  viewerId: string,
  viewerEpoch: number,
  ownerId: string,
  { shareId, epoch, expiresAtSeconds }: Share,
  day: string,
): Write[] {
  const there = keys.data(ownerId, 'cards', `${PREFIX}${shareId}#${viewerId}`);
  const here = keys.data(viewerId, 'viewer-name', shareId);
  const named = { viewerId, viewerEpoch, shareId, day, epoch, expiresAtSeconds };
  const record = { shareId, day, epoch: viewerEpoch, expiresAtSeconds };
  return [
    { Put: { Item: { ...there, entity: namedViewer.name, ...namedViewer.encode(named, '') } } },
    {
      Put: {
        Item: { ...here, entity: viewerRecord.name, ...viewerRecord.encode(record, ''), points: [there] },
      },
    },
    consentHolds(viewerId, 'viewer-name', viewerEpoch),
  ];
}

/** One page of the viewers of a person's links who agreed to be named. Whether they still do is to be read with them. */
export async function queryViewers(
  table: Table,
  ownerId: string,
  epoch: number,
  limit: number,
  after?: string,
): Promise<{ viewers: NamedViewer[]; last: string | undefined }> {
  const prefix = `${dataPrefix('cards')}${PREFIX}`;
  const start: Key | undefined = after ? { pk: partition(ownerId), sk: `${prefix}${after}` } : undefined;
  const { items, lastKey } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :viewers)',
    ExpressionAttributeValues: { ':pk': partition(ownerId), ':viewers': prefix },
    Limit: limit,
    ...(start && { ExclusiveStartKey: start }),
  });
  const viewers = items.flatMap((item: Item) => (item.epoch === epoch ? namedViewer.decode(item, '') : []));
  return { viewers, last: lastKey?.sk.slice(prefix.length) };
}
