import * as z from 'zod/mini';
import { reportCategories } from '../../card/report-categories';
import type { KeyRing } from '../../crypto/key-ring';
import { hiddenId } from '../../crypto/request-id';
import { otherPerson, plain, sealed, type ValueOf } from '../attribute';
import { BESIDE_CARDS } from '../card/card-list';
import type { Item, Table, Write } from '../client';
import { fairPage, type QueuePlace } from '../due-queue';
import { declareEntity } from '../entity';
import { itemsOfPerson } from '../items-of-person';
import { dataPrefix, type Key, subjectOf } from '../keys';
import { inPerson } from '../place';
import { create, pointersTo } from '../replace';
import type { Sealer, Side } from '../sealer';

/** Reports of one card that wait. Beyond, one more would tell nothing that is not being looked at. */
export const REPORTS_PER_CARD = 50;
/** What somebody may say in one report: the first words, and what the same report adds while it waits. */
export const PIECES_PER_REPORT = 3;

/** The part of the index `due` in which reports wait for who decides. */
export const REPORT_QUEUE = 'CARD-REPORTS';
const REPORTED = `${BESIDE_CARDS}reported#`;

/** Which card was reported, and whose. The reporter keeps the report when it goes. */
const about = {
  ownerId: otherPerson('card-report-state', 'reported-card', z.optional(z.string())),
  cardId: plain('card-report-state', z.optional(z.string())),
};

/** What a report forgets with the owner of the card. */
const FORGETS = [...Object.keys(about), 'points'];

/**
 * Somebody's report of a card that is not theirs. It lies with the reporter, under their key: it is their words, and nothing in
 * the owner's partition opens them. When the owner goes, it forgets whose card it was.
 */
export const cardReport = declareEntity('card-report', {
  place: inPerson('review', (reportId: string) => `card-report-${reportId}`),
  life: { rule: 'report-three-years', from: 'at' },
  pointers: ['reported-card'],
  unguarded: 'words to the staff, sealed in their place',
  attributes: {
    reportId: plain('card-report-state', z.string()),
    ...about,
    category: plain('card-report-state', z.enum(reportCategories)),
    at: plain('card-report-state', z.string()),
    words: sealed('card-report-words', z.array(z.string())),
  },
});
export type CardReport = ValueOf<typeof cardReport>;

/**
 * The other side of a report, with the owner of the card: it leads whoever decides to the reporter. To the owner it tells nothing:
 * it has only somebody else's number, and until when it waits. It waits while `dueAt` is there.
 */
export const reportedCard = declareEntity('reported-card', {
  place: inPerson('cards', (number: string) => `${REPORTED}${number}`),
  life: { rule: 'card-life' },
  queue: REPORT_QUEUE,
  pointers: ['card-report'],
  unguarded: 'that somebody has reported a card; a human decides, on the card itself',
  attributes: {
    reporterId: otherPerson('card-state', 'card-report'),
    /** Since when it waits. */
    dueAt: plain('card-state', z.optional(z.string())),
  },
});

/** The report of a card by somebody: the same for a repeat. Keyed, so that the owner's ledger may name it and tells of nobody. */
export const reportIdOf = (ring: KeyRing, reporterId: string, cardId: string): Promise<string> =>
  hiddenId(ring, 'card-report', reporterId, cardId);

/** By which a report of a card is named with its owner. */
export const reportNumber = (cardId: string, reportId: string): string => `${cardId}#${reportId}`;

export const cardReportKey = (reporterId: string, reportId: string): Key =>
  cardReport.key(reporterId, reportId);
export const reportedCardKey = (ownerId: string, number: string): Key => reportedCard.key(ownerId, number);

/** Whether a report still waits for who decides. */
export const isReportWaiting = (item: Item | undefined): boolean =>
  reportedCard.is(item) && item.dueAt !== undefined;

type NewReport = CardReport & { ownerId: string; cardId: string };

/** The two halves of a report, in the place of those that are there; each leads to the other. */
export function putReport(
  reporterId: string,
  value: NewReport,
  owner: { epoch: number; dueAt: string },
  before: Item | undefined,
  sealer: Sealer,
): [Write, Write] {
  const { reportId, ownerId, cardId } = value;
  const there = reportedCardKey(ownerId, reportNumber(cardId, reportId));
  const here = { ...cardReportKey(reporterId, reportId), forget: [...FORGETS] };
  const report = cardReport.make(reporterId, reportId, value, { sealer, points: [there], before });
  const counterpart = reportedCard.make(
    ownerId,
    reportNumber(cardId, reportId),
    { reporterId, ...owner },
    { points: [here] },
  );
  return [{ Put: { Item: report } }, { Put: { Item: counterpart } }];
}

