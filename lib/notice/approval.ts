import { createHash } from 'node:crypto';
import type { KeyRing } from '../crypto/key-ring';
import { sameDigest } from '../crypto/token';
import type { Exemption } from './exemption';

/** Everything that is approved of a notice: what is sent, how, and to whom. */
export type Approved = {
  noticeId: string;
  kind: string;
  drill: boolean;
  audienceId: string;
  parts: number;
  channels: readonly string[];
  texts: Readonly<Record<string, string>>;
  exemptions: readonly (Exemption & { evidence: { document: string; sha256: string } })[];
};

/** Who has proposed it, when, and for how long it is to be announced. */
type Proposal = { by: string; at: string; announceDays: number };

/**
 * SHA-256, in hex, of everything that is approved: whoever approves names it, so that what they have seen is what is sent
 * (promise B4). `audience` is the digest of the frozen list of people.
 */
export function hashOf(approved: Approved, announceDays: number, audience: string): string {
  const { noticeId, kind, drill, audienceId, parts, channels, texts, exemptions } = approved;
  const content = [
    ...[noticeId, kind, drill, audienceId, audience, parts, channels, announceDays],
    Object.entries(texts).sort(([a], [b]) => (a < b ? -1 : 1)),
    exemptions.map(({ kinds, reason, evidence }) => [kinds, reason, evidence.document, evidence.sha256]),
  ];
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}

/**
 * Keyed checksum over what is approved and by whom. Whoever writes the table without the service's keys can neither alter
 * an approved notice nor approve one.
 */
export async function sealOf(
  ring: KeyRing,
  hash: string,
  proposed: Proposal & { approvedBy: readonly string[] },
): Promise<string> {
  const { by, at, announceDays, approvedBy } = proposed;
  const mac = await ring.mac(
    'notice',
    `approval|${JSON.stringify([hash, by, at, announceDays, approvedBy])}`,
  );
  return mac.toString('base64url');
}

/**
 * The hash of a notice that is exactly as it was proposed, and approved by whom it says; undefined for any other. Whoever
 * sends asks this first.
 */
export async function hashAsSealed(
  ring: KeyRing,
  notice: Approved & { proposal?: (Proposal & { seal: string }) | undefined; approvedBy: readonly string[] },
  audience: { digest: string; parts: number } | undefined,
): Promise<string | undefined> {
  const { proposal, approvedBy, parts } = notice;
  if (!proposal || audience?.parts !== parts) return undefined;
  const hash = hashOf(notice, proposal.announceDays, audience.digest);
  const seal = await sealOf(ring, hash, { ...proposal, approvedBy });
  return sameDigest(Buffer.from(seal), Buffer.from(proposal.seal)) ? hash : undefined;
}
