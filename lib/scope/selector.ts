import * as z from 'zod/mini';
import { kindIds } from '../policy/kinds';
import { trailDoubts } from './doubts';

/** Alternatives of one scope, and conditions of one alternative; together they bound what a scope costs to begin. */
const MAX_GROUPS = 5;
const MAX_CONDITIONS = 10;
/** Versions of the policy that one condition names. */
const MAX_VERSIONS = 50;

const instant = z.iso.datetime({ offset: true });
export const kindList = z.array(z.enum(kindIds)).check(z.minLength(1), z.maxLength(kindIds.length));
/** A list of people that was uploaded for the same incident. */
export const listName = z.string().check(z.regex(/^[a-z0-9-]{1,32}$/));
/** From this moment on, until before that one. */
const window = { from: instant, until: instant };
/** Whoever the condition does not meet. */
const not = z.optional(z.literal(true));

/** Who can have touched data, and an id within (lib/table/ledger/touched-key.ts). */
const actor = z.strictObject({
  kind: z.enum(['session', 'staff', 'recipient', 'operation']),
  id: z.string().check(z.regex(/^[\w./:@-]{1,128}$/)),
});

/** One thing that can be said of a person (promise B3). */
export const condition = z.discriminatedUnion('by', [
  /** Of whom at least one of these kinds was held at some moment of a window. */
  z.strictObject({ by: z.literal('held'), kinds: kindList, ...window, not }),
  /** Of whom something was touched by a session, a member of the staff, a partner or an operation (index `touched`). */
  z.strictObject({ by: z.literal('touched'), actor, ...window, not }),
  /**
   * Whom the trail names as opened (`list`). Where it may lack somebody (`missing`), everybody is in doubt of whom the opener
   * could have opened something: one of the kinds of `reach`, during its window.
   */
  z.strictObject({
    by: z.literal('opened'),
    list: listName,
    missing: z.array(z.enum(trailDoubts)).check(z.maxLength(trailDoubts.length)),
    reach: z.optional(z.strictObject({ kinds: kindList, ...window })),
    not,
  }),
  /** Who agreed to something by the text of one of these versions of the policy. */
  z.strictObject({
    by: z.literal('agreed'),
    versions: z.array(z.int().check(z.positive())).check(z.minLength(1), z.maxLength(MAX_VERSIONS)),
    not,
  }),
  /** Whose account was opened during a window. */
  z.strictObject({ by: z.literal('registered'), ...window, not }),
  /** Who is on a list that was uploaded. */
  z.strictObject({ by: z.literal('listed'), list: listName, not }),
]);
export type Condition = z.output<typeof condition>;

/**
 * Whom a scope is about: who meets every condition of at least one alternative. With `not` at a condition, whatever can be
 * said by and, or and not can be said so.
 */
export const selector = z
  .array(z.strictObject({ allOf: z.array(condition).check(z.minLength(1), z.maxLength(MAX_CONDITIONS)) }))
  .check(z.minLength(1), z.maxLength(MAX_GROUPS));
export type Selector = z.output<typeof selector>;

type Windowed = { from: string; until: string };

/** Where a scope finds candidates without looking at everybody. */
export type Source = Extract<Condition, { by: 'touched' | 'opened' | 'listed' }>;

/**
 * From where the candidates come, one source for each alternative; undefined where an alternative can be met by anybody, so
 * that everybody is looked at.
 */
export function sourcesOf(asked: Selector): Source[] | undefined {
  const sources = asked.map(({ allOf }) => allOf.filter(isSource).sort(listsFirst)[0]);
  if (sources.includes(undefined)) return undefined;
  return [...new Map((sources as Source[]).map((source) => [JSON.stringify(source), source])).values()];
}

function isSource(one: Condition): one is Source {
  if (one.not) return false;
  return one.by === 'listed' || one.by === 'touched' || (one.by === 'opened' && one.missing.length === 0);
}

const listsFirst = (a: Source, b: Source) => Number(a.by === 'touched') - Number(b.by === 'touched');

/** The lists that a selector names. */
export function listsOf(asked: Selector): string[] {
  return [...new Set(conditionsOf(asked).flatMap((one) => ('list' in one ? [one.list] : [])))];
}

/** The field that names a list first. */
export function fieldOfList(asked: Selector, list: string): string {
  const [path = ''] = placed(asked).find(([, one]) => 'list' in one && one.list === list) ?? [];
  return `${path}.list`;
}

/** The last moment that a selector asks about; before all time where it asks about none. */
export function lastMomentOf(asked: Selector): number {
  return Math.max(Number.NEGATIVE_INFINITY, ...windowsIn(asked).map(([, { until }]) => Date.parse(until)));
}

/** What is wrong with a selector beyond its shape, by field; nothing where it can be answered. */
export function faultsOf(asked: Selector, nowMs: number): { field: string; problem: string }[] {
  const windows = windowsIn(asked).flatMap(([path, { from, until }]) => {
    if (Date.parse(until) <= Date.parse(from)) return [{ field: `${path}.until`, problem: '不晚于开始时间' }];
    return Date.parse(until) > nowMs ? [{ field: `${path}.until`, problem: '晚于现在' }] : [];
  });
  const reaches = placed(asked).flatMap(([path, one]) => {
    if (one.by !== 'opened' || one.missing.length > 0 === (one.reach !== undefined)) return [];
    const problem = one.reach ? '记录没有缺口，不需要填写' : '记录可能有缺口，须写明能打开哪些信息';
    return [{ field: `${path}.reach`, problem }];
  });
  return [...windows, ...reaches];
}

function conditionsOf(asked: Selector): Condition[] {
  return asked.flatMap(({ allOf }) => allOf);
}

/** Every condition with the path of its field. */
function placed(asked: Selector): [string, Condition][] {
  return asked.flatMap(({ allOf }, group) =>
    allOf.map((one, index): [string, Condition] => [`anyOf.${group}.allOf.${index}`, one]),
  );
}

function windowsIn(asked: Selector): [string, Windowed][] {
  return placed(asked).flatMap(([path, one]): [string, Windowed][] => {
    if ('from' in one) return [[path, one]];
    return one.by === 'opened' && one.reach ? [[`${path}.reach`, one.reach]] : [];
  });
}