/** Writes that carrying one report takes. */
export const WRITES_PER_REPORT = 3;

/** Where the half of a report lies that is with the owner of the card. */
export const counterpartKey = (item: Item): Key | undefined => pointersTo(item)[0];

/**
 * Carries a report from an account that is given up into the one that stays: whoever decides finds its words there, and the person
 * what became of it. Its number stays. `counterpart` is the half with the owner; where that has gone, or a hold keeps it, the report
 * moves alone. Refused where either half is not as it was seen.
 * @throws SealError for altered words
 */
export function carryReport(item: Item, counterpart: Item | undefined, from: Side, to: Side): Write[] {
  const value = cardReport.read(item, { sealer: from.sealer });
  if (!value) return [];
  const { reportId } = value;
  const points = pointersTo(item);
  const made = cardReport.make(to.subjectId, reportId, value, { sealer: to.sealer, points, before: item });
  const { pk, sk } = item;
  const moved: Write[] = [
    create(made),
    { Delete: { Key: { pk, sk }, ConditionExpression: 'attribute_exists(pk)' }, seen: item },
  ];
  const half = reportedCard.read(counterpart);
  const ownerId = counterpart && subjectOf(counterpart);
  if (!counterpart || !half || ownerId === undefined) return moved;
  const number = counterpart.sk.slice(reportedCardKey(ownerId, '').sk.length);
  const here = { ...cardReportKey(to.subjectId, reportId), forget: [...FORGETS] };
  const names = reportedCard.make(ownerId, number, { ...half, reporterId: to.subjectId }, { points: [here] });
  const { createdAtSeconds } = counterpart;
  const waits = half.dueAt === undefined ? 'attribute_not_exists(dueAt)' : 'dueAt = :since';
  const asSeen = {
    ConditionExpression: `reporterId = :from AND ${waits}`,
    ExpressionAttributeValues: {
      ':from': from.subjectId,
      ...(half.dueAt !== undefined && { ':since': half.dueAt }),
    },
  };
  return [...moved, { Put: { Item: { ...names, createdAtSeconds }, ...asSeen }, seen: counterpart }];
}

/** A report leaves the queue, decided. Refused where it does not wait any more. */
export function closeReport({ pk, sk }: Key): Write {
  return {
    Update: {
      Key: { pk, sk },
      UpdateExpression: 'REMOVE dueAt, dueShard',
      ConditionExpression: 'attribute_exists(dueAt)',
    },
  };
}

/** Every report of one card, waiting or decided, in an order that stays. A trip, and one more for every hundred or so. */
export async function reportsOfCard(table: Table, ownerId: string, cardId: string): Promise<Item[]> {
  const under = `${dataPrefix('cards')}${REPORTED}${cardId}#`;
  const found: Item[] = [];
  for await (const item of itemsOfPerson(table, ownerId, 'alive', under)) found.push(item);
  return found;
}

/** A person's own reports, without a promise of their order. */
export async function ownReportItems(table: Table, subjectId: string, limit: number): Promise<Item[]> {
  const { pk, sk } = cardReportKey(subjectId, '');
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :reports)',
    ExpressionAttributeValues: { ':pk': pk, ':reports': sk },
    Limit: limit,
  });
  return items;
}

/** A card that is reported, once, however many have done so; `reportId` is that of the first. */
export type Reported = {
  subjectId: string;
  cardId: string;
  reportId: string;
  since: string;
  reports: number;
};

/**
 * The cards of which reports wait, each owner's longest waiting one first: numbers, a count and a time, and no words. Many reports of one
 * card are one line. `place`: where a page goes on; absent for the first. One trip.
 */
export async function reportedCards(
  table: Table,
  limit: number,
  place: QueuePlace = { urgentUntil: '' },
): Promise<{ cards: Reported[]; next: QueuePlace | undefined }> {
  const prefix = `${dataPrefix('cards')}${REPORTED}`;
  const named = ({ sk }: Key) => sk.slice(prefix.length).split('#');
  const ofCard = (item: Key) => `${item.pk} ${named(item)[0]}`;
  const { waiting, next } = await fairPage(table, REPORT_QUEUE, place, limit, ofCard);
  const cards = waiting.map((one): Reported => {
    const [cardId = '', reportId = ''] = named(one);
    return { subjectId: subjectOf(one) ?? '', cardId, reportId, since: one.dueAt, reports: one.many };
  });
  return { cards, next };
}
