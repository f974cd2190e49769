import type { CardContent } from './content';
import type { FieldPart } from './fields';

/**
 * What goes from somebody to somebody else has a type of its own, so that nothing else is answered: words that others read are
 * `Checked`, and whatever of a person is shown to another is `Shown`. Neither is anything but what it holds once it runs.
 */

/** What the content check said of words as they stand. What is not named has not been asked about. */
export const verdicts = ['passed', 'waiting', 'refused'] as const;
export type Verdict = (typeof verdicts)[number];

/** A doubtful text and one that could not be asked about wait alike: for another try, or for a human. */
const meaning = { pass: 'passed', risky: 'refused', review: 'waiting', unavailable: 'waiting' } as const;

/** What the answer of the check means for words. */
export function verdictOf(answer: keyof typeof meaning): Verdict {
  return meaning[answer];
}

declare const checked: unique symbol;
declare const shown: unique symbol;

/** Words that the content check let pass (promise C1). Only `passed` makes them. */
export type Checked<T> = T & { readonly [checked]: true };

/** The same words where others may read them, and nothing where the check has said anything else of them, or nothing yet. */
export function passed<T>(words: T, verdict: Verdict | undefined): Checked<T> | undefined {
  return verdict === 'passed' ? (words as Checked<T>) : undefined;
}

/** What of one person another may see at this moment. Only lib/table/sharing/may-show.ts makes it; a test holds everybody to that. */
export type Shown<T> = T & { readonly [shown]: true };

/** A card as somebody else sees it: every part may be missing. */
export type ShownCard = Shown<{ [Part in FieldPart]?: Checked<NonNullable<CardContent[Part]>> }>;
