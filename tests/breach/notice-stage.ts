import { randomBytes } from 'node:crypto';
import { type Member, PART_MEMBERS, putAudiencePart } from '../../lib/table/notice/audience';
import { nobodyCounted, putAudienceHead, withPart } from '../../lib/table/notice/audience-head';
import { putRecipient, type Recipient } from '../../lib/table/notice/recipient';
import { words } from '../notice/wording';
import { onceKey, type World } from '../support/world';

export const staff = (name: string, role = 'responder') => ({ token: `staff:${name}:${role}` });
export const [ling, wu, zhao] = ['ling', 'wu', 'zhao'].map((name) => staff(name));
export const digest = 'a'.repeat(64);
export const evidence = { document: 'FXPG-2026-17', sha256: 'b'.repeat(64) };

export const somebody = (changes: Partial<Member> = {}): Member => ({
  subjectId: randomBytes(16).toString('base64url'),
  kinds: ['phone-number'],
  minor: false,
  certain: true,
  ...changes,
});

export async function declareIncident(world: World, drill = false): Promise<string> {
  const learnedAt = new Date(world.deps.clock.now()).toISOString();
  const declaration = { title: '导出接口未校验权限', learnedAt, drill, idempotencyKey: onceKey() };
  return (await world.ok<{ incidentId: string }>('breach/declare', declaration, ling)).incidentId;
}

/** An incident with the frozen audience of its first scope. */
export async function incidentWith(world: World, members: Member[], drill = false) {
  const incidentId = await declareIncident(world, drill);
  const scopeId = `${incidentId}-s1`;
  let counted = nobodyCounted();
  for (let at = 0; at < members.length; at += PART_MEMBERS) {
    const some = members.slice(at, at + PART_MEMBERS);
    await world.deps.table.write(putAudiencePart(scopeId, counted.parts, some));
    counted = withPart(counted, some);
  }
  await world.deps.table.write(putAudienceHead(scopeId, { ...counted, digest }));
  return { incidentId, scopeId };
}

export type Shown = { noticeId: string; hash: string; state: string; approvedBy: string[] };

/** A notice with nothing missing, for a scope of an incident. */
export const draft = (world: World, of: { incidentId: string; scopeId: string }, changes: object = {}) =>
  world.ok<Shown>('breach/draftNotice', { ...of, words, ...changes }, ling);

/** The same, approved by two others. */
export async function approvedNotice(
  world: World,
  of: { incidentId: string; scopeId: string },
): Promise<Shown> {
  const { hash } = await draft(world, of);
  const { incidentId } = of;
  await world.ok('breach/approveNotice', { incidentId, hash }, wu);
  return world.ok<Shown>('breach/approveNotice', { incidentId, hash }, zhao);
}

/** The row of one person of a notice, as the engine begins it. */
export async function tellOne(
  world: World,
  subjectId: string,
  noticeId: string,
  changes: Partial<Recipient> & { about?: string } = {},
): Promise<void> {
  const { about = 'self', ...others } = changes;
  const at = new Date(world.deps.clock.now()).toISOString();
  const row = { noticeId, kind: 'breach', as: 'self' as const, part: 0, place: 0, at, tries: [], ...others };
  await world.deps.table.write(putRecipient(subjectId, about, row, undefined));
}
