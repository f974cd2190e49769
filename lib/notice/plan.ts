import { createHash } from 'node:crypto';
import type { KeyRing } from '../crypto/key-ring';
import { sameDigest } from '../crypto/token';
import { beijingDay } from '../policy/working-days';
import { sealOf } from './approval';
import type { Planned } from './text/plan';

/** A plan with who drafted it and who approved it. */
export type SealedPlan = Planned & {
  planId: string;
  draftedBy: string;
  draftedAt: string;
  approvedBy?: string | undefined;
  seal: string;
};

/** SHA-256, in hex, of everything that is planned: whoever approves names it. */
export function hashOfPlan({ planId, kind, words, at }: Planned & { planId: string }): string {
  const said = Object.entries(words).sort(([a], [b]) => (a < b ? -1 : 1));
  return createHash('sha256')
    .update(JSON.stringify(['plan', planId, kind, said, at]))
    .digest('hex');
}

/** Keyed checksum over what is planned and by whom: who writes the table without the service's keys approves nothing. */
export function sealOfPlan(ring: KeyRing, plan: Omit<SealedPlan, 'seal'>): Promise<string> {
  const { draftedBy: by, draftedAt: at, approvedBy } = plan;
  const proposed = { by, at, announceDays: 0, approvedBy: approvedBy === undefined ? [] : [approvedBy] };
  return sealOf(ring, hashOfPlan(plan), proposed);
}

/** Whether a plan is exactly as it was drafted and, where it names somebody, approved. */
export async function isAsPlanned(ring: KeyRing, plan: SealedPlan): Promise<boolean> {
  return sameDigest(Buffer.from(await sealOfPlan(ring, plan)), Buffer.from(plan.seal));
}

/** What the notices of a plan are called, one for each round of telling, from 1. */
export function planNoticeId(
  { planId, approvedAt }: { planId: string; approvedAt: string },
  round: number,
): string {
  return `${beijingDay(Date.parse(approvedAt)).replaceAll('-', '')}-${planId}-${round}`;
}
