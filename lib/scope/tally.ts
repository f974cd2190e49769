import type { KindId } from '../policy/kinds';
import { sensitiveNotices } from '../policy/sensitive';
import type { Doubt } from './doubts';
import type { Verdict } from './verdict';

/** Somebody whom a scope has looked at. `minor`: as their account is marked; nobody knows of one that is erased. */
export type Judged = { subjectId: string; verdict: Verdict; minor: boolean; erased: boolean };

/** Of something, at least so many people and at most so many. */
export type Range = [atLeast: number, atMost: number];

/**
 * How many people, by what: `people`, `sensitive`, `minors`, and `kind:<id>` for each kind. `why`: in how many people's
 * answer a doubt has a part.
 */
export type Tally = { ranges: Record<string, Range>; why: Partial<Record<Doubt, number>> };

export const emptyTally: Tally = { ranges: {}, why: {} };

const isSensitive = (kind: KindId) => Object.hasOwn(sensitiveNotices, kind);

/** What one person adds; nothing where they are certainly not affected. */
export function tallyOf({ verdict, minor, erased }: Judged): Tally {
  if (verdict.is === 'out') return emptyTally;
  const range = (isCertain: boolean): Range => [verdict.is === 'in' && isCertain ? 1 : 0, 1];
  const kinds = [...verdict.kinds];
  const sensitive = kinds.filter(([kind]) => isSensitive(kind));
  const why = new Set([...verdict.why, ...(erased ? ['person-erased' as const] : [])]);
  return {
    ranges: {
      people: range(true),
      ...(sensitive.length > 0 && { sensitive: range(sensitive.some(([, isCertain]) => isCertain)) }),
      ...((minor || erased) && { minors: range(minor) }),
      ...Object.fromEntries(kinds.map(([kind, isCertain]) => [`kind:${kind}`, range(isCertain)])),
    },
    why: Object.fromEntries([...why].map((doubt) => [doubt, 1])),
  };
}

export function sumOf(tallies: readonly Tally[]): Tally {
  const ranges: Record<string, Range> = {};
  const why: Partial<Record<Doubt, number>> = {};
  for (const one of tallies) {
    for (const [name, [least, most]] of Object.entries(one.ranges)) {
      const [atLeast, atMost] = ranges[name] ?? [0, 0];
      ranges[name] = [atLeast + least, atMost + most];
    }
    for (const [doubt, people] of Object.entries(one.why) as [Doubt, number][])
      why[doubt] = (why[doubt] ?? 0) + people;
  }
  return { ranges, why };
}
