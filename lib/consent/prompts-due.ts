import { askedAtStart, type ConsentPurposeId, consentPurposeIds } from '../policy/purposes';
import { livesFully } from '../table/person/life';
import { type Consent, consentOf, type Person } from '../table/person/person';

/**
 * After a clear no, the same question is not put again for this long (promise K5; 网络数据安全管理条例 art. 22(5) forbids asking
 * often and names no number; 48 hours is the practice of the national standard on apps). A person may still agree at any
 * time of their own accord.
 */
export const ASK_AGAIN_AFTER_SECONDS = 48 * 3600;

/** Why a question is put: never asked, asked once and refused long ago, or agreed to something that has changed. */
export type AskReason = 'new' | 'again' | 'changed';
export type Ask = { purpose: ConsentPurposeId; because: AskReason; seenEntry: number };
export type Quiet = { purpose: ConsentPurposeId; untilSeconds: number; seenEntry: number };

/**
 * The questions to put to a person now, in the order of the registry, and those that rest after a no. Asked at the start
 * is what the purpose says; `uses` names what the person is about to use, which is asked at that moment. `reachVersions` is of
 * the policy in force (lib/policy/version.ts).
 */
export function promptsFor(
  person: Person,
  nowMs: number,
  reachVersions: Record<string, number>,
  uses: readonly ConsentPurposeId[] = [],
): { asks: Ask[]; quiet: Quiet[] } {
  const asks: Ask[] = [];
  const quiet: Quiet[] = [];
  if (!livesFully(person)) return { asks, quiet };
  for (const purpose of consentPurposeIds) {
    const state = consentOf(person, purpose);
    const seenEntry = state?.entry ?? 0;
    if (state?.granted && state.policyVersion >= (reachVersions[purpose] ?? Number.POSITIVE_INFINITY))
      continue;
    const stale = state?.granted === true;
    if (!stale && !askedAtStart(purpose) && !uses.includes(purpose)) continue;
    const untilSeconds = restsUntil(state);
    if (untilSeconds > nowMs / 1000) quiet.push({ purpose, untilSeconds, seenEntry });
    else asks.push({ purpose, because: stale ? 'changed' : state ? 'again' : 'new', seenEntry });
  }
  return { asks, quiet };
}

/** Until when a question rests, in seconds since the epoch; 0 when nothing was refused or withdrawn. */
function restsUntil(state: Consent | undefined): number {
  if (!state) return 0;
  const saidNoAt = state.granted ? state.refusedAtSeconds : state.atSeconds;
  return saidNoAt === undefined ? 0 : saidNoAt + ASK_AGAIN_AFTER_SECONDS;
}
