import { createHash } from 'node:crypto';
import type { Deps } from '../../deps';
import type { NoticeKindId } from '../../notice/kinds';
import { openChannels, textsOf, type Wording } from '../../notice/text/texts';
import type { KindId } from '../../policy/kinds';
import { beijingDay } from '../../policy/working-days';
import { hashOfPart } from '../../scope/evidence';
import type { Write } from '../../table/client';
import { type Member, putAudiencePart } from '../../table/notice/audience';
import { nobodyCounted, withPart } from '../../table/notice/audience-head';
import type { ProcessRef } from '../../table/process/process';
import { noticeProcess } from '../notice/spread';
import { endsAfter, sealService } from './seal';

/** What one person is told, in words that are public: whoever gives them sees to it that they name nobody. */
export type ToOne = {
  /** What it is told of, within its kind. With the person and the day of `atMs` it names the notice, so that there is one. */
  about: string;
  subjectId: string;
  /** Of this person: one kind at least. */
  kinds: readonly KindId[];
  said: Pick<Wording, 'title' | 'sections'> & { kind: NoticeKindId };
};

/** Of a digest, in characters: as many as tell notices of one day apart. */
const NAME_CHARS = 20;

/**
 * The writes that have one person told of something, for the transaction that notes it: four, of which nothing is read before.
 * From `atMs` on (epoch milliseconds) the engine of all notices tells them by the channels of the kind, once, whatever crashes.
 * Until then nothing of it is shown to anybody.
 *
 * `ask` may be sent to `deps.noticeQueue` after the transaction where it is to be told now; the timer of `notify` finds it
 * within a minute anyway. The row `recipientKey(subjectId, { noticeId, about: SELF })` says whether and how they were told.
 * Whoever calls this needs the capability `notice-templates` and may put `NOTICE#*`, `AUDIENCE#*` and `PROCESS#*`.
 * The transaction is refused where this notice exists: the same matter, person and day.
 */
export async function tellOne(
  deps: Pick<Deps, 'ring' | 'noticeTemplates'>,
  { about, subjectId, kinds, said }: ToOne,
  atMs: number,
): Promise<{ noticeId: string; writes: [Write, Write, Write, Write]; ask: ProcessRef }> {
  const noticeId = nameOf(said.kind, about, subjectId, atMs);
  const channels = openChannels(said.kind, deps.noticeTemplates);
  const wording = { noticeId, ...said, kinds: [...kinds], drill: false, channels, nowMs: atMs };
  const made = textsOf(wording, deps.noticeTemplates);
  if ('flaws' in made) throw new Error('the words of a notice do not fit their channels');
  const members: Member[] = [{ subjectId, kinds: [...kinds], minor: false, certain: true }];
  const endsAtSeconds = endsAfter(atMs);
  const sealed = await sealService(deps, {
    ...{ noticeId, kind: said.kind, channels, texts: made.texts, atMs, endsAtSeconds },
    counted: withPart(nobodyCounted(), members),
    digest: hashOfPart('', 0, members),
  });
  const part = putAudiencePart(noticeId, 0, members, endsAtSeconds);
  return { noticeId, writes: [part, ...sealed], ask: noticeProcess(noticeId) };
}

/** Begins with the day, as the names of all notices, so that an inbox by names has the newest first. */
function nameOf(kind: NoticeKindId, about: string, subjectId: string, atMs: number): string {
  const digest = createHash('sha256').update(`${about}\n${subjectId}`).digest('hex');
  return `${beijingDay(atMs).replaceAll('-', '')}-${kind.slice(0, 1)}-${digest.slice(0, NAME_CHARS)}`;
}
