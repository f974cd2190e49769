import * as z from 'zod/mini';

/** The type in the header of every certificate's signature, so that nothing else of ours can pass for one. */
export const CERTIFICATE_TYPE = 'erasure-certificate';

const instant = z.iso.datetime();
const count = z.int().check(z.minimum(0));

/**
 * What a certificate of an erasure says (promise R3): of each store what was found and is now absent; what stays and by which
 * law; what it does not cover, and until when. Counts, rules and dates, and of the person nothing but the random number
 * that the account had. Instants are ISO 8601 in UTC.
 */
export const certificateForm = z.strictObject({
  form: z.literal(1),
  certificateId: z.string(),
  /** Who is answerable. */
  issuer: z.string(),
  account: z.string(),
  /** When the key was destroyed: from then on nothing that was sealed under it could be read. */
  keyDestroyedAt: instant,
  /** From when until when each store was looked at again. */
  looked: z.strictObject({ from: instant, until: instant }),
  stores: z.array(
    z.strictObject({
      store: z.enum(['partition', 'pointers', 'others', 'indexes', 'files']),
      name: z.string(),
      /** How much was there that had to go, and how much of that is there now: nothing, or there is no certificate. */
      found: count,
      left: z.literal(0),
      of: z.optional(z.array(z.strictObject({ name: z.string(), found: count }))),
    }),
  ),
  stays: z.array(
    z.strictObject({
      name: z.string(),
      count,
      basis: z.string(),
      period: z.string(),
      until: z.optional(instant),
    }),
  ),
  notCovered: z.array(z.strictObject({ name: z.string(), why: z.string(), until: z.optional(instant) })),
  /** From then on no copy is left of what the law does not have us keep. Absent while that is not known. */
  lastCopyAt: z.optional(instant),
});
export type Certificate = z.output<typeof certificateForm>;
