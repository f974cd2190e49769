import { toInstant } from '../../clock';
import type { Deps } from '../../deps';
import { announcementText } from '../../notice/text/notice-for';
import { type NoticeTexts, openChannels, textsOf } from '../../notice/text/texts';
import { hashOfPart } from '../../scope/evidence';
import type { Write } from '../../table/client';
import { announce as announced, loadAnnouncements } from '../../table/notice/announcement';
import { type Member, putAudiencePart } from '../../table/notice/audience';
import { audienceHeadKey, putAudienceHead, readCounted, withPart } from '../../table/notice/audience-head';
import type { Notice } from '../../table/notice/notice';
import type { Process, ProcessState } from '../../table/process/process';
import type { Next, ProcessKind, StepInput } from '../kind';
import { noticeProcess } from '../notice/spread';
import type { Concern, ConcernedKind, Said } from './concern';
import { dormancyConcern } from './dormancy';
import { surveyConcern, transferConcern } from './plan';
import { policyConcern } from './policy';
import { endsAfter, sealService } from './seal';

const concerns: Record<ConcernedKind, Concern> = {
  dormancy: dormancyConcern,
  policy: policyConcern,
  survey: surveyConcern,
  transfer: transferConcern,
};

/**
 * Finds whom a notice concerns that nobody drafts, words it, and hands it to the engine of all notices. It begins in the
 * transaction of what it follows from, so that no crash and no lost message can lose it. Everybody is found once: a page is
 * noted in one transaction with the move to the next. One part of the audience at a time, so memory is one part.
 */
export const audience: ProcessKind = { announce, gather, send, ask };

/** Announces it to everybody at once, before anybody is told. */
async function announce(deps: Deps, { process }: StepInput): Promise<Next> {
  const checks = await goesOn(deps, process);
  if (!checks) return { to: 'end' };
  const { texts, said } = await worded(deps, process);
  const nowMs = deps.clock.now();
  const one = {
    noticeId: process.id,
    ...announcementText(texts),
    announcedAt: toInstant(nowMs),
    endsAt: toInstant(said.announcedUntilMs ?? nowMs),
  };
  return { to: 'gather', writes: [announced(await loadAnnouncements(deps.table), one), ...checks] };
}

async function gather(deps: Deps, { process }: StepInput): Promise<Next> {
  const { id, state } = process;
  const { subjectIds, writes = [], next } = await concernOf(state).page(deps, state);
  const [head] = await deps.table.getMany([audienceHeadKey(id)]);
  const counted = readCounted(head);
  const members = subjectIds.map(memberOf);
  const part = counted.parts;
  const isFound = members.length > 0;
  const hash = isFound ? hashOfPart(String(state.hash ?? ''), part, members) : state.hash;
  const after = { ...(next ?? state), ...(hash !== undefined && { hash }) };
  const endsAtSeconds = endsAfter(Number(process.state.beganAtMs));
  const found = isFound
    ? [
        putAudiencePart(id, part, members, endsAtSeconds),
        putAudienceHead(id, { ...withPart(counted, members), endsAtSeconds }),
      ]
    : [];
  return { to: next ? 'gather' : 'send', state: after, writes: [...found, ...writes] };
}

/** Nobody's data is what it is about, and of minors nobody else is told: their guardians are told of incidents. */
const memberOf = (subjectId: string): Member => ({ subjectId, kinds: [], minor: false, certain: true });

/** Freezes the audience, seals the notice and has it sent. Where it concerns nobody there is none. */
async function send(deps: Deps, { process }: StepInput): Promise<Next> {
  const { id: noticeId, state } = process;
  const [head] = await deps.table.getMany([audienceHeadKey(noticeId)]);
  const counted = readCounted(head);
  const checks = await goesOn(deps, process);
  if (counted.parts === 0 || !checks) return { to: 'end' };
  const { texts, channels } = await worded(deps, process);
  const content = { noticeId, kind: kindOf(state), channels, texts, counted, digest: String(state.hash) };
  const endsAtSeconds = endsAfter(Number(state.beganAtMs));
  const sealed = await sealService(deps, { ...content, atMs: deps.clock.now(), endsAtSeconds });
  return { to: 'ask', writes: [...sealed, ...checks] };
}

/** Asks the worker of notices, which has a queue of its own; its timer finds it as well. */
async function ask({ noticeQueue }: Deps, { process: { id } }: StepInput): Promise<Next> {
  await noticeQueue.send([noticeProcess(id)]);
  return { to: 'end' };
}

function kindOf({ kind }: ProcessState): ConcernedKind {
  if (!Object.hasOwn(concerns, String(kind))) throw new Error('a notice is of a kind that somebody drafts');
  return kind as ConcernedKind;
}

const goesOn = async (deps: Deps, { state }: Process): Promise<Write[] | undefined> =>
  concernOf(state).goesOn ? concernOf(state).goesOn?.(deps, state) : [];

const concernOf = (state: ProcessState): Concern => concerns[kindOf(state)];

type Worded = { texts: NoticeTexts; said: Said; channels: Notice['channels'] };

/** By which channels, and in which words: of the moment at which it began, whenever it is asked. */
async function worded(deps: Deps, { id, state }: Process): Promise<Worded> {
  const kind = kindOf(state);
  const channels = openChannels(kind, deps.noticeTemplates);
  const said = await concernOf(state).said(deps, state);
  const { announcedUntilMs: _, ...words } = said;
  const wording = { noticeId: id, kind, kinds: [], drill: false, channels, nowMs: Number(state.beganAtMs) };
  const made = textsOf({ ...wording, ...words }, deps.noticeTemplates);
  if ('flaws' in made) throw new Error('the words of a notice do not fit their channels');
  return { texts: made.texts, said, channels };
}
