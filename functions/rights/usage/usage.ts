import type { Deps } from '../../../lib/deps';
import type { Run } from '../../../lib/gate/operation';
import { calendarNote } from '../../../lib/policy/working-days';
import { readCursor, sealCursor } from '../../../lib/table/cursor';
import type { Sealer } from '../../../lib/table/sealer';
import { clearTicket, queryTickets, readTicket, type Ticket } from '../../../lib/table/ticket/ticket';
import { ledgerLines, type Stretch } from './ledger-lines';
import type { Line } from './line';
import { type Bound, otherLines } from './other-lines';

const LIST = 'rights.usage';
const DEFAULT_LINES = 20;
const PAGE_TICKETS = 100;

type Page = { cursor?: string | undefined; limit?: number | undefined };
/** Where a page ended in the ledger, and in what stands elsewhere. */
type Position = { before: number; older?: Bound | undefined };

/**
 * Who has used the caller's data, the newest first (promise D6; PIPL art. 44, 45): looks of the staff, partners, authorities, and
 * those who opened their links, from their ledger, the rows of notices and the counters of views. What a law keeps secret is in
 * none of these until its date. With each line stands what the caller has said against it.
 */
export async function usage(deps: Deps, { caller, input }: Run<'subject', Page>) {
  const { person, sealer } = caller;
  const { subjectId, ledgerSeq } = person;
  const { cursor, limit = DEFAULT_LINES } = input;
  const position: Position =
    cursor === undefined
      ? { before: ledgerSeq + 1 }
      : JSON.parse(await readCursor(deps.ring, LIST, subjectId, cursor));
  const { before, older } = position;
  const [stretch, others, disputes] = await Promise.all([
    ledgerLines(deps, subjectId, before, limit),
    otherLines(deps, person, older, limit),
    disputesOf(deps, subjectId),
  ]);
  const { lines, next } = merge(stretch, others, position, limit);
  return {
    lines: lines.map((line) => withDispute(line, disputes.get(line.line), sealer)),
    intact: stretch.intact,
    ...(next && { cursor: await sealCursor(deps.ring, LIST, subjectId, JSON.stringify(next)) }),
  };
}

type Others = { lines: Line[]; last: Bound | undefined };

/** The newest of both, each in its own order; what is older than what was looked at of the ledger waits for the next page. */
function merge({ lines: own, before, downTo }: Stretch, others: Others, at: Position, limit: number) {
  const elsewhere = others.lines.filter((line) => downTo === undefined || line.at >= downTo);
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  for (; lines.length < limit; ) {
    const [mine, other] = [own[i], elsewhere[j]];
    if (!mine && !other) break;
    const takesOwn = mine !== undefined && (other === undefined || mine.at >= other.at);
    lines.push((takesOwn ? mine : other) as Line);
    if (takesOwn) i += 1;
    else j += 1;
  }
  const isLedgerOver = i === own.length && before <= 1;
  const areOthersOver = j === others.lines.length && others.last === undefined;
  if (isLedgerOver && areOthersOver) return { lines, next: undefined };
  const takenLast = others.lines[j - 1];
  const older = j === others.lines.length ? (others.last ?? takenLast ?? at.older) : (takenLast ?? at.older);
  const lastOwn = own[i - 1];
  const numberOf = ({ line }: Line) => Number(line.slice(line.indexOf('-') + 1));
  const next: Position = {
    before: i === own.length ? before : lastOwn ? numberOf(lastOwn) : at.before,
    ...(older && { older: { at: older.at, line: older.line } }),
  };
  return { lines, next };
}

type Disputed = { ticket: Parameters<typeof readTicket>[0]; askedAt: string };

/** The latest dispute of each line that was disputed. */
async function disputesOf({ table }: Deps, subjectId: string): Promise<Map<string, Disputed>> {
  const found = new Map<string, Disputed>();
  let after: Parameters<typeof queryTickets>[3];
  do {
    const { items, lastKey } = await queryTickets(table, subjectId, PAGE_TICKETS, after);
    for (const item of items) {
      const { kind, about, askedAt = '' } = clearTicket(item) ?? {};
      if (kind !== 'dispute' || about === undefined) continue;
      if ((found.get(about)?.askedAt ?? '') <= askedAt) found.set(about, { ticket: item, askedAt });
    }
    after = lastKey as typeof after;
  } while (after);
  return found;
}

function withDispute(line: Line, disputed: Disputed | undefined, sealer: Sealer) {
  const ticket = disputed && readTicket(disputed.ticket, sealer)?.value;
  return ticket ? { ...line, dispute: disputeShown(ticket) } : line;
}

/** What became of a dispute. The proposed reasons of a refusal are nobody's answer yet. */
export function disputeShown({ ticketId, state, askedAt, answerBy, answer }: Ticket) {
  const said = state === 'answered' && answer !== undefined ? { answer } : {};
  const note = state === 'answered' ? {} : calendarNote(answerBy);
  return { ticket: ticketId, state, askedAt, answerBy, ...note, ...said };
}
