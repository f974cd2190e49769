import * as z from 'zod/mini';
import { bytes, plain, type ValueOf } from '../attribute';
import { declareEntity } from '../entity';
import { padded } from '../keys';
import { chainOf } from '../ledger/chain';
import { ofService } from '../place';
import { retentionActs } from './retention-acts';

/** The partition of one chain: its head and its entries. */
const partitionOf = (chain: string): string => `RETENTION#${chain}`;

/** Names of ours and numbers. Never a person's number, and nothing of what has ended. */
export const retentionDetails = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/**
 * One line of what has ended, and of what keeps something from ending (promises S2, S3): by which rule, how many, and a keyed
 * digest of which (`digestOf`). In a chain, so that none can be altered, moved or dropped unseen. It holds nothing of anybody:
 * evidence of a deletion is no copy of what was deleted.
 */
export const retentionEntry = declareEntity('retention-entry', {
  place: ofService('accountability', (chain, seq: number) => ({
    pk: partitionOf(chain),
    sk: `ENTRY#${padded(seq)}`,
  })),
  life: { rule: 'service-life' },
  unguarded: 'the retention chain covers it',
  attributes: {
    seq: plain('retention-record', z.int().check(z.positive())),
    at: plain('retention-record', z.string()),
    act: plain('retention-record', z.enum(retentionActs)),
    /** The id of the rule, in lib/policy/retention.ts, by which it ended. */
    rule: plain('retention-record', z.optional(z.string())),
    /** The name of the entity that it was, where it was of one. */
    kind: plain('retention-record', z.optional(z.string())),
    count: plain('retention-record', z.optional(z.int())),
    /** What it was about can be recognised by it, and by nobody who does not know it already. */
    digest: plain('retention-record', z.optional(bytes)),
    details: plain('retention-record', z.optional(retentionDetails)),
    prev: plain('retention-record', bytes),
    hash: plain('retention-record', bytes),
  },
});
export type RetentionEntry = ValueOf<typeof retentionEntry>;

/** Where one chain stands: the number and the checksum of its last entry. */
export const retentionHead = declareEntity('retention-head', {
  place: ofService('accountability', (chain) => ({ pk: partitionOf(chain), sk: 'HEAD' })),
  life: { rule: 'service-life' },
  unguarded: 'where the retention chain ends: its next entry shows whether that is so',
  attributes: {
    seq: plain('retention-record', z.int()),
    hash: plain('retention-record', bytes),
  },
});

/** The service's own chain of evidence about what has ended. */
export const retentionChain = chainOf(retentionEntry, 'seq');
