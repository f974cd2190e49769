import type { ReportCategory } from '../../../lib/card/report-categories';
import { toInstant } from '../../../lib/clock';
import type { Deps } from '../../../lib/deps';
import { AppError } from '../../../lib/errors';
import type { Run } from '../../../lib/gate/operation';
import { calendarNote } from '../../../lib/policy/working-days';
import { type Card, cardIsThere, cardKey, readCard } from '../../../lib/table/card/card';
import { keys } from '../../../lib/table/keys';
import { appendEntry } from '../../../lib/table/ledger/append';
import { consentInForce } from '../../../lib/table/person/consents';
import { lostRace, untilWon } from '../../../lib/table/races';
import {
  type CardReport,
  cardReport,
  cardReportKey,
  isReportWaiting,
  ownReportItems,
  PIECES_PER_REPORT,
  putReport,
  REPORTS_PER_CARD,
  reportedCardKey,
  reportIdOf,
  reportNumber,
  reportsOfCard,
} from '../../../lib/table/sharing/card-report';
import { cardBehind } from '../../../lib/table/sharing/contact';
import { loadOwner, type Owner } from '../../../lib/table/sharing/may-show';
import { askTicket } from '../../../lib/table/ticket/ask-ticket';
import { ownCard } from '../own/own-card';
import { findOpen } from '../sharing/open-share';

/** What the list of one's own reports shows. */
const MAX_REPORTS_SHOWN = 50;

/** By a link, or by the contact in whose place it stands in one's folder. */
type Which = { token?: string | undefined; passphrase?: string | undefined; contactId?: string | undefined };
type Report = Which & { category: ReportCategory; words: string };
type State = 'waiting' | 'decided';

/**
 * Reports a card that a link leads to, or that was given to the caller (policy clause 4; 网络安全法 art. 49). The same card reported again by the same person while
 * it waits is the same report with more words. Its owner is told nothing of who and what.
 * @throws AppError NOT_FOUND | PASSPHRASE_REQUIRED | TOO_MANY_ATTEMPTS as `open`; NOT_NOW for one's own card, and where enough have
 *   reported it already; LIMIT_REACHED for too much in one report
 */
export async function reportCard(deps: Deps, run: Run<'subject', Report>) {
  const { caller, input, requestId } = run;
  const { person, sealer } = caller;
  const { owner, card } = await findSeen(deps, run);
  const { subjectId: ownerId } = owner.person;
  const { cardId } = card;
  if (ownerId === person.subjectId) throw new AppError('NOT_NOW', { why: '不能举报自己的名片。' });
  const reportId = await reportIdOf(deps.ring, person.subjectId, cardId);
  return untilWon(async () => {
    const [item, there] = await deps.table.getMany([
      cardReportKey(person.subjectId, reportId),
      reportedCardKey(ownerId, reportNumber(cardId, reportId)),
    ]);
    const known = isReportWaiting(there) ? cardReport.read(item, { sealer }) : undefined;
    if (known?.words.includes(input.words)) return shown(known, 'waiting');
    await demandRoom(deps, known, ownerId, cardId);
    const at = toInstant(deps.clock.now());
    const report = {
      ...{ reportId, ownerId, cardId, category: input.category, at: known?.at ?? at },
      words: [...(known?.words ?? []), input.words],
    };
    const entry = {
      at,
      act: 'review.asked',
      actor: 'self',
      purpose: 'review',
      kinds: ['card-report-words'],
      way: 'card-report',
      ticket: reportId,
      requestId,
    } as const;
    const writes = [
      ...putReport(person.subjectId, report, { epoch: owner.epoch, dueAt: report.at }, item, sealer),
      cardIsThere(ownerId, card),
    ];
    return appendEntry(deps, person, entry, writes).then(() => shown(report, 'waiting'), lostRace);
  });
}

/**
 * A card that the caller has seen: behind a link that opens, or in their folder, also where no link opens any more and its owner has
 * recalled it from everybody. What was recalled from them alone is a tombstone that names nobody.
 * @throws AppError NOT_FOUND, and as `findOpen`
 */
