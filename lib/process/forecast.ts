import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import { toInstant } from '../clock';
import type { Deps } from '../deps';
import { periodOf, type RetentionId, retention } from '../policy/retention';
import { beijingDay } from '../policy/working-days';
import { ConditionFailed, type Write } from '../table/client';
import { SWEEP_PARTS } from '../table/keys';
import { beginProcess, type ProcessRef, type ProcessState } from '../table/process/process';
import type { AnyEntity } from '../table/readers/any-entity';
import { declaredEntities } from '../table/readers/partition';
import {
  FORECAST_WEEKS,
  type Forecast,
  putForecast,
  readForecast,
  weekOf,
} from '../table/retention/forecast';
import { endUnder, moveEnd, type Periods, type Waiting, waitingPage } from '../table/retention/waiting';
import type { Next, ProcessKind, StepInput } from './kind';
import { afterIn } from './sweep/place';

/** Entries of the index that one trip reads, and trips of one step. */
const PAGE_ENTRIES = 500;
const PAGES_PER_STEP = 10;
/** Where items are read and written as well. */
const PAGE_ITEMS = 100;

type Rules = { periods: Periods; among: ReadonlyMap<string, AnyEntity> };

/**
 * Once a day: counts what will end in the next 180 days in either table, by rule and kind. Where the periods of rules are others than when it
 * was counted last, everything that waits gets its new end first (promise S4: the effect that a preview has shown).
 */
export const forecast: ProcessKind = forecastBy({ periods: periodOf, among: declaredEntities });

/** The same by other rules. */
export function forecastBy(rules: Rules): ProcessKind {
  return {
    begin: (deps, input) => begin(deps, input, rules),
    restamp: (deps, input) => restamp(deps, input, rules),
    count: (deps, input) => count(deps, input, rules),
  };
}

/** The forecast of a day; of that name there is one. */
export const forecastOf = (nowMs: number): ProcessRef => ({ kind: 'forecast', id: beijingDay(nowMs) });

export function beginForecast(nowMs: number): Write {
  return beginProcess(forecastOf(nowMs), 'begin', { fromMs: nowMs, part: 0 }, nowMs);
}

async function begin({ table }: Deps, { process: { state } }: StepInput, { periods }: Rules): Promise<Next> {
  const before = await readForecast(table);
  const isSame = before?.periods === digestOfPeriods(periods);
  return { to: isSame ? 'count' : 'restamp', state };
}

async function restamp(deps: Deps, { process: { state } }: StepInput, rules: Rules): Promise<Next> {
  const { table } = deps;
  const part = Number(state.part);
  const { waiting, after } = await waitingPage(table, part, PAGE_ITEMS, afterIn(state), rules.among);
  const counted = waiting.filter(({ entity }) => entity.declaration.life.from !== undefined);
  let moved = Number(state.moved ?? 0);
  for (const item of counted.length > 0 ? await table.getMany(counted, 'ended-too') : []) {
    const entity = item && rules.among.get(String(item.entity));
    const endsAtSeconds = entity && endUnder(item, entity, rules.periods);
    if (!item || endsAtSeconds === undefined || endsAtSeconds === item.expiresAtSeconds) continue;
    await table.write(moveEnd(item, endsAtSeconds)).then(
      () => {
        moved += 1;
      },
      (error: unknown) => {
        if (!(error instanceof ConditionFailed)) throw error; // gone, held or given another end meanwhile
      },
    );
  }
  const next = { ...placeless(state), moved };
  if (after) return { to: 'restamp', state: { ...next, ...after } };
  const isLast = part + 1 === SWEEP_PARTS;
  return { to: isLast ? 'count' : 'restamp', state: { ...next, part: isLast ? 0 : part + 1 } };
}

async function count(deps: Deps, { process, requestId }: StepInput, rules: Rules): Promise<Next> {
  const { state } = process;
  const fromMs = Number(state.fromMs);
  const weeks: Forecast = JSON.parse(String(state.weeks ?? '{}'));
  const part = Number(state.part);
  let after = afterIn(state);
  for (let page = 0; page < PAGES_PER_STEP; page += 1) {
    const found = await waitingPage(deps.table, part, PAGE_ENTRIES, after, rules.among);
    for (const one of found.waiting) add(weeks, one, fromMs);
    after = found.after;
    if (!after) break;
  }
  const next = { ...placeless(state), weeks: JSON.stringify(weeks) };
  if (after) return { to: 'count', state: { ...next, ...after } };
  if (part + 1 < SWEEP_PARTS) return { to: 'count', state: { ...next, part: part + 1 } };
  const periods = digestOfPeriods(rules.periods);
  const value = { day: process.id, from: toInstant(fromMs), weeks, periods };
  tell(deps, requestId, weeks);
  return { to: 'end', writes: [putForecast(value)] };
}

function add(weeks: Forecast, { entity: { name }, dueAt }: Waiting, fromMs: number): void {
  const week = weekOf(dueAt, fromMs);
  if (week === undefined) return;
  weeks[name] ??= Array(FORECAST_WEEKS).fill(0);
  const of = weeks[name];
  of[week] = (of[week] ?? 0) + 1;
}

/** A line for each kind of item, of which metrics are made. */
function tell({ log }: Deps, requestId: string, weeks: Forecast): void {
  for (const [entity, of] of Object.entries(weeks)) {
    const sum = of.reduce((all, one) => all + one, 0);
    log({
      event: 'measure',
      requestId,
      operation: 'process/forecast',
      outcome: 'ENDS_WITHIN_180_DAYS',
      kinds: [entity],
      count: sum,
    });
  }
}

function digestOfPeriods(periods: Periods): string {
  const all = (Object.keys(retention) as RetentionId[]).map((id) => [id, periods(id)]);
  return createHash('sha256')
    .update(`${canonicalize(Object.fromEntries(all))}`)
    .digest('base64url');
}

const places = ['pk', 'sk', 'dueShard', 'dueAt'];
function placeless(state: ProcessState): ProcessState {
  return Object.fromEntries(Object.entries(state).filter(([name]) => !places.includes(name)));
}
