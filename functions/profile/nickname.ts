import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { type Nickname, putNickname, readNickname } from '../../lib/table/profile/nickname';
import { conflictingItem, consentEpoch } from './consent-epoch';

type Update = { version: number; nickname?: string | undefined };

/** The caller's nickname; version 0 where there is none yet. */
export async function getNickname(_deps: Deps, { caller }: Run<'subject', unknown>) {
  const { person, alsoRead, sealer } = caller;
  return readNickname(alsoRead, consentEpoch({ person }, 'profile'), sealer) ?? { version: 0 };
}

/**
 * Replaces the nickname, or removes it. The version sent must be the one stored, so of two edits at once one is refused
 * and nothing is lost; a repeat of an edit that went through answers as the first time.
 */
export async function updateNickname(
  deps: Deps,
  { caller, input }: Run<'subject', Update>,
): Promise<Nickname> {
  const { person, sealer } = caller;
  const { subjectId } = person;
  const epoch = consentEpoch(caller, 'profile');
  const request = await deps.ring.digest('request', `nickname|${subjectId}|${input.nickname ?? ''}`);
  const edit = `${input.version}:${request}`;
  const before = readNickname(caller.alsoRead, epoch, sealer);
  if (before?.edit === edit) return before;
  if ((before?.version ?? 0) !== input.version) throw conflict(before);
  const after: Nickname = {
    version: input.version + 1,
    updatedAt: toInstant(deps.clock.now()),
    epoch,
    edit,
    nickname: input.nickname,
  };
  try {
    await deps.table.write(putNickname(subjectId, after, input.version, sealer, caller.alsoRead));
    return after;
  } catch (error) {
    const now = readNickname(conflictingItem(error), epoch, sealer);
    if (now?.edit === edit) return now;
    throw conflict(now);
  }
}

function conflict(now: Nickname | undefined): AppError {
  return new AppError('VERSION_CONFLICT', { version: now?.version ?? 0 });
}