async function findSeen(deps: Deps, run: Run<'subject', Report>): Promise<{ owner: Owner; card: Card }> {
  const { caller, input } = run;
  const { token, passphrase } = input;
  if (token !== undefined) return findOpen(deps, { ...run, input: { token, passphrase } });
  const agreed = consentInForce(deps.policy.inForce().reachVersions, caller.person, 'cards');
  const given = agreed && cardBehind(caller.alsoRead, agreed.epoch);
  if (!given) throw new AppError('NOT_FOUND');
  const { ownerId, ownerEpoch, cardId } = given;
  const [self, item] = await deps.table.getMany([keys.person(ownerId), cardKey(ownerId, cardId)]);
  const owner = await loadOwner(deps, self);
  const card = owner?.epoch === ownerEpoch ? readCard(item, owner.epoch, owner.sealer) : undefined;
  if (!owner || !card || card.takenDown) throw new AppError('NOT_FOUND');
  return { owner, card };
}

/** @throws AppError LIMIT_REACHED where a report has all it may say; NOT_NOW where a card has all the reports that help */
async function demandRoom(deps: Deps, known: CardReport | undefined, ownerId: string, cardId: string) {
  if (known) {
    if (known.words.length < PIECES_PER_REPORT) return;
    throw new AppError('LIMIT_REACHED', { limit: 'PIECES_PER_REPORT', max: PIECES_PER_REPORT });
  }
  const reports = await reportsOfCard(deps.table, ownerId, cardId);
  if (reports.filter(isReportWaiting).length >= REPORTS_PER_CARD)
    throw new AppError('NOT_NOW', { why: '这张名片已经有许多人举报，工作人员正在处理。' });
}

/** The caller's own reports: what for, when and whether it was decided. What was decided is between the service and the owner. */
export async function ownReports({ table }: Deps, { caller }: Run<'subject', Record<string, never>>) {
  const items = await ownReportItems(table, caller.person.subjectId, MAX_REPORTS_SHOWN);
  const reports = items.flatMap((item) => cardReport.read(item, { sealer: caller.sealer }) ?? []);
  const wait = await table.getMany(reports.flatMap((report) => counterpart(report) ?? []));
  const waiting = new Set(wait.flatMap((item) => (item && isReportWaiting(item) ? [item.sk] : [])));
  return {
    reports: reports
      .map((report) => {
        const key = counterpart(report);
        return shown(report, key && waiting.has(key.sk) ? 'waiting' : 'decided');
      })
      .sort((one, other) => (one.at < other.at ? 1 : -1)),
  };
}

function counterpart({ ownerId, cardId, reportId }: CardReport) {
  return ownerId !== undefined && cardId !== undefined
    ? reportedCardKey(ownerId, reportNumber(cardId, reportId))
    : undefined;
}

function shown({ reportId, category, at }: CardReport, state: State) {
  return { reportId, category, at, state };
}

type Appeal = { cardId: string; words: string; idempotencyKey: string };

/**
 * The owner of a card that was taken down wants it looked at again, by somebody else (网络安全法 art. 49; PIPL art. 50): a ticket,
 * answered within 15 working days.
 * @throws AppError NOT_FOUND | NOT_NOW where the card is not taken down | IDEMPOTENCY_CONFLICT | LIMIT_REACHED
 */
export async function appealTakeDown(deps: Deps, { caller, input, requestId }: Run<'subject', Appeal>) {
  const { cardId, words, idempotencyKey } = input;
  if (!ownCard(deps, caller).takenDown) throw new AppError('NOT_NOW', { why: '这张名片没有被下架。' });
  const about = `card:${cardId}`;
  const ask = { kind: 'card-report', about, words, idempotencyKey, proof: 'session' } as const;
  const { ticket, joined } = await askTicket(
    deps,
    caller.person,
    { ...ask, sealer: caller.sealer },
    requestId,
  );
  return { ticketId: ticket.ticketId, answerBy: ticket.answerBy, ...calendarNote(ticket.answerBy), joined };
}
