import { putAudiencePart } from '../../lib/table/notice/audience';
import { nobodyCounted, putAudienceHead, withPart } from '../../lib/table/notice/audience-head';
import { onceKey, type World } from '../support/world';
import { officer, responder } from './budget-rows';

export { officer, responder };

/** What is shown of an incident, as far as tests look at it. */
export type Shown = {
  incidentId: string;
  state: string;
  drill: boolean;
  awareAt: string;
  grade?: string;
  computed?: { grade: string; needsJudgement: boolean };
  duties: { id: string; state: string; dueAt?: string; fulfilledAt?: string }[];
  plan: { step: string; owner: string; checkedAt?: string }[];
  measures: {
    measureId: string;
    finishedAt?: string;
    releasedAt?: string;
    count?: number;
    onlyRecorded: boolean;
  }[];
  entries: number;
};
export type Line = {
  seq: number;
  act: string;
  happenedAt: string;
  learnedAt: string;
  staff: string;
  details?: Record<string, unknown>;
};
export type Told = { isWhole: boolean; entries: Line[]; next?: number };

export const nowOf = (world: World, byMs = 0) => new Date(world.deps.clock.now() + byMs).toISOString();

export function declare(world: World, more: object = {}): Promise<Shown> {
  const input = { title: '导出接口未校验权限', learnedAt: nowOf(world), idempotencyKey: onceKey(), ...more };
  return world.ok<Shown>('breach/declare', input, responder);
}

export function contain(world: World, incidentId: string, measure: string, target?: string): Promise<Shown> {
  const input = { incidentId, measure, idempotencyKey: onceKey(), ...(target !== undefined && { target }) };
  return world.ok<Shown>('breach/contain', input, responder);
}

export const show = (world: World, incidentId: string) =>
  world.ok<Shown>('breach/show', { incidentId }, officer);

export const timeline = (world: World, incidentId: string, more: object = {}) =>
  world.ok<Told>('breach/timeline', { incidentId, ...more }, officer);

export const dutyOf = ({ duties }: Shown, id: string) => duties.find((duty) => duty.id === id);

/** The people of an incident's first scope, as it leaves them while it is computed; with a digest, as it freezes them. */
export async function firstScope(
  { deps: { table } }: World,
  incidentId: string,
  subjectIds: string[],
  digest?: string,
): Promise<string> {
  const scopeId = `${incidentId}-s1`;
  let counted = nobodyCounted();
  for (const subjectId of subjectIds) {
    const member = { subjectId, kinds: [], minor: false, certain: true };
    await table.write(putAudiencePart(scopeId, counted.parts, [member]));
    counted = withPart(counted, [member]);
  }
  await table.write(putAudienceHead(scopeId, { ...counted, ...(digest && { digest }) }));
  return scopeId;
}
