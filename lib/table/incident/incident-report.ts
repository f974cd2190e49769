import * as z from 'zod/mini';
import { reportContent } from '../../incident-report/content';
import { reportKinds } from '../../policy/incident/report-items';
import { plain, sealed, type ValueOf } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import { type Key, padded } from '../keys';
import { ofService } from '../place';
import { create } from '../replace';
import type { Sealer } from '../sealer';
import { incidentPartition } from './incident-entry';

/** Drafted and drafted anew, then filed once: nothing is written over what was filed. */
export const reportStates = ['draft', 'filed'] as const;

/**
 * A report of an incident to an authority (promise B7), sealed under the incident's key: what it says, and how it was handed
 * in. What was wrong in it is put right by a supplement.
 */
export const incidentReport = declareEntity('incident-report', {
  place: ofService('incident', (incidentId, number: number) => ({
    pk: incidentPartition(incidentId),
    sk: `REPORT#${padded(number)}`,
  })),
  // With the incident itself: its clock's last step.
  life: { rule: 'incident-life' },
  unguarded: 'what the staff has filed with an authority, by hand',
  attributes: {
    number: plain('incident-state', z.int()),
    kind: plain('incident-state', z.enum(reportKinds)),
    /** By its id (lib/policy/incident/rule-sets.ts). */
    authority: plain('incident-state', z.string()),
    state: plain('incident-state', z.enum(reportStates)),
    /** Counts every draft. Of two at once one is refused. */
    revision: plain('incident-state', z.int()),
    draftedBy: plain('incident-state', z.string()),
    filedBy: plain('incident-state', z.optional(z.string())),
    /** SHA-256 of the content; the chain's entry of the filing holds it as well. */
    fingerprint: plain('incident-state', z.string()),
    content: sealed('incident-record', reportContent),
    submission: sealed(
      'incident-record',
      z.optional(
        z.object({
          filedAt: z.string(),
          way: z.string(),
          receiptNumber: z.optional(z.string()),
          reason: z.optional(z.string()),
        }),
      ),
    ),
  },
});
export type IncidentReport = ValueOf<typeof incidentReport>;

export const reportKey = (incidentId: string, number: number): Key => incidentReport.key(incidentId, number);

/** @throws SealError for an altered or moved report */
export function readReport(item: Item | undefined, sealer: Sealer): IncidentReport | undefined {
  return incidentReport.read(item, { sealer });
}

/** Puts a report, new or in the place of the draft that was seen: refused where that was filed or drafted anew since. */
export function putReport(
  incidentId: string,
  value: IncidentReport,
  before: IncidentReport | undefined,
  sealer: Sealer,
): Write {
  const item = incidentReport.make(incidentId, value.number, value, { sealer });
  if (!before) return create(item);
  return {
    Put: {
      Item: item,
      ConditionExpression: '#state = :draft AND revision = :seen',
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: { ':draft': 'draft', ':seen': before.revision },
    },
  };
}
