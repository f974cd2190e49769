import { fieldsFor, pickFields } from '../../../lib/card/content';
import { contentKinds } from '../../../lib/card/field-rules';
import type { ReportCategory } from '../../../lib/card/report-categories';
import { toInstant } from '../../../lib/clock';
import type { Deps } from '../../../lib/deps';
import { AppError, invalidInput } from '../../../lib/errors';
import { type About, aboutOf, type Run, type StaffLook } from '../../../lib/gate/operation';
import { cardKey, readCard } from '../../../lib/table/card/card';
import { type ClearCard, clearCard, restoreTakenDown, takeDown } from '../../../lib/table/card/taken-down';
import { ConditionFailed, type Item, type Write } from '../../../lib/table/client';
import { readCursor, sealCursor } from '../../../lib/table/cursor';
import { keys } from '../../../lib/table/keys';
import { appendEntry } from '../../../lib/table/ledger/append';
import { epochOf } from '../../../lib/table/person/consents';
import { readPerson } from '../../../lib/table/person/person';
import { openPerson } from '../../../lib/table/person/person-key';
import { nextQueueCursor, openQueueCursor } from '../../../lib/table/queue-cursor';
import type { Sealer } from '../../../lib/table/sealer';
import {
  cardReport,
  cardReportKey,
  closeReport,
  isReportWaiting,
  REPORT_QUEUE,
  REPORTS_PER_CARD,
  reportedCard,
  reportedCards,
  reportNumber,
  reportsOfCard,
} from '../../../lib/table/sharing/card-report';
import { noteDone } from '../../../lib/table/ticket/open-tickets';
import { demandState } from '../../../lib/table/ticket/states';
import { changeTicket, readTicket, saysAlready } from '../../../lib/table/ticket/ticket';

/** What one page of the queue shows, and one of the reports of a card. */
const MAX_CARDS_SHOWN = 50;
const REPORTS_READ = 10;

/** The version of a card that is there no more. */
const GONE = 0;

type OfOne = { subjectId: string; cardId: string };
type Read = OfOne & { cursor?: string | undefined };
type Decide = OfOne & {
  reportId: string;
  decision: 'unfounded' | 'take-down';
  category: ReportCategory;
  version?: number | undefined;
  count?: number | undefined;
};
type DecideAppeal = OfOne & { ticketId: string; decision: 'stands' | 'restore'; answer: string };

/** Staff: the cards that are reported, each once, nobody's second before anybody's first. Numbers and times, no words. */
export async function reportQueue(
  { table, ring }: Deps,
  { caller, input }: Run<'staff', { cursor?: string | undefined }>,
) {
  const pages = { list: 'cards/reportedCards', queue: REPORT_QUEUE, staffId: caller.staffId };
  const from = await openQueueCursor(ring, pages, input.cursor);
  const { cards, next } = await reportedCards(table, MAX_CARDS_SHOWN, from);
  return { cards, ...(await nextQueueCursor(ring, pages, next)) };
}

/**
 * Staff: what was said of a card and has yet to be decided, and what links show of it. The owner's ledger already says who reads it.
 * Nobody is named: a report is decided by what it says. A reporter who has gone has taken their words along.
 */
export const openReported = (deps: Deps, run: Run<'staff', Read>) =>
  openReports(deps, run, 'cards/openReported', isReportWaiting);

/** Staff: the same with everything that was ever said of it, for who hears the owner's appeal. */
export const openAppealed = (deps: Deps, run: Run<'staff', Read>) =>
  openReports(deps, run, 'cards/openAppealed', () => true);

async function openReports(
  deps: Deps,
  { caller, input }: Run<'staff', Read>,
  name: string,
  isRead: (half: Item) => boolean,
) {
  const about = aboutOf(caller);
  const { subjectId, cardId, cursor } = input;
  const list = `${name}|${subjectId}|${cardId}`;
  const after = cursor === undefined ? '' : await readCursor(deps.ring, list, caller.staffId, cursor);
  const all = (await reportsOfCard(deps.table, subjectId, cardId)).filter(isRead);
  const left = all.filter(({ sk }) => sk > after);
  const page = left.slice(0, REPORTS_READ);
  const read = page.flatMap(reporterOf);
  const reporters = [...new Set(read.map(({ reporterId }) => reporterId))];
  const [item, ...theirs] = await deps.table.getMany([
    cardKey(subjectId, cardId),
    ...read.map(({ reporterId, reportId }) => cardReportKey(reporterId, reportId)),
    ...reporters.map(keys.person),
  ]);
  const isThere = (id: string) =>
    read.some(({ reporterId }, index) => reporterId === id && theirs[index]?.cardId === cardId);
  const openers = await Promise.all(
    reporters.map((id, index) =>
      isThere(id) ? openReporter(deps, about.look, theirs[read.length + index]) : undefined,
    ),
  );
  const reports = read.flatMap(({ reporterId }, index) =>
    reportIn(theirs[index], cardId, openers[reporters.indexOf(reporterId)]),
  );
  const card = readCard(item, epochOf(about.person, 'cards'), about.sealer);
  const shown = card && fieldsFor(card.visibility, 'link');
  const last = left.length > page.length ? page.at(-1)?.sk : undefined;
  return {
    reports,
    count: all.length,
    version: card?.version ?? GONE,
    content: card && shown ? pickFields(card, shown) : {},
    ...(card?.takenDown && { takenDown: card.takenDown }),
    ...(last && { cursor: await sealCursor(deps.ring, list, caller.staffId, last) }),
  };
}

/** Who has made a report, by its half with the owner, and its id. */
function reporterOf(half: Item) {
  const reporterId = reportedCard.read(half)?.reporterId;
  return reporterId === undefined ? [] : [{ reporterId, reportId: half.sk.split('#').at(-1) ?? '' }];
}

