import { createHash } from 'node:crypto';
import { toInstant } from '../../../lib/clock';
import type { Deps } from '../../../lib/deps';
import { noticeKindOf } from '../../../lib/notice/kinds';
import { startOfDay } from '../../../lib/policy/period';
import { addCalendarDays, beijingDay } from '../../../lib/policy/working-days';
import { recipientsOf } from '../../../lib/table/notice/recipient';
import { sendingsOf } from '../../../lib/table/notice/sendings';
import { consentInForce } from '../../../lib/table/person/consents';
import type { Person } from '../../../lib/table/person/person';
import { nicknamesOf } from '../../../lib/table/sharing/told-viewers';
import { byDay, type DayViews, toldViews } from '../../../lib/table/sharing/told-views';
import { type NamedViewer, queryViewers } from '../../../lib/table/sharing/viewer';
import { queryViews, VIEW_SHARDS } from '../../../lib/table/sharing/views';
import { kindNames, type Line, listOf, nameOfRecipient, newestFirst } from './line';

const PAGE_ROWS = 200;
const PAGE_LINKS = 100;
const PAGE_VIEWERS = 100;

/** Where a page of these lines ended: the next one has what is older. */
export type Bound = Pick<Line, 'at' | 'line'>;

/**
 * Up to so many lines of what stands in no ledger, older than a bound, the newest first: what partners were handed for notices, and
 * who opened the person's links (promises D1, D6). All of it is looked through, a page at a time, and no more is kept of it than is
 * answered; `last` says down to where, and is absent where nothing is older. Views of a day are told once it is over, blurred as in `cards/views`; a viewer only while they agree to be named.
 */
export async function otherLines(
  deps: Deps,
  person: Person,
  older: Bound | undefined,
  limit: number,
): Promise<{ lines: Line[]; last: Bound | undefined }> {
  const newest = keepNewest(older, limit);
  await Promise.all([noticeLines(deps, person, newest), viewLines(deps, person, newest)]);
  const viewers = await viewerLines(deps, person, newest);
  const kept = newest.lines();
  const lines = [...kept.filter(({ use }) => use !== 'viewer'), ...viewers].sort(newestFirst);
  return { lines, last: kept.length === limit ? kept.at(-1) : undefined };
}

type Newest = { take(line: Line): void; lines(): Line[] };

/** Keeps the newest of any number of lines, in the memory of twice as many. */
function keepNewest(older: Bound | undefined, limit: number): Newest {
  let kept: Line[] = [];
  const isOlder = (line: Line) => older === undefined || newestFirst(older, line) < 0;
  const cut = () => {
    kept = kept.sort(newestFirst).slice(0, limit);
  };
  return {
    take(line) {
      if (isOlder(line)) kept.push(line);
      if (kept.length >= 2 * limit) cut();
    },
    lines() {
      cut();
      return kept;
    },
  };
}

async function noticeLines({ table }: Deps, { subjectId }: Person, newest: Newest): Promise<void> {
  let after: string | undefined;
  do {
    const { rows, next } = await recipientsOf(table, subjectId, PAGE_ROWS, after);
    for (const row of rows)
      for (const { recipient, kinds, at, times } of sendingsOf(row)) {
        const who = nameOfRecipient(recipient);
        const why = noticeKindOf(row.kind)?.why ?? '依法告知您';
        newest.take({
          ...{ line: `N-${row.noticeId}~${row.about}~${recipient}`, use: 'partner', at, times },
          ...{ who, why, kinds: kindNames(kinds) },
          words: `为${why}交给${who}：${listOf(kinds)}，共 ${times} 次。`,
        });
      }
    after = next;
  } while (after !== undefined);
}

async function viewLines(deps: Deps, person: Person, newest: Newest): Promise<void> {
  const cards = consentInForce(deps.policy.inForce().reachVersions, person, 'cards');
  if (!cards) return;
  const today = beijingDay(deps.clock.now());
  let [days, after]: [DayViews[], string | undefined] = [[], undefined];
  do {
    const limit = PAGE_LINKS * VIEW_SHARDS; // whole links
    const page = await queryViews(deps.table, person.subjectId, cards.epoch, limit, after);
    const links = new Set(page.shards.map(({ shareId }) => shareId));
    for (const link of links) {
      const shards = page.shards.filter(({ shareId }) => shareId === link);
      days = byDay([...days, ...(await toldViews(deps.ring, shards, today))]);
    }
    after = page.lastId;
  } while (after !== undefined);
  const who = '打开您分享链接的人';
  for (const { day, views } of days)
    newest.take({
      ...{ line: `V-${day}`, use: 'views', at: endOfDay(day), times: views },
      ...{ who, why: '您分享的名片', kinds: ['您在链接中给出的名片内容'] },
      words: `${day}，您的分享链接大约被打开 ${views} 次，看到了您在链接中给出的名片内容；没有留名的，我们不知道是谁。`,
    });
}

/** When what happened on a day is told: as it ends. */
const endOfDay = (day: string): string => toInstant(startOfDay(addCalendarDays(day, 1)));

/** Those who are among the newest are asked for by name, and no others. */
async function viewerLines(deps: Deps, person: Person, newest: Newest): Promise<Line[]> {
  const cards = consentInForce(deps.policy.inForce().reachVersions, person, 'cards');
  if (!cards) return [];
  const byLine = new Map<string, NamedViewer>();
  let after: string | undefined;
  do {
    const { viewers, last } = await queryViewers(
      deps.table,
      person.subjectId,
      cards.epoch,
      PAGE_VIEWERS,
      after,
    );
    for (const viewer of viewers) {
      const line = viewerLine(person.subjectId, viewer, '');
      newest.take(line);
      byLine.set(line.line, viewer);
    }
    const kept = new Set(newest.lines().map(({ line }) => line));
    for (const line of byLine.keys()) if (!kept.has(line)) byLine.delete(line);
    after = last;
  } while (after !== undefined);
  const named = await nicknamesOf(deps, person.subjectId, [...byLine.values()]);
  return named.map((viewer) => viewerLine(person.subjectId, viewer, viewer.nickname));
}

/** Its number names nobody: whose it is goes into it only as a digest together with the owner's and the link's. */
function viewerLine(ownerId: string, { viewerId, shareId, day }: NamedViewer, who: string): Line {
  const digest = createHash('sha256').update(`viewer|${ownerId}|${shareId}|${viewerId}`).digest('base64url');
  return {
    ...{ line: `W-${shareId}~${digest.slice(0, 16)}`, use: 'viewer', at: toInstant(startOfDay(day)) },
    ...{ who, why: '您分享的名片', kinds: ['您在链接中给出的名片内容'] },
    words: `${day}，${who}（同意留名）打开了您分享的链接，看到了您在链接中给出的名片内容。`,
  };
}

/** The one line of that number; undefined where there is none just now. */
export async function otherLine(deps: Deps, person: Person, id: string): Promise<Line | undefined> {
  const found: Line[] = [];
  const only: Newest = {
    take: (line) => {
      if (line.line === id) found.push(line);
    },
    lines: () => found,
  };
  const [of] = id;
  if (of === 'N') await noticeLines(deps, person, only);
  if (of === 'V') await viewLines(deps, person, only);
  return of === 'W' ? (await viewerLines(deps, person, only))[0] : found[0];
}
