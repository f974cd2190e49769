import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { type Threshold, thresholds } from '../../lib/policy/thresholds';
import { addWorkingDays, beijingDay, earliestEnd } from '../../lib/policy/working-days';
import { ConditionFailed } from '../../lib/table/client';
import { GAUGE_SHARDS, type Gauges, gaugeKeys, sensitiveKinds, sumGauges } from '../../lib/table/gauge/gauge';
import { putReached, reachedAt, thresholdKey } from '../../lib/table/gauge/threshold';

/**
 * The head-counts as they are now, and which thresholds of the law they have reached since when (promise N7). One read
 * of the shards, whatever the number of people. A threshold found reached for the first time is noted, because its
 * deadline runs from then; the daily look sees to it that this is not later than a day.
 */
export async function gauges(deps: Deps) {
  const wanted = [...gaugeKeys, ...thresholds.map(({ id }) => thresholdKey(id))];
  const items = await deps.table.getMany(wanted);
  const counts = sumGauges(items.slice(0, GAUGE_SHARDS));
  const outcome = await Promise.all(
    thresholds.map(async (threshold, index) => {
      const persons = countOf(counts, threshold);
      const known = reachedAt(items[GAUGE_SHARDS + index]);
      const reached =
        known ?? (persons >= threshold.persons ? await noteReached(deps, threshold) : undefined);
      return describe(threshold, persons, reached);
    }),
  );
  return {
    persons: counts.persons,
    faceUsers: counts['face-token'],
    sensitive: sensitiveKinds.map((kind) => ({ kind, persons: counts[kind] })),
    thresholds: outcome,
  };
}

function countOf(counts: Gauges, { gauge }: Threshold): number {
  return gauge === 'sensitive' ? sensitiveKinds.reduce((sum, kind) => sum + counts[kind], 0) : counts[gauge];
}

async function noteReached({ table, clock }: Deps, { id }: Threshold): Promise<string> {
  const at = toInstant(clock.now());
  try {
    await table.write(putReached(id, at));
    return at;
  } catch (error) {
    const noted = error instanceof ConditionFailed ? reachedAt(error.found[0]?.item) : undefined;
    if (!noted) throw error;
    return noted;
  }
}

async function describe(threshold: Threshold, persons: number, reached: string | undefined) {
  const { id, duty, basis, workingDays } = threshold;
  const common = { id, persons, threshold: threshold.persons, duty, basis };
  if (!reached) return { ...common, reached: false };
  const day = beijingDay(Date.parse(reached));
  if (workingDays === undefined) return { ...common, reached: true, reachedOn: day };
  const deadline = await addWorkingDays(day, workingDays);
  const is = { ...common, reached: true, reachedOn: day };
  if ('on' in deadline && deadline.mayChange === undefined) return { ...is, deadlineOn: deadline.on };
  const [year, deadlineOn, said] =
    'on' in deadline
      ? [deadline.mayChange, deadline.on, '12 月 20 日以后哪天上班可能还有变动，截止日可能改变']
      : [deadline.unknownYear, undefined, '截止日不能推算'];
  return {
    ...is,
    ...(deadlineOn !== undefined && { deadlineOn }),
    safeOn: await earliestEnd(day, workingDays),
    note: `国务院尚未公布或本系统尚未收录 ${year} 年的放假安排，${said}；在 safeOn 当天或者之前办理不会逾期`,
  };
}

/** Once a day, so that a threshold is noticed though nobody looks. Rings in the log when one has been reached. */
export async function watchGauges(deps: Deps) {
  const { thresholds: outcome } = await gauges(deps);
  const reached = outcome.filter((one) => one.reached).length;
  if (reached > 0) deps.log({ event: 'alarm', operation: 'identity/watchGauges', count: reached });
  return { reached };
}
