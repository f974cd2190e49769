import * as z from 'zod/mini';
import { plain } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { ofService } from '../place';
import { create } from '../replace';

/**
 * The signed certificate of one erasure (lib/certificate). It lies under the keyed digest of the receipt code that the person
 * was given when they closed the account: who shows the code is handed it, and nothing in the table leads from a person to it.
 */
export const certificate = declareEntity('certificate', {
  place: ofService('accountability', (digest) => ({ pk: `CERTIFICATE#${digest}`, sk: 'CERTIFICATE' })),
  life: { rule: 'evidence-three-years', from: 'signedAt' },
  attributes: {
    signedAt: plain('erasure-evidence', z.string()),
    /** Compact JWS: counts, rules and dates, and the random number of the account. */
    text: plain('erasure-evidence', z.string()),
  },
});

export const certificateKey = (digest: string): Key => certificate.key(digest);

/** Keeps a certificate for good: there is one of an erasure. */
export function putCertificate(digest: string, signedAt: string, text: string): Write {
  return create(certificate.make(digest, undefined, { signedAt, text }));
}

export function readCertificate(item: Item | undefined): string | undefined {
  return certificate.read(item)?.text;
}
