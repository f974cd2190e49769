import { verdictOf } from '../../lib/card/shown';
import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { disclose } from '../../lib/gate/disclose';
import type { Run } from '../../lib/gate/operation';
import type { TextAnswer } from '../../lib/partner/wechat-text';
import type { Item, Write } from '../../lib/table/client';
import { readOpenid } from '../../lib/table/person/wechat-account';
import {
  type Nickname,
  noteNicknameVerdict,
  putNickname,
  readNickname,
} from '../../lib/table/profile/nickname';
import { conflictingItem, consentEpoch } from './consent-epoch';

type Update = { version: number; nickname?: string | undefined };

/** The caller's nickname; version 0 where there is none yet. */
export async function getNickname(_deps: Deps, { caller }: Run<'subject', unknown>) {
  const { person, alsoRead, sealer } = caller;
  return readNickname(alsoRead, consentEpoch({ person }, 'profile'), sealer) ?? { version: 0 };
}

/**
 * Replaces the nickname, or removes it. The version sent must be the one stored, so of two edits at once one is refused
 * and nothing is lost; a repeat of an edit that went through answers as the first time. It is saved in any case; WeChat is asked about
 * its words, after the register says so, and nobody else is told it before they have passed (promises C1, D1). What could not be
 * judged is asked about again with the next edit.
 */
export async function updateNickname(deps: Deps, run: Run<'subject', Update>): Promise<Nickname> {
  const { caller, input } = run;
  const { person, sealer } = caller;
  const { subjectId } = person;
  const epoch = consentEpoch(caller, 'profile');
  const { nickname } = input;
  const request = await deps.ring.digest('request', `nickname|${subjectId}|${nickname ?? ''}`);
  const edit = `${input.version}:${request}`;
  const before = readNickname(caller.alsoRead, epoch, sealer);
  if (before?.edit === edit) return before;
  if ((before?.version ?? 0) !== input.version) throw conflict(before);
  const known = before?.nickname === nickname ? before?.verdict : undefined;
  const after: Nickname = {
    version: input.version + 1,
    updatedAt: toInstant(deps.clock.now()),
    epoch,
    edit,
    nickname,
    ...(nickname !== undefined && { verdict: known ?? 'waiting' }),
  };
  const { item, write: put } = putNickname(subjectId, after, input.version, sealer, caller.alsoRead);
  try {
    if (after.verdict === 'waiting') return await checked(deps, run, after, item, put);
    await deps.table.write(put);
    return after;
  } catch (error) {
    const now = readNickname(conflictingItem(error), epoch, sealer);
    if (now?.edit === edit) return now;
    throw conflict(now);
  }
}

/** Saves it with the entry that says where it goes, and its verdict with the entry of the answer. Without WeChat it waits. */
async function checked(
  deps: Deps,
  { caller, requestId }: Pick<Run<'subject', Update>, 'caller' | 'requestId'>,
  value: Nickname,
  item: Item,
  put: Write,
): Promise<Nickname> {
  const { person, sealer } = caller;
  const { nickname } = value;
  const openid = readOpenid(caller.furtherRead[0], sealer);
  if (!openid || nickname === undefined) {
    await deps.table.write(put);
    return value;
  }
  const disclosure = {
    recipient: 'wechat-nickname',
    kinds: ['wechat-openid', 'nickname'],
    requestId,
  } as const;
  const judged = (answer: TextAnswer): Nickname => ({ ...value, verdict: verdictOf(answer) });
  const { answer, kept } = await disclose(
    deps,
    person,
    disclosure,
    (wechat) => wechat.judge([nickname], openid),
    (said) => said,
    { made: [put], answered: (said) => [noteNicknameVerdict(person.subjectId, item, judged(said))] },
  );
  return kept ? judged(answer) : value;
}

function conflict(now: Nickname | undefined): AppError {
  return new AppError('VERSION_CONFLICT', { version: now?.version ?? 0 });
}
