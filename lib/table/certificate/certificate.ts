import * as z from 'zod/mini';
import { plain } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { ofService } from '../place';

/**
 * The signed certificate of one erasure (lib/certificate). It lies under the keyed digest of the receipt code that the person
 * was given when they closed the account: who shows the code is handed it, and nothing in the table leads from a person to it.
 */
export const certificate = declareEntity('certificate', {
  place: ofService('accountability', (digest) => ({ pk: `CERTIFICATE#${digest}`, sk: 'CERTIFICATE' })),
  life: { rule: 'evidence-three-years', from: 'signedAt' },
  unguarded: 'the signature in it says whose word it is',
  attributes: {
    signedAt: plain('erasure-evidence', z.string()),
    /** Compact JWS: counts, rules and dates, and the random number of the account. */
    text: plain('erasure-evidence', z.string()),
  },
});

export const certificateKey = (digest: string): Key => certificate.key(digest);

/** Keeps a certificate: there is one of an erasure, which the locked bucket has first. */
export function putCertificate(digest: string, signedAt: string, text: string): Write {
  return { Put: { Item: certificate.make(digest, undefined, { signedAt, text }) } };
}

export function readCertificate(item: Item | undefined): string | undefined {
  return certificate.read(item)?.text;
}

/** Every certificate in the locked bucket lies below it. */
export const CERTIFICATES = 'certificates/';

const noted = z.object({ signedAt: z.string(), text: z.string() });

/** What the locked bucket keeps of a certificate, so that a restore of an older table loses none (promise S7). */
export function noteOfCertificate(
  digest: string,
  signedAt: string,
  text: string,
): { name: string; content: Buffer } {
  return { name: `${CERTIFICATES}${digest}`, content: Buffer.from(JSON.stringify({ signedAt, text })) };
}

/** By which digest a certificate that was noted is found, by the name of the note. */
export const digestOfNote = (name: string): string => name.slice(CERTIFICATES.length);

export function certificateNoted(content: Buffer): { signedAt: string; text: string } {
  return noted.parse(JSON.parse(content.toString()));
}
