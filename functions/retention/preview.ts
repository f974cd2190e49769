import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { mayOutlast, type Period } from '../../lib/policy/period';
import { periodOf, type RetentionId, ruleOf } from '../../lib/policy/retention';
import { beijingDay } from '../../lib/policy/working-days';
import type { Item } from '../../lib/table/client';
import { readCursor, sealCursor } from '../../lib/table/cursor';
import { SWEEP_PARTS } from '../../lib/table/keys';
import type { AnyEntity } from '../../lib/table/readers/any-entity';
import { declaredEntities } from '../../lib/table/readers/partition';
import { endUnder, mayWait, waitingPage } from '../../lib/table/retention/waiting';

type Asked = { rule: RetentionId; period: Period; cursor?: string | undefined };
type Place = { part: number; after?: Parameters<typeof waitingPage>[3] };
/** Records of one kind that end on one day, and would end on another. */
type Change = { kind: string; from: string; until: string; count: number };

/** Entries of the index that one page looks at, and pages of one call. */
const PAGE_ENTRIES = 100;
const PAGES_PER_CALL = SWEEP_PARTS;

/**
 * What would change if a rule had another period: how many records, of which kinds, and when they would end (promise S4). Nothing
 * is written. The rule itself is changed in lib/policy/retention.ts; the day's count then moves exactly what was shown here
 * (lib/process/forecast.ts), but for what comes, goes or is held meanwhile.
 * @throws AppError INVALID_INPUT for a rule that an event ends, or below the law's minimum | CURSOR_INVALID
 */
export async function preview(deps: Deps, { caller, input }: Run<'staff', Asked>) {
  const { rule, period, cursor } = input;
  demandPossible(rule, period);
  const list = `retention/preview ${rule} ${JSON.stringify(period)}`;
  const { staffId } = caller;
  let place: Place | undefined =
    cursor === undefined ? { part: 0 } : JSON.parse(await readCursor(deps.ring, list, staffId, cursor));
  const changes = new Map<string, Change>();
  for (let page = 0; page < PAGES_PER_CALL && place; page += 1)
    place = await lookAt(deps, place, { rule, period }, changes);
  return {
    changes: [...changes.values()],
    unmoved: unmovedBy(rule),
    ...(place && { cursor: await sealCursor(deps.ring, list, staffId, JSON.stringify(place)) }),
  };
}

function demandPossible(rule: RetentionId, period: Period): void {
  const { ends, minimum } = ruleOf(rule);
  const refuse = (field: string, problem: string) => {
    throw new AppError('INVALID_INPUT', { fields: [{ field, problem }] });
  };
  if ('event' in ends || 'after' in ends) refuse('rule', '这项期限由事件决定，不按时间计算');
  if (minimum && mayOutlast(minimum, period)) refuse('period', '短于法律规定的最短期限');
}

async function lookAt(
  { table, clock }: Deps,
  { part, after }: Place,
  { rule, period }: Omit<Asked, 'cursor'>,
  changes: Map<string, Change>,
): Promise<Place | undefined> {
  const page = await waitingPage(table, part, PAGE_ENTRIES, after);
  const concerned = page.waiting.filter(({ entity }) => isMoved(entity, rule));
  const items = concerned.length > 0 ? await table.getMany(concerned, 'ended-too') : [];
  const periods = (id: RetentionId) => (id === rule ? period : periodOf(id));
  for (const item of items) {
    const entity = item && declaredEntities.get(String(item.entity));
    const endsAtSeconds = item && entity && endUnder(item, entity, periods);
    if (endsAtSeconds !== undefined && endsAtSeconds !== item?.expiresAtSeconds)
      count(changes, item as Item, endsAtSeconds, clock.now());
  }
  if (page.after) return { part, after: page.after };
  return part + 1 < SWEEP_PARTS ? { part: part + 1 } : undefined;
}

/** What would have ended already ends today. */
function count(changes: Map<string, Change>, item: Item, endsAtSeconds: number, nowMs: number): void {
  const from = beijingDay(Number(item.expiresAtSeconds) * 1000);
  const until = beijingDay(Math.max(endsAtSeconds * 1000, nowMs));
  const kind = String(item.entity);
  const key = `${kind} ${from} ${until}`;
  const known = changes.get(key) ?? { kind, from, until, count: 0 };
  changes.set(key, { ...known, count: known.count + 1 });
}

function isMoved(entity: AnyEntity, rule: RetentionId): boolean {
  const { life } = entity.declaration;
  return life.rule === rule && life.from !== undefined && mayWait(entity);
}

/** Kinds under the rule whose records keep the end that was said when they were made: only new ones would follow. */
function unmovedBy(rule: RetentionId): string[] {
  const under = [...declaredEntities.values()].filter(({ declaration: { life } }) => life.rule === rule);
  return under.filter((entity) => !isMoved(entity, rule)).map(({ name }) => name);
}
