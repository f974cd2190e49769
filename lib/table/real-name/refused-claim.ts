import * as z from 'zod/mini';
import type { KeyRing } from '../../crypto/key-ring';
import { hiddenId } from '../../crypto/request-id';
import { wayIds } from '../../policy/assurance';
import { digest, plain, type ValueOf } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { inPerson } from '../place';

/**
 * That the partner has confirmed a number as this person's while another account had it: what a human needs who decides an
 * appeal against that, since nobody else could say which number it is about (promise N6).
 */
export const refusedClaim = declareEntity('refused-claim', {
  place: inPerson('review', 'refused-claim'),
  life: { rule: 'refused-claim-life', from: 'refusedAt' },
  /** An appeal that is upheld ends exactly this claim on exactly this number. */
  guarded: ['refusedAt', 'way', 'claimId', 'idDigest', 'networkDigest'],
  attributes: {
    refusedAt: plain('refused-claim', z.string()),
    way: plain('refused-claim', z.enum(wayIds)),
    claimId: plain('refused-claim', z.string()),
    idDigest: digest('id-digest', z.optional(z.string())),
    networkDigest: digest('network-id-digest', z.optional(z.string())),
  },
});
export type RefusedClaim = ValueOf<typeof refusedClaim>;

/** Names the claim of one account on one number; whose it is cannot be read from that. */
export const claimIdOf = (ring: Pick<KeyRing, 'digest'>, uniqueDigest: string, heldBy: string) =>
  hiddenId(ring, 'claim', uniqueDigest, heldBy);

export const refusedClaimKey = (subjectId: string): Key => refusedClaim.key(subjectId);

/** Notes the latest one, in the place of an earlier one. */
export function noteRefusedClaim(subjectId: string, value: RefusedClaim, seen: Item | undefined): Write {
  return { Put: { Item: refusedClaim.make(subjectId, undefined, value) }, seen };
}

export function readRefusedClaim(item: Item | undefined): RefusedClaim | undefined {
  return refusedClaim.read(item);
}

/** Takes it away once it has been decided on. */
export function forgetRefusedClaim(item: Item): Write {
  const { pk, sk } = item;
  return { Delete: { Key: { pk, sk } }, seen: item };
}
