import type { Deps } from '../../lib/deps';
import { declaredEntities } from '../../lib/table/readers/partition';
import { type Forecast, readForecast } from '../../lib/table/retention/forecast';
import { ruleThatEnds } from '../../lib/table/retention/waiting';

/** What ends by the clock in the next 180 days, by rule and kind, as it was counted last; no lines before the first count. */
export async function showForecast({ table }: Deps) {
  const found = await readForecast(table);
  if (!found) return { lines: [] };
  return { countedAt: found.from, lines: linesOf(found.weeks) };
}

function linesOf(weeks: Forecast) {
  return Object.entries(weeks)
    .flatMap(([kind, of]) => {
      const entity = declaredEntities.get(kind);
      const sum = of.reduce((all, one) => all + one, 0);
      return entity ? [{ rule: ruleThatEnds(entity), kind, sum, weeks: of }] : [];
    })
    .sort((one, other) => `${one.rule} ${one.kind}`.localeCompare(`${other.rule} ${other.kind}`));
}
