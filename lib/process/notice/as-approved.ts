import type { Deps } from '../../deps';
import { hashAsSealed } from '../../notice/approval';
import { approvalsOf } from '../../notice/kinds';
import type { Item } from '../../table/client';
import { readAudienceHead } from '../../table/notice/audience-head';
import type { Notice } from '../../table/notice/notice';

/** Rings until somebody has stopped the notice. */
export class NotAsApproved extends Error {
  override name = 'NotAsApproved';
}

/**
 * Whether a notice, and the head of its audience, are exactly as they were approved, and by whom it says (promise B4). Asked
 * before anything is begun and again at the moment of each message, of what was read then: one hash and one checksum.
 */
export async function isAsApproved(
  { ring }: Pick<Deps, 'ring'>,
  notice: Notice,
  head: Item | undefined,
): Promise<boolean> {
  if (notice.approvedBy.length < approvalsOf(notice.kind)) return false;
  return (await hashAsSealed(ring, notice, readAudienceHead(head))) !== undefined;
}
