import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { retention } from '../../lib/policy/retention';
import { holdsOfPerson } from '../../lib/table/hold/hold';
import { openHold } from '../../lib/table/hold/open-hold';

/** What a hold keeps of the caller, why, by which document, and when it is looked at again (PIPL art. 47, 48; promise S3). */
export async function held(deps: Deps, { caller }: Run<'subject', Record<string, never>>) {
  const items = await holdsOfPerson(deps.table, caller.person.subjectId);
  const opened = await Promise.all(items.map((item) => openHold(deps, item)));
  return {
    basis: retention['hold-life'].basis,
    holds: opened.flatMap((one) => {
      if (!one) return [];
      const { holdId, state, kinds, from, until, placedAt, dueAt, reason, document, count } = one.hold;
      const scope = { ...(kinds && { kinds }), ...(from && { from }), ...(until && { until }) };
      const review = dueAt === undefined ? {} : { reviewAt: dueAt };
      return [{ holdId, state, ...scope, placedAt, ...review, reason, document, records: count }];
    }),
  };
}
