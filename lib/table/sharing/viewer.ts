import * as z from 'zod/mini';
import { otherPerson, plain, type ValueOf } from '../attribute';
import { BESIDE_CARDS } from '../card/card-list';
import type { Table, Write } from '../client';
import { declareEntity } from '../entity';
import { dataPrefix, type Key, partition } from '../keys';
import { inPerson } from '../place';
import type { Share } from './share';

const PREFIX = `${BESIDE_CARDS}viewer#`;
type NamedId = { shareId: string; viewerId: string };

/**
 * That somebody who agreed to be named has opened a link: with the owner, so that they can be told. It and its counterpart
 * with the viewer lead to each other, so that both go with either consent.
 */
export const namedViewer = declareEntity('named-viewer', {
  place: inPerson('cards', ({ shareId, viewerId }: NamedId) => `${PREFIX}${shareId}#${viewerId}`),
  life: { rule: 'share-life', until: 'expiresAtSeconds' },
  pointers: ['viewer-record'],
  guarded: ['viewerId', 'viewerEpoch', 'shareId'],
  attributes: {
    viewerId: otherPerson('card-exchange', 'viewer-record'),
    /** The epoch of the viewer's consent; the name is told only while that lasts. */
    viewerEpoch: plain('card-exchange', z.int()),
    shareId: plain('card-share', z.string()),
    day: plain('card-share', z.string()),
    expiresAtSeconds: plain('card-share', z.int()),
  },
});
export type NamedViewer = ValueOf<typeof namedViewer>;

/** The same with the viewer, under their consent. */
export const viewerRecord = declareEntity('viewer-record', {
  place: inPerson('viewer-name', (shareId: string) => shareId),
  life: { rule: 'share-life', until: 'expiresAtSeconds' },
  pointers: ['named-viewer'],
  unguarded: 'which links its person has opened with their name; the name that is shown is bound at the link',
  attributes: {
    shareId: plain('viewer-record', z.string()),
    day: plain('viewer-record', z.string()),
    expiresAtSeconds: plain('viewer-record', z.int()),
  },
});

/**
 * The writes that name a viewer to the owner of a link, once a link and person: [the owner's, the viewer's]. They go with
 * the count of the view, which is refused after an erasure of the owner's.
 */
export function nameViewer(
  viewerId: string,
  viewerEpoch: number,
  ownerId: string,
  { shareId, epoch, expiresAtSeconds }: Share,
  day: string,
): Write[] {
  const id = { shareId, viewerId };
  const there = namedViewer.key(ownerId, id);
  const here = viewerRecord.key(viewerId, shareId);
  const named = { viewerId, viewerEpoch, shareId, day, epoch, expiresAtSeconds };
  const record = { shareId, day, epoch: viewerEpoch, expiresAtSeconds };
  return [
    { Put: { Item: namedViewer.make(ownerId, id, named, { points: [here] }) } },
    { Put: { Item: viewerRecord.make(viewerId, shareId, record, { points: [there] }) } },
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
  const viewers = items.flatMap((item) => namedViewer.read(item, { epoch }) ?? []);
  return { viewers, last: lastKey?.sk.slice(prefix.length) };
}
