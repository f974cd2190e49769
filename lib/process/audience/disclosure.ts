import { createHash } from 'node:crypto';
import type { Deps } from '../../deps';
import { type DisclosureFacts, disclosureWording } from '../../notice/text/disclosure';
import { openChannels, textsOf } from '../../notice/text/texts';
import type { KindId } from '../../policy/kinds';
import { beijingDay } from '../../policy/working-days';
import { hashOfPart } from '../../scope/evidence';
import type { Write } from '../../table/client';
import { type Member, putAudiencePart } from '../../table/notice/audience';
import { nobodyCounted, withPart } from '../../table/notice/audience-head';
import type { ProcessRef } from '../../table/process/process';
import { noticeProcess } from '../notice/spread';
import { endsAfter, sealService } from './seal';

/** One person's part of a disclosure to an authority. The words are public: whoever gives them sees to it that they name nobody. */
export type Disclosure = DisclosureFacts & {
  /** Of the register. With the person and the day of `atMs` it names the notice, so that there is one. */
  disclosureId: string;
  subjectId: string;
  /** What was given of this person: one kind at least. */
  kinds: readonly KindId[];
};

/** Of a digest, in characters: as many as tell notices of one day apart. */
const NAME_CHARS = 20;

/**
 * The writes that have one person told of a disclosure to an authority (promise D4; PIPL art. 18, 35; policy 5.1.2, 5.3.3), for the
 * transaction that notes the disclosure: four, of which nothing is read before. From `atMs` on, which is now or the moment
 * at which a stated secrecy ends (epoch milliseconds), the engine of all notices tells them by subscribe message, SMS, mail and
 * inbox, once, whatever crashes. Until then nothing of it is shown to anybody. `secret`: it was kept back until `atMs`, and
 * the notice says so.
 *
 * `ask` may be sent to `deps.noticeQueue` after the transaction where it is to be told now; the timer of `notify` finds it
 * within a minute anyway. The row `recipientKey(subjectId, { noticeId, about: SELF })` says whether and how they were told.
 * Whoever calls this needs the capability `notice-templates` and may put `NOTICE#*`, `AUDIENCE#*` and `PROCESS#*`.
 * The transaction is refused where this notice exists: the same disclosure, person and day.
 */
export async function tellOfDisclosure(
  deps: Pick<Deps, 'ring' | 'noticeTemplates'>,
  { disclosureId, subjectId, kinds, ...facts }: Disclosure,
  atMs: number,
  secret: boolean,
): Promise<{ noticeId: string; writes: [Write, Write, Write, Write]; ask: ProcessRef }> {
  const noticeId = nameOf(disclosureId, subjectId, atMs);
  const said = disclosureWording(facts, secret);
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
function nameOf(disclosureId: string, subjectId: string, atMs: number): string {
  const digest = createHash('sha256').update(`${disclosureId}\n${subjectId}`).digest('hex');
  return `${beijingDay(atMs).replaceAll('-', '')}-d-${digest.slice(0, NAME_CHARS)}`;
}
