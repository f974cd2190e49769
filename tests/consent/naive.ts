import type { Judged } from '../../lib/consent/lawful';

/** The same question answered the slow and obvious way, for comparison. */
export function naivelyLawful(
  entries: readonly Judged[],
  purpose: string,
  at: string,
  asKnownAt: string,
): boolean {
  const known = entries.filter((one) => one.purpose === purpose && one.at <= asKnownAt);
  const putAside = (seq: number): boolean =>
    known.some((one) => one.act === 'consent.corrected' && one.cause === seq && !putAside(one.seq));
  let best: { when: string; seq: number; granted: boolean } | undefined;
  for (const one of known) {
    const says =
      one.act === 'consent.granted' || one.decision === 'granted'
        ? true
        : one.act === 'consent.withdrawn' || one.decision === 'withdrawn'
          ? false
          : undefined;
    const when = one.trueAt ?? one.at;
    if (says === undefined || putAside(one.seq) || when > at) continue;
    if (!best || when > best.when || (when === best.when && one.seq > best.seq))
      best = { when, seq: one.seq, granted: says };
  }
  return best?.granted ?? false;
}