/** What opens the reports of somebody, after their register says so (promise D6); undefined where they are gone. */
async function openReporter(deps: Deps, look: StaffLook, self: Item | undefined) {
  const reporter = self && readPerson(self);
  if (!reporter?.wrappedKey) return undefined;
  await appendEntry(deps, reporter, { ...look, kinds: ['card-report-words'] });
  return openPerson(deps, reporter);
}

function reportIn(item: Item | undefined, cardId: string, sealer: Sealer | undefined) {
  const report = sealer && cardReport.read(item, { sealer });
  if (report?.cardId !== cardId) return [];
  const { reportId, category, at, words } = report;
  return [{ reportId, category, at, words }];
}

/**
 * Staff: decides all reports of a card that wait. Taken down, nobody but its owner sees it from this write on; the owner reads why,
 * and can appeal. A card that has gone meanwhile has nothing to take down, and its reports are decided. That nothing is the matter is
 * said of the card and the reports that were read, and of no later ones; what is wrong is taken down whatever was edited meanwhile.
 * @throws AppError NOT_NOW where somebody has decided meanwhile, or where nothing was found in what has changed since
 */
export async function decideReported(deps: Deps, { caller, input, requestId }: Run<'staff', Decide>) {
  const about = aboutOf(caller);
  const { subjectId, cardId, decision, category } = input;
  const reports = (await reportsOfCard(deps.table, subjectId, cardId)).filter(isReportWaiting);
  const [item] = await deps.table.getMany([cardKey(subjectId, cardId)]);
  const card = clearCard(item, epochOf(about.person, 'cards'));
  if (decision === 'unfounded') demandAsRead(input, card, reports);
  const at = toInstant(deps.clock.now());
  const goesDown = decision === 'take-down' && card !== undefined && card.takenDown === undefined;
  const writes = [
    ...reports.slice(0, REPORTS_PER_CARD).map(closeReport),
    ...(goesDown ? [takeDown(subjectId, card, category, { at, by: caller.staffId })] : []),
  ];
  await settle(deps, about, writes, {
    at,
    staff: caller.staffId,
    result: decision,
    reason: 'card-report',
    ticket: reportNumber(cardId, input.reportId),
    requestId,
  });
  return { decided: true as const, takenDown: goesDown || card?.takenDown !== undefined };
}

/** @throws AppError INVALID_INPUT without what `openReported` has told; NOT_NOW where that is not so any more */
function demandAsRead({ version, count }: Decide, card: ClearCard | undefined, waiting: Item[]): void {
  if (version === undefined) throw invalidInput('version', '请填写查看举报时得到的 version');
  if (count === undefined) throw invalidInput('count', '请填写查看举报时得到的 count');
  if (version !== Number(card?.item.version ?? GONE) || count !== waiting.length) throw changed();
}

const changed = () => new AppError('NOT_NOW', { why: '举报或者名片刚刚有了变化，请重新查看后再办。' });

/**
 * Staff: decides the appeal of the owner, in one transaction with the answer to their ticket. Never who has taken the card down.
 * @throws AppError NOT_FOUND where the ticket is about something else | CALLER_NOT_ALLOWED | NOT_NOW
 */
export async function decideTakeDownAppeal(
  deps: Deps,
  { caller, input, requestId }: Run<'staff', DecideAppeal>,
) {
  const about = aboutOf(caller);
  const { subjectId, cardId, ticketId, decision, answer } = input;
  const seen = readTicket(about.row, about.sealer);
  if (seen?.value.kind !== 'card-report' || seen.value.about !== `card:${cardId}`)
    throw new AppError('NOT_FOUND');
  const [item] = await deps.table.getMany([cardKey(subjectId, cardId)]);
  const card = clearCard(item, epochOf(about.person, 'cards'));
  if (card?.takenDownBy === caller.staffId)
    throw new AppError('CALLER_NOT_ALLOWED', {
      why: '下架这张名片的人不能决定对它的申诉，请转交给另一位工作人员。',
    });
  const at = toInstant(deps.clock.now());
  const outcome = decision === 'restore' ? 'done' : 'refused';
  const done = { state: 'answered', outcome, answer, answeredBy: caller.staffId, doneAt: at } as const;
  if (saysAlready(seen.value, done))
    return { decided: true as const, takenDown: card?.takenDown !== undefined };
  demandState(seen.value.state, 'answer');
  const back = decision === 'restore' ? restored(subjectId, card) : [];
  const writes = [
    changeTicket(subjectId, seen, done, about.sealer),
    noteDone(subjectId, seen.value),
    ...back,
  ];
  await settle(deps, about, writes, {
    at,
    staff: caller.staffId,
    result: decision,
    reason: 'complaint',
    ticket: ticketId,
    requestId,
  });
  return { decided: true as const, takenDown: card?.takenDown !== undefined && back.length === 0 };
}

/** Nothing for a card that has gone meanwhile: then there is only somebody to answer. */
function restored(subjectId: string, card: ClearCard | undefined): Write[] {
  return card?.takenDown ? [restoreTakenDown(subjectId, card, card.takenDown.at)] : [];
}

type Decision = {
  at: string;
  staff: string;
  result: string;
  reason: string;
  ticket: string;
  requestId: string;
};

/** Writes a decision and what follows from it in the transaction that the owner's ledger says so by. */
async function settle(deps: Deps, { person }: About, writes: Write[], decision: Decision): Promise<void> {
  const said = { act: 'review.decided', actor: 'staff', purpose: 'cards' } as const;
  const entry = { ...decision, ...said, way: 'card-report', kinds: contentKinds };
  try {
    await appendEntry(deps, person, entry, writes);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    throw changed();
  }
}
