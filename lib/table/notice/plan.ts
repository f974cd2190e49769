import * as z from 'zod/mini';
import { planKinds } from '../../notice/text/plan';
import { plain, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { ofService } from '../place';
import { create } from '../replace';

/** How a plan stands, and which states each leads to. */
export const planMoves = {
  proposed: ['proposed', 'approved', 'stopped'],
  approved: ['approved', 'released', 'stopped'],
  released: [],
  stopped: [],
} as const satisfies Record<string, readonly string[]>;
export type PlanState = keyof typeof planMoves;
const states = Object.keys(planMoves) as PlanState[];

/** What a count of everybody found: of whom the data may move once nobody is pending. Numbers and digests only. */
export const transferCount = z.object({
  countedAt: z.string(),
  /** Only people who registered before this are counted, and only they are released. */
  registeredBefore: z.string(),
  affected: z.int(),
  delivered: z.int(),
  announced: z.int(),
  exempt: z.int(),
  pending: z.int(),
  /** Of those pending, who has come since the last notice was addressed. */
  unaddressed: z.int(),
  /** People who hold something of each kind. */
  kinds: z.record(z.string(), z.int()),
  /** SHA-256, in hex, over the numbers of the people of each part of everybody. */
  segments: z.array(z.string()),
});
export type TransferCount = z.output<typeof transferCount>;

/**
 * What two officers plan to tell people: an invitation to a survey, or that somebody else takes the service over (promises O3,
 * D5). Public words; it names nobody who is told.
 */
export const noticePlan = declareEntity('notice-plan', {
  place: ofService('incident', (planId) => ({ pk: `PLAN#${planId}`, sk: 'PLAN' })),
  life: { rule: 'incident-life', until: 'endsAtSeconds' },
  unguarded: 'a seal of its own covers everything that is approved, and who has approved it',
  attributes: {
    planId: plain('notice-record', z.string()),
    kind: plain('notice-record', z.enum(planKinds)),
    state: plain('notice-record', z.enum(states)),
    words: plain('notice-record', z.record(z.string(), z.string())),
    /** Until when a survey takes answers; from when data moves. */
    at: plain('notice-record', z.string()),
    draftedBy: plain('notice-record', z.string()),
    draftedAt: plain('notice-record', z.string()),
    approvedBy: plain('notice-record', z.optional(z.string())),
    approvedAt: plain('notice-record', z.optional(z.string())),
    /** Keyed checksum of what is planned and of both officers (lib/notice/plan.ts). */
    seal: plain('notice-record', z.string()),
    /** Notices that have been begun: those who came later are told by a further one. */
    rounds: plain('notice-record', z.int()),
    /** The count of everybody that is under way. */
    counting: plain('notice-record', z.optional(z.string())),
    count: plain('notice-record', z.optional(transferCount)),
    /** The signed statement that data may move. */
    statement: plain('notice-record', z.optional(z.string())),
    endsAtSeconds: plain('notice-record', z.int()),
    /** Counts every change. Of two at once one is refused. */
    version: plain('notice-record', z.int()),
  },
});
export type Plan = ValueOf<typeof noticePlan>;

export const planKey = (planId: string): Key => noticePlan.key(planId);

export const planOf = (item: Item | undefined): Plan | undefined => noticePlan.read(item);

export async function readPlan(table: Table, planId: string): Promise<Plan | undefined> {
  const [item] = await table.getMany([planKey(planId)]);
  return planOf(item);
}

/** Begins a plan, or puts it in the place of what was seen. Refused when somebody has changed it meanwhile. */
export function putPlan(before: Plan | undefined, after: Omit<Plan, 'version'>): Write {
  const version = (before?.version ?? 0) + 1;
  const Item = noticePlan.make(after.planId, undefined, { ...after, version });
  if (!before) return create(Item);
  if (!mayMovePlan(before, after.state))
    throw new Error(`a plan that is ${before.state} is not to be ${after.state}`);
  return { Put: { Item, ...asSeen(before) } };
}

/** Approves a plan as it was seen. The table itself refuses who drafted it. */
export function approvePlan(before: Plan, after: Omit<Plan, 'version'> & { approvedBy: string }): Write {
  const { Put } = putPlan(before, after) as { Put: NonNullable<Write['Put']> };
  const { ConditionExpression, ExpressionAttributeValues } = asSeen(before);
  return {
    Put: {
      ...Put,
      ConditionExpression: `${ConditionExpression} AND draftedBy <> :staff`,
      ExpressionAttributeValues: { ...ExpressionAttributeValues, ':staff': after.approvedBy },
    },
  };
}

/** Refuses a transaction unless a plan still goes on. */
export function planGoesOn(planId: string): Write {
  return {
    ConditionCheck: {
      Key: planKey(planId),
      ConditionExpression: '#state = :approved',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':approved': 'approved' },
    },
  };
}

export function mayMovePlan({ state }: Pick<Plan, 'state'>, to: PlanState): boolean {
  return (planMoves[state] as readonly PlanState[]).includes(to);
}

const asSeen = ({ version }: Plan) => ({
  ConditionExpression: 'version = :seen',
  ExpressionAttributeValues: { ':seen': version },
});

/** When people were last invited to a survey: one item, by which the table keeps surveys apart. */
export const surveyPace = declareEntity('survey-pace', {
  place: ofService('incident', () => ({ pk: 'PLAN#PACE', sk: 'PACE' })),
  life: { rule: 'incident-life' },
  unguarded: 'how fast surveys go out',
  attributes: {
    planId: plain('notice-record', z.string()),
    approvedAt: plain('notice-record', z.string()),
  },
});

/** Notes that a survey goes out now. Refused while the last one is no older than `notAfter`. */
export function noteSurvey(planId: string, approvedAt: string, notAfter: string): Write {
  return {
    Put: {
      Item: surveyPace.make('', undefined, { planId, approvedAt }),
      ConditionExpression: 'attribute_not_exists(pk) OR approvedAt <= :notAfter',
      ExpressionAttributeValues: { ':notAfter': notAfter },
    },
  };
}
