import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import type { Run } from '../../lib/gate/operation';
import { noticeOf } from '../../lib/policy/notice';
import type { ConsentPurposeId } from '../../lib/policy/purposes';
import { asksOf } from '../../lib/table/asks';

type Input = { uses?: ConsentPurposeId[] | undefined };

/**
 * Exactly the questions that this person must be shown now, in order, each with its whole notice and what to send back
 * (promises K1, K2, K5). `uses` names what they are about to use. What they have refused a short while ago rests.
 */
export async function prompts(deps: Deps, { caller, input }: Run<'subject', Input>) {
  const { asks, quiet } = asksOf(caller.person, deps.clock.now(), input.uses);
  return {
    prompts: asks.map(({ purpose, because, version }) => ({ because, version, ...noticeOf(purpose) })),
    quiet: quiet.map(({ purpose, untilSeconds, version }) => ({
      purpose,
      until: toInstant(untilSeconds * 1000),
      version,
    })),
  };
}

/** The notice of one purpose, for whoever wants to read it or to agree of their own accord. */
export async function notice(_: Deps, { input }: Run<'anyone', { purpose: ConsentPurposeId }>) {
  return noticeOf(input.purpose);
}
