import type { Deps } from '../../../lib/deps';
import { beijingTime } from '../../../lib/policy/working-days';
import { type Disclosure, disclosureKey } from '../../../lib/table/disclosure/disclosure';
import { openDisclosure } from '../../../lib/table/disclosure/open-disclosure';
import type { LedgerAct } from '../../../lib/table/ledger/acts';
import { decodeEntry, type LedgerEntry, ledger } from '../../../lib/table/ledger/ledger';
import { kindNames, type Line, listOf, nameOfPurpose, nameOfRecipient, reasonNames, roleNames } from './line';

/** Entries that one trip reads, and trips of one answer: most entries are no use by somebody else. */
const PAGE_ENTRIES = 100;
const MAX_PAGES = 5;

/**
 * A stretch of a ledger read backwards: its lines, the newest first, and the number of the entry before which the next one
 * begins. `downTo`: the moment of the last entry that was looked at, where more are left.
 */
export type Stretch = { lines: Line[]; before: number; intact: boolean; downTo: string | undefined };

/**
 * What of a ledger is a use by somebody else, or goes to somebody else by the person's own hand. An act that only answers another,
 * or that stays with the person, is none.
 */
const useActs: readonly LedgerAct[] = ['staff.accessed', 'disclosure.made', 'transfer.taken'];
const isUse = ({ act }: LedgerEntry): boolean => useActs.includes(act);

/**
 * Up to so many lines of the entries before number `before`, the newest first, each entry held to its checksum: what was altered
 * is no line, and makes the stretch not intact (promises D6, S9).
 */
export async function ledgerLines(
  deps: Deps,
  subjectId: string,
  before: number,
  limit: number,
): Promise<Stretch> {
  const entries: LedgerEntry[] = [];
  let [at, intact, downTo] = [before, true, ''];
  for (let page = 0; page < MAX_PAGES && at > 1 && entries.length < limit; page += 1) {
    const from = Math.max(0, at - 1 - PAGE_ENTRIES);
    const { items } = await ledger.page(deps.table, subjectId, from, PAGE_ENTRIES, at - 1);
    intact &&= items.length === at - 1 - from;
    for (const item of items.toReversed()) {
      if (entries.length === limit) break;
      const isSound = await ledger.isUnaltered(deps.ring, subjectId, item);
      intact &&= isSound;
      const entry = isSound ? decodeEntry(item) : undefined;
      if (entry) [at, downTo] = [entry.seq, entry.at];
      if (entry && isUse(entry)) entries.push(entry);
    }
    if (entries.length < limit) at = from + 1;
  }
  return { lines: await linesOf(deps, entries), before: at, intact, downTo: at > 1 ? downTo : undefined };
}

/** The line of one entry; undefined where there is none, it is no use by somebody else, or it was altered. */
export async function ledgerLine(deps: Deps, subjectId: string, seq: number): Promise<Line | undefined> {
  const { items } = await ledger.page(deps.table, subjectId, seq - 1, 1, seq);
  const [item] = items;
  if (!item || !(await ledger.isUnaltered(deps.ring, subjectId, item))) return undefined;
  const entry = decodeEntry(item);
  return isUse(entry) ? (await linesOf(deps, [entry]))[0] : undefined;
}

async function linesOf(deps: Deps, entries: readonly LedgerEntry[]): Promise<Line[]> {
  const named = [
    ...new Set(
      entries.flatMap(({ act, document }) => (act === 'disclosure.made' && document ? [document] : [])),
    ),
  ];
  const items = named.length > 0 ? await deps.table.getMany(named.map(disclosureKey)) : [];
  const opened = await Promise.all(items.map((item) => openDisclosure(deps, item)));
  const byAuthority = new Map(
    opened.flatMap((one) => (one ? [[one.disclosure.disclosureId, one.disclosure]] : [])),
  );
  return entries.map((entry) => {
    if (entry.act === 'staff.accessed') return byStaff(entry);
    if (entry.act === 'transfer.taken') return byTransfer(entry);
    return entry.document === undefined
      ? byPartner(entry)
      : toAuthority(entry, byAuthority.get(entry.document));
  });
}

const common = ({ seq, at, kinds = [] }: LedgerEntry) => ({ line: `E-${seq}`, at, kinds: kindNames(kinds) });

function byStaff(entry: LedgerEntry): Line {
  const { role = '', reason = '', ticket, kinds = [] } = entry;
  const who = roleNames[role] ?? '工作人员';
  const why = reasonNames[reason as keyof typeof reasonNames] ?? reason;
  const under = ticket === undefined ? '' : `（工单 ${ticket}）`;
  return {
    ...common(entry),
    use: 'staff',
    ...{ who, why, ...(ticket !== undefined && { ticket }) },
    words: `${who}为${why}${under}查看了：${listOf(kinds)}。`,
  };
}

/** Whom the package names is in the package alone: no ledger holds what somebody has typed. */
function byTransfer(entry: LedgerEntry): Line {
  const [who, why] = ['您指定的其他服务', '按您的要求转移'];
  const words = `您取走了转移包，自己交给${who}：${listOf(entry.kinds ?? [])}。`;
  return { ...common(entry), use: 'transfer', who, why, words };
}

function byPartner(entry: LedgerEntry): Line {
  const { recipient = '', purpose = '', kinds = [] } = entry;
  const [who, why] = [nameOfRecipient(recipient), nameOfPurpose(purpose)];
  return {
    ...common(entry),
    use: 'partner',
    ...{ who, why },
    words: `为“${why}”交给${who}：${listOf(kinds)}。`,
  };
}

/** Its document and law stand in the register of the staff, for as long as that is kept. */
function toAuthority(entry: LedgerEntry, of: Disclosure | undefined): Line {
  const { recipient: who = '', way: law = '', kinds = [], trueAt, at } = entry;
  const isLate = trueAt !== undefined && trueAt !== at;
  const document = of && `文书：${of.document}。`;
  const late = isLate ? `提供的时间是${beijingTime(trueAt)}（北京时间），当时依法应当保密，现在告知您。` : '';
  return {
    ...common(entry),
    use: 'authority',
    ...(isLate && { happenedAt: trueAt }),
    ...{ who, why: `依照${law}`, ...(of && { document: of.document }) },
    words: `依照${law}向${who}提供了：${listOf(kinds)}。${document ?? ''}${late}`,
  };
}
