import { beijingTime } from '../../lib/policy/working-days';
import { type Words, words } from '../command-line/words';
import type { Session } from './session';
import { facts, table } from './table';
import { countdown } from './times';

/** What of a row stands in one column, below which heading. */
export type Column<T> = [head: Words, of: (row: T) => unknown];

export function rowsIn<T>(
  session: Session,
  columns: readonly Column<T>[],
  rows: readonly T[],
): Promise<string> {
  if (rows.length === 0) return Promise.resolve(session.text(words('（没有）', '(none)')));
  return table(
    columns.map(([head]) => session.text(head)),
    rows.map((row) => columns.map(([, of]) => of(row))),
  );
}

/** One thing, fact by fact; what is not there is left out. */
export const factsIn = (session: Session, pairs: readonly (readonly [Words, unknown])[]): Promise<string> =>
  facts(pairs.map(([name, value]) => [session.text(name), value] as const));

/** A page of what goes on: what stands on it, and how to see the next one. */
export const pageIn = (session: Session, page: string, cursor: string | undefined): string =>
  cursor === undefined
    ? page
    : `${page}\n${session.text(words(`还有：--cursor ${cursor}`, `More: --cursor ${cursor}`))}`;

/** A moment in Beijing and how long until, or since. */
export function dueIn({ around, lang }: Session, instant: string | undefined): string | undefined {
  if (instant === undefined) return undefined;
  const left = countdown(instant, around.now(), lang);
  return lang === 'zh' ? `${beijingTime(instant)}（${left}）` : `${beijingTime(instant)} (${left})`;
}

export const timeIn = (instant: string | undefined): string | undefined => instant && beijingTime(instant);

export const yesIn = (session: Session, is: boolean | undefined): string | undefined =>
  is === undefined ? undefined : session.text(is ? words('是', 'yes') : words('否', 'no'));

/** At least and at most; one number where they are the same. */
export const rangeOf = ({ atLeast, atMost }: { atLeast: number; atMost: number }): string =>
  atLeast === atMost ? `${atLeast}` : `${atLeast} – ${atMost}`;

/** Headings and what stands below each, those without anything left out. */
export function sectionsIn(
  session: Session,
  sections: readonly (readonly [Words, string | undefined])[],
): string {
  return sections
    .filter(([, body]) => body)
    .map(([head, body]) => `${session.text(head)}\n${body}`)
    .join('\n\n');
}

/** Said above everything of an exercise. */
export const drillWords = words(
  '【演练】不会触及任何真实的人或系统。',
  '[DRILL] Nobody and nothing real is touched.',
);
