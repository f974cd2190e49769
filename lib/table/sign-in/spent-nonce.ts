import * as z from 'zod/mini';
import { digest } from '../attribute';
import type { Write } from '../client';
import { declareEntity } from '../entity';
import { ofService } from '../place';
import { create } from '../replace';

/**
 * That an attestation of the door in CloudBase has signed somebody in: kept under its keyed digest for as long as it could
 * be shown again (promise A7).
 */
export const spentNonce = declareEntity('spent-nonce', {
  place: ofService('security', (nonceDigest) => ({ pk: `SPENT#${nonceDigest}`, sk: 'SPENT' })),
  life: { rule: 'attempt-window', from: 'spentAtMs' },
  unguarded: 'it only refuses',
  attributes: { spentAtMs: digest('attempt-counter', z.int()) },
});

/** Refused when it was spent before. */
export function putSpentNonce(nonceDigest: string, nowMs: number): Write {
  return create(spentNonce.make(nonceDigest, undefined, { spentAtMs: nowMs }));
}
