import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { ConditionFailed } from '../../lib/table/client';
import { type Preferences, putPreferences, readPreferences } from '../../lib/table/profile/preferences';

type Choice = Pick<Preferences, 'language' | 'personalisation' | 'surveyInvitations'>;

/** How the caller wants to be served. Before they choose, personalisation and invitations are off (PIPL art. 24). */
export async function getPreferences(_deps: Deps, { caller }: Run<'subject', unknown>) {
  return readPreferences(caller.alsoRead);
}

/** Replaces the preferences. The version sent must be the one stored; a repeat answers as the first time. */
export async function setPreferences(
  deps: Deps,
  { caller, input }: Run<'subject', Choice & { version: number }>,
): Promise<Preferences> {
  const { version, ...choice } = input;
  const before = readPreferences(caller.alsoRead);
  if (isRepeat(before, input)) return before;
  if (before.version !== version) throw new AppError('VERSION_CONFLICT', { version: before.version });
  const after: Preferences = {
    ...choice,
    version: version + 1,
    updatedAt: toInstant(deps.clock.now()),
  };
  try {
    await deps.table.write(putPreferences(caller.person.subjectId, after, caller.alsoRead));
    return after;
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const now = readPreferences(error.found[0]?.item);
    if (isRepeat(now, input)) return now;
    throw new AppError('VERSION_CONFLICT', { version: now.version });
  }
}

function isRepeat(stored: Preferences, sent: Choice & { version: number }): boolean {
  const { language, personalisation, surveyInvitations } = stored;
  return (
    stored.version === sent.version + 1 &&
    language === sent.language &&
    personalisation === sent.personalisation &&
    surveyInvitations === sent.surveyInvitations
  );
}
