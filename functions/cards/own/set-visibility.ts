import type { Visibility } from '../../../lib/card/content';
import type { Deps } from '../../../lib/deps';
import type { Run } from '../../../lib/gate/operation';
import { demandConsent } from '../../../lib/gate/purpose';
import { demandTrueIdentity } from '../../../lib/gate/true-identity';
import type { Card } from '../../../lib/table/card/card';
import { consentHolds, epochOf } from '../../../lib/table/person/consents';
import { saveCard } from './save-card';

type Choose = { cardId: string; version: number; visibility: Visibility };

/**
 * Sets who may see which field; fields that are not named stay as they are. Opening one to everyone needs the separate
 * consent to that (promise C2); narrowing acts with this write. Empty fields have nothing to show and stay at nobody.
 * Whoever opens one to everyone has to be known.
 * @throws AppError CONSENT_REQUIRED for `card-public` | NOT_NOW as `demandTrueIdentity`
 */
export async function setVisibility(deps: Deps, run: Run<'subject', Choose>): Promise<Card> {
  const { visibility } = run.input;
  const { person } = run.caller;
  const opens = Object.values(visibility).includes('everyone');
  if (opens) {
    demandConsent(deps, person, 'card-public');
    await demandTrueIdentity(deps, person);
  }
  const publicEpoch = epochOf(person, 'card-public');
  const holding = opens ? [consentHolds(person.subjectId, 'card-public', publicEpoch)] : [];
  return saveCard(
    deps,
    run,
    ['visibility', visibility],
    (before) => ({
      visibility: { ...before.visibility, ...visibility },
      ...(opens && { publicEpoch }),
    }),
    { holding },
  );
}

type Mark = { cardId: string; version: number; show: boolean };

/** Lets a card say, or no longer say, that its owner's real name is verified (promise C8). */
export function setRealNameMark(deps: Deps, run: Run<'subject', Mark>): Promise<Card> {
  const { show } = run.input;
  return saveCard(deps, run, ['mark', show], () => ({ realNameMark: show }));
}
