import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Member } from '../table/notice/audience';

/**
 * The SHA-256 after one more part of who was found: over the one before, the part's number and its members. Whoever is given
 * the parts reckons it again, one after the other, from an empty text.
 */
export function hashOfPart(before: string, part: number, members: readonly Member[]): string {
  const said = members.map(({ subjectId, kinds, minor, certain }) => [
    subjectId,
    [...kinds].sort(),
    minor,
    certain,
  ]);
  return sha256(`${before}\n${part}\n${canonicalize(said)}`);
}

/** The SHA-256 of a frozen scope: over its last part's, what was asked and what came of it. */
export function hashOfScope(lastPart: string, said: Record<string, unknown>): string {
  return sha256(`${lastPart}\n${canonicalize(said)}`);
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
