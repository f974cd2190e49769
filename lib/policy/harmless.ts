import { type Kind, kindClasses } from './kinds';
import { mayOutlast, type Period } from './period';
import type { Purpose } from './purposes';
import { type Registry, recipientIdsFor } from './registry';
import type { RetentionRule } from './retention-rule';

/** One entry in both versions, with the registries that it stands in. */
export type Changed<Entry> = { id: string; was: Entry; is: Entry; before: Registry; after: Registry };

/**
 * When another value of one attribute takes nobody any further than they agreed. What has no row here, or a row that does not
 * say so, reaches further (promise K4): a new attribute of the registry asks again until somebody has written down why not.
 */
type Harmless<Entry> = { readonly [Name in keyof Entry]?: (change: Changed<Entry>) => boolean };

const always = () => true;

/** What becomes of them is said by `why`, `method` and `basis`: the rest of the words is how it is told. */
export const harmlessOfPurpose: Harmless<Purpose> = {
  name: always,
  ground: always,
  clause: always,
  ifRefused: always,
  ask: always,
  choice: ({ is }) => is.choice === 'optional',
  atEnd: ({ is }) => is.atEnd === 'erase-at-once',
};

/** The better protected, the later: what is in the open is read by everybody who reads the table, a digest opens for nobody. */
const protections: readonly Kind['storage'][] = ['plain', 'sealed', 'digest'];

export const harmlessOfKind: Harmless<Registry['kinds'][string]> = {
  class: ({ was, is }) => kindClasses.indexOf(is.class) < kindClasses.indexOf(was.class),
  storage: ({ was, is }) => protections.indexOf(is.storage) > protections.indexOf(was.storage),
  retention: ({ was, is, before, after }) =>
    isHarmlessRule(before.retention[was.retention], after.retention[is.retention]),
};

/** Which purposes it has a part in is compared purpose by purpose. */
export const harmlessOfRecipient: Harmless<Registry['recipients'][string]> = {
  contact: always,
  address: always,
  agreement: ({ is }) => is.agreement !== undefined,
  ground: ({ is }) => is.ground === undefined,
  purpose: staysWhereItWas,
  alsoFor: staysWhereItWas,
  kinds: ({ was, is }) =>
    was.kinds === 'all' || (is.kinds !== 'all' && is.kinds.every((kind) => was.kinds.includes(kind))),
};

export const harmlessOfRule: Harmless<RetentionRule> = {
  basis: always,
  minimum: always,
  atEnd: ({ is }) => is.atEnd === 'delete',
  ends: ({ was, is }) => isNoLonger(was.ends, is.ends),
  period: ({ was, is }) => isNoLonger(was.ends, is.ends) && saysOnlyLength(was, is),
};

function staysWhereItWas({ id, before, after }: Changed<Registry['recipients'][string]>): boolean {
  const partIn = (registry: Registry) =>
    Object.keys(registry.purposes).filter((purpose) => recipientIdsFor(registry, purpose).includes(id));
  const had = partIn(before);
  return partIn(after).every((purpose) => had.includes(purpose));
}

/** Whether every attribute that differs has a row that calls it harmless. */
export function areHarmless<Entry extends object>(
  rows: Harmless<Entry>,
  parts: readonly string[],
  change: Changed<Entry>,
): boolean {
  return parts.every((part) => {
    const row = Object.hasOwn(rows, part) ? rows[part as keyof Entry] : undefined;
    return row?.(change) ?? false;
  });
}

function isHarmlessRule(was: RetentionRule | undefined, is: RetentionRule | undefined): boolean {
  if (!was || !is) return false;
  const change = { id: '', was, is } as Changed<RetentionRule>;
  return areHarmless(harmlessOfRule, partsThatDiffer(was, is), change);
}

/**
 * Whether a period lasts no longer on any day. An end by event and an end by clock cannot be compared, nor can periods that
 * begin differently: then only the same is no longer.
 */
function isNoLonger(was: RetentionRule['ends'], is: RetentionRule['ends']): boolean {
  if ('event' in was || 'event' in is || beginOf(was) !== beginOf(is)) return asText(was) === asText(is);
  return !mayOutlast(is, was);
}

const beginOf = (ends: RetentionRule['ends']) => ('after' in ends ? ends.after : undefined);

const MONTHS_OF_A_YEAR = 12;
const chinese = '零一二三四五六七八九十';

/**
 * Whether a rule is told in the words of before with the new length in them, or in fewer. What else the words promise, the code
 * does not check, nor the words of an end by event.
 */
function saysOnlyLength(was: RetentionRule, { ends, period }: RetentionRule): boolean {
  if ('event' in ends) return false;
  const rest = period.replace(lengthIn(ends), '');
  return rest !== period && isFewerWords(rest, was.period);
}

/** How a length is written: in digits, or in Chinese up to ten. */
function lengthIn(ends: Period): RegExp {
  const written = lengthWords(ends).flatMap(([count, unit]) =>
    [String(count), chinese[count]].flatMap((number) => (number ? `${number} ?${unit}` : [])),
  );
  return new RegExp(`(?<![\\d十])(${written.join('|')})`);
}

/** Whether the characters of a text all stand in the other, in the same order. */
function isFewerWords(text: string, of: string): boolean {
  let at = 0;
  return [...text].every((character) => {
    const found = of.indexOf(character, at);
    at = found + 1;
    return found >= 0;
  });
}

function lengthWords(ends: Period): [number, string][] {
  if ('minutes' in ends) return [[ends.minutes, '分钟']];
  if ('hours' in ends) return [[ends.hours, '小时']];
  if ('days' in ends) return [[ends.days, '[天日]']];
  const years = ends.months / MONTHS_OF_A_YEAR;
  const inMonths: [number, string] = [ends.months, '个月'];
  return Number.isInteger(years) ? [inMonths, [years, '年']] : [inMonths];
}

/** The same facts in any order of keys are the same text. */
export function asText(value: unknown): string {
  return JSON.stringify(value, (_, part) =>
    part && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
}

/** The names of the attributes that differ. */
export function partsThatDiffer(before: object, after: object): string[] {
  const [was, is] = [before as Record<string, unknown>, after as Record<string, unknown>];
  const names = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return names.filter((name) => asText(was[name]) !== asText(is[name]));
}
