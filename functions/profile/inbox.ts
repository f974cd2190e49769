import { toInstant } from '../../lib/clock';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import type { Run } from '../../lib/gate/operation';
import { noticeFor } from '../../lib/notice/text/notice-for';
import { fromStored } from '../../lib/notice/text/stored';
import { GUARDIAN_PLACE } from '../../lib/process/notice/audience-of';
import { ConditionFailed } from '../../lib/table/client';
import { readCursor, sealCursor } from '../../lib/table/cursor';
import { readAudiencePart } from '../../lib/table/notice/audience';
import { noticeKey, noticeOf } from '../../lib/table/notice/notice';
import { noteOpened, type Recipient, readRecipient, recipientsOf } from '../../lib/table/notice/recipient';

const LIST = 'profile.inbox';
const DEFAULT_PAGE = 20;
type Page = { cursor?: string | undefined; limit?: number | undefined };

/**
 * Everything that the person was told or is being told, newest first. A look at the list delivers nothing. Of a drill nobody
 * is told, so it is left out, and the page is shorter by it (promise B9); so is what somebody did not want (O3).
 */
export async function inbox(deps: Deps, { caller, input }: Run<'subject', Page>) {
  const { subjectId } = caller.person;
  const { cursor, limit = DEFAULT_PAGE } = input;
  const after = cursor === undefined ? undefined : await readCursor(deps.ring, LIST, subjectId, cursor);
  const { rows, next } = await recipientsOf(deps.table, subjectId, limit, after);
  const ids = [...new Set(rows.map(({ noticeId }) => noticeId))];
  const items = ids.length > 0 ? await deps.table.getMany(ids.map(noticeKey)) : [];
  const known = new Map(items.map((item, index) => [ids[index], noticeOf(item)]));
  const notices = rows.flatMap((row) => {
    const notice = known.get(row.noticeId);
    return notice?.drill || !isAddressed(row) ? [] : [{ ...lineOf(row), title: titleOf(notice?.texts) }];
  });
  return {
    notices,
    ...(next !== undefined && { cursor: await sealCursor(deps.ring, LIST, subjectId, next) }),
  };
}

/**
 * A notice in full, as it is about this person or about the child whom they know by `about`. That a live session opens it is
 * its receipt (promise B5); opened again, it says when it was opened first.
 * @throws AppError NOT_FOUND for one that did not go to the caller, or that is a drill's
 */
export async function openNotice(
  deps: Deps,
  { caller, input }: Run<'subject', { noticeId: string; about: string }>,
) {
  const row = readRecipient(caller.alsoRead);
  const notice = noticeOf(caller.furtherRead[0]);
  if (!row || !notice || notice.drill || !isAddressed(row)) throw new AppError('NOT_FOUND');
  const { subjectId } = caller.person;
  const members = await readAudiencePart(deps.table, notice.audienceId, row.part);
  const member = members[row.place % GUARDIAN_PLACE];
  if (!member || (row.as === 'self' && member.subjectId !== subjectId))
    throw new Error('a notice’s row names a place of somebody else');
  const { title, text } = noticeFor(fromStored(notice.texts), member, row.as).inbox;
  const openedAt = row.openedAt ?? (await noteFirst(deps, subjectId, input));
  return { ...lineOf({ ...row, about: input.about }), title, text, openedAt };
}

/** Whom every channel passed over, because they did not want it, was told nothing. */
const isAddressed = ({ tries }: Recipient) =>
  tries.length === 0 || tries.some(({ state }) => state !== 'skipped');

/** Of two who open it at once, one notes it. */
async function noteFirst(
  deps: Deps,
  subjectId: string,
  id: { noticeId: string; about: string },
): Promise<string> {
  const at = toInstant(deps.clock.now());
  try {
    await deps.table.update(noteOpened(subjectId, id, at));
    return at;
  } catch (error) {
    const met = error instanceof ConditionFailed ? readRecipient(error.found[0]?.item) : undefined;
    if (met?.openedAt === undefined) throw error;
    return met.openedAt;
  }
}

/** What is announced to everybody just now, as the instance last read it: no trip. */
export async function announcement({ policy }: Deps) {
  return {
    announcements: policy.announcements().map(({ noticeId, ...said }) => ({ id: noticeId, ...said })),
  };
}

function lineOf({ noticeId, about, as, at, openedAt }: Recipient & { about: string }) {
  return { noticeId, about, as, at, ...(openedAt !== undefined && { openedAt }) };
}

function titleOf(texts: Record<string, string> | undefined): string {
  return texts ? fromStored(texts).title : '';
}
