import * as z from 'zod/mini';
import { bytes, plain, sealed } from '../attribute';
import { declareEntity } from '../entity';
import { padded } from '../keys';
import { chainOf } from '../ledger/chain';
import { ofService } from '../place';
import { incidentActs } from './incident-acts';

/** The partition of an incident, its chain and what else is kept of it. */
export const incidentPartition = (incidentId: string): string => `INCIDENT#${incidentId}`;

/** Details of an entry: names of ours, numbers and the words of the staff. Never the number or a value of an affected person. */
export const entryDetails = z.record(
  z.string(),
  z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]),
);
export type EntryDetails = z.output<typeof entryDetails>;

/**
 * One line of what happened and what was done (promises B1, B7): when it happened, when it was learned of, when it was
 * written. In a chain, so that none can be altered, moved or dropped unseen; its words open with the incident's key only.
 */
export const incidentEntry = declareEntity('incident-entry', {
  place: ofService('incident', (incidentId, seq: number) => ({
    pk: incidentPartition(incidentId),
    sk: `ENTRY#${padded(seq)}`,
  })),
  // With the incident itself: its clock's last step (lib/process/incident-clock.ts).
  life: { rule: 'incident-life' },
  unguarded: 'the chain of the incident covers it',
  attributes: {
    seq: plain('incident-state', z.int().check(z.positive())),
    at: plain('incident-state', z.string()),
    act: plain('incident-state', z.enum(incidentActs)),
    happenedAt: plain('incident-state', z.string()),
    learnedAt: plain('incident-state', z.string()),
    /** Who of the staff; `service` for what nobody's hand did. */
    staff: plain('incident-state', z.string()),
    /** Which kinds of data it is about, where it is about some. */
    kinds: plain('incident-state', z.optional(z.array(z.string()))),
    requestId: plain('incident-state', z.optional(z.string())),
    details: sealed('incident-record', z.optional(entryDetails)),
    prev: plain('incident-state', bytes),
    hash: plain('incident-state', bytes),
  },
});

/** Every incident has one chain of these; its head is kept by the incident's item. */
export const incidentChain = chainOf(incidentEntry, 'seq');
