import * as z from 'zod/mini';
import { plain, sealed, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { DESK } from '../due-queue';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { inPerson } from '../place';
import { create } from '../replace';
import type { Sealer } from '../sealer';

/** What an appeal may be about. */
export const appealSubjects = ['not-verified', 'taken', 'wrongly-verified', 'risk-refused', 'other'] as const;
export const appealDecisions = ['stands', 'overturned'] as const;

const place = inPerson('review', (appealId: string) => `appeal-${appealId}`);
const asked = {
  appealId: plain('risk-review', z.string()),
  about: plain('risk-review', z.enum(appealSubjects)),
  askedAt: plain('risk-review', z.string()),
  words: sealed('review-words', z.string()),
  /** The claim that it is against, where a number was refused as taken (refused-claim.ts). */
  claimId: plain('risk-review', z.optional(z.string())),
};

/** An appeal against a result, to a human (promise N6). The words of both sides are sealed under the person's key. */
export const openAppeal = declareEntity('appeal', {
  place,
  life: { rule: 'review-three-years', becomes: 'decided-appeal' },
  outlives: 'review-three-years',
  queue: DESK,
  guarded: ['appealId', 'about', 'askedAt', 'words', 'claimId', 'state'],
  attributes: {
    ...asked,
    state: plain('risk-review', z.literal('open')),
    /** The day by which it must be answered: 15 working days, or as many calendar days where the calendar is unknown. */
    dueAt: plain('risk-review', z.string()),
  },
});

/**
 * The same once it is decided. Kept for three years from then, also when the person has gone: it shows how a decision by
 * machine was reviewed (PIPL art. 24, 56).
 */
export const decidedAppeal = declareEntity('decided-appeal', {
  place,
  life: { rule: 'review-three-years', from: 'decidedAt' },
  outlives: 'review-three-years',
  guarded: [
    'appealId',
    'about',
    'askedAt',
    'words',
    'claimId',
    'state',
    'wasDueAt',
    'decidedAt',
    'decision',
    'decidedBy',
  ],
  attributes: {
    ...asked,
    state: plain('risk-review', z.literal('decided')),
    wasDueAt: plain('risk-review', z.string()),
    decidedAt: plain('risk-review', z.string()),
    decision: plain('risk-review', z.enum(appealDecisions)),
    decidedBy: plain('risk-review', z.string()),
    /** Why it was decided so, as the person reads it. */
    reasonGiven: sealed('review-words', z.string()),
  },
});
export type OpenAppeal = ValueOf<typeof openAppeal>;
export type DecidedAppeal = ValueOf<typeof decidedAppeal>;
export type Appeal = OpenAppeal | DecidedAppeal;

export const appealKey = (subjectId: string, appealId: string): Key => openAppeal.key(subjectId, appealId);

export function readAppeal(item: Item | undefined, sealer: Sealer): Appeal | undefined {
  return openAppeal.read(item, { sealer }) ?? decidedAppeal.read(item, { sealer });
}

/** A new appeal, refused when it is there already. */
export function putAppeal(subjectId: string, value: OpenAppeal, sealer: Sealer): Write {
  return create(openAppeal.make(subjectId, value.appealId, value, { sealer }));
}

/** Decides an appeal, once. It leaves its queue and is kept for three years from now. */
export function decideAppeal(
  subjectId: string,
  value: DecidedAppeal,
  before: Item | undefined,
  sealer: Sealer,
): Write {
  return {
    Put: {
      Item: decidedAppeal.make(subjectId, value.appealId, value, { sealer, before }),
      ConditionExpression: '#state = :open',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':open': 'open' },
    },
  };
}

const MAX_APPEALS_SHOWN = 50;

/** A person's own appeals. */
export async function queryAppeals(table: Table, subjectId: string, sealer: Sealer): Promise<Appeal[]> {
  const { pk, sk } = appealKey(subjectId, '');
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :appeals)',
    ExpressionAttributeValues: { ':pk': pk, ':appeals': sk },
    Limit: MAX_APPEALS_SHOWN,
  });
  return items.flatMap((item) => readAppeal(item, sealer) ?? []);
}
