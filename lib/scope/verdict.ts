import type { KindId } from '../policy/kinds';
import type { Doubt } from './doubts';

/** Whether somebody is affected: certainly, certainly not, or nobody knows. */
export type Certainty = 'in' | 'doubt' | 'out';

/** What one selector says of one person: whether, of which kinds (true: certainly), and why it is in doubt. */
export type Verdict = {
  is: Certainty;
  kinds: ReadonlyMap<KindId, boolean>;
  why: ReadonlySet<Doubt>;
};

const ORDER: readonly Certainty[] = ['out', 'doubt', 'in'];
const rank = ({ is }: Verdict) => ORDER.indexOf(is);

export const out: Verdict = { is: 'out', kinds: new Map(), why: new Set() };

export function certainly(kinds: Iterable<KindId> = []): Verdict {
  return { is: 'in', kinds: new Map([...kinds].map((kind) => [kind, true])), why: new Set() };
}

export function perhaps(why: Iterable<Doubt>, kinds: Iterable<KindId> = []): Verdict {
  return { is: 'doubt', kinds: new Map([...kinds].map((kind) => [kind, false])), why: new Set(why) };
}

/** Kleene's strong logic: as doubtful as the most doubtful that decides. */
export function allOf(verdicts: readonly Verdict[]): Verdict {
  const least = verdicts.reduce((a, b) => (rank(b) < rank(a) ? b : a));
  if (least.is === 'out') return out;
  return { is: least.is, ...joined(verdicts, least.is === 'in') };
}

export function anyOf(verdicts: readonly Verdict[]): Verdict {
  const met = verdicts.filter(({ is }) => is !== 'out');
  const most = met.reduce((a, b) => (rank(b) > rank(a) ? b : a), out);
  return { is: most.is, ...joined(met, true) };
}

/** What somebody is not affected by exposes no kind of theirs. */
export function noneOf({ is, why }: Verdict): Verdict {
  if (is === 'doubt') return { is, kinds: new Map(), why };
  return is === 'in' ? out : certainly();
}

/** A kind is certain only where that somebody is affected by it is: of what is in doubt as a whole, none is. */
function joined(verdicts: readonly Verdict[], mayBeCertain: boolean): Pick<Verdict, 'kinds' | 'why'> {
  const kinds = new Map<KindId, boolean>();
  for (const verdict of verdicts)
    for (const [kind, isCertain] of verdict.kinds)
      kinds.set(kind, (mayBeCertain && isCertain) || kinds.get(kind) === true);
  return { kinds, why: new Set(verdicts.flatMap(({ why }) => [...why])) };
}
