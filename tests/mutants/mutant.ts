import type { PromiseId } from '../../lib/policy/promises';

/** A small fault of the kind that a tired developer makes: what is wrong with it, and how the source is altered. */
export type Mutant = {
  /** What the service does wrong with this fault, in a few words. */
  fault: string;
  /** The source file, from the root of the project. */
  file: string;
  /** The exact text that is replaced; it occurs once in the file. */
  text: string;
  /** What stands there instead. */
  to: string;
  /** Test files of which at least one has to turn red. */
  tests: readonly [string, ...string[]];
};

/** The faults planted for each promise of a subject: two at the least, or nothing shows that its check can fail. */
export type MutantsOf<Id extends PromiseId> = Record<Id, readonly [Mutant, Mutant, ...Mutant[]]>;

/** The source with the fault in it. Throws where the text does not occur exactly once: the list is behind the source. */
export function planted(source: string, { file, text, to }: Mutant): string {
  const found = source.split(text).length - 1;
  if (found !== 1) throw new Error(`${file}: the text of a fault occurs ${found} times: ${text}`);
  if (text === to) throw new Error(`${file}: a fault changes nothing: ${text}`);
  return source.replace(text, () => to);
}
