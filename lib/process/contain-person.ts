import { toEpochSeconds, toInstant } from '../clock';
import type { Deps } from '../deps';
import type { Item } from '../table/client';
import { appendEntry, appendPlanned } from '../table/ledger/append';
import type { NewEntry } from '../table/ledger/ledger';
import { epochOf } from '../table/person/consents';
import { type Person, session } from '../table/person/person';
import type { PersonChange } from '../table/person/standing';
import { remove } from '../table/replace';
import { allSharesRemoved, queryShares, readShare } from '../table/sharing/share';

/**
 * What an incident ends of one person, with an entry in their ledger that says so (promises B1, D6). Only what there was when
 * the measure was taken is ended, so a repeat finds nothing left to do.
 */
export type Ending = { incidentId: string; takenAtMs: number; requestId: string };

/** Links looked at in one page. */
const PAGE = 100;

/** Ends the sessions that had begun by then. */
export async function endSessionsOf(deps: Deps, person: Person, ending: Ending): Promise<void> {
  const latest = toEpochSeconds(ending.takenAtMs);
  const began = (now: Person) =>
    Object.entries(now.sessions).filter(([id, one]) => session.decode(one, id).startedAtSeconds <= latest);
  await end(deps, person, ending, 'sessions', (now) => {
    const names = Object.fromEntries(began(now).map(([id], at) => [`#s${at}`, id]));
    const ended = Object.keys(names).map((name) => `#sessions.${name}`);
    if (ended.length === 0) return undefined;
    return { remove: ended, names: { '#sessions': 'sessions', ...names } };
  });
}

/** Takes back every link, where one was made by then and still leads somewhere. */
export async function endSharesOf(deps: Deps, person: Person, ending: Ending): Promise<void> {
  if (!(await hasOpenShare(deps, person, ending))) return;
  const { shareEpoch } = person;
  await end(deps, person, ending, 'shares', (now) =>
    now.shareEpoch === shareEpoch ? allSharesRemoved(now) : undefined,
  );
}

/** Takes back one link, with what leads to it. */
export async function endShare(deps: Deps, person: Person, item: Item, ending: Ending): Promise<void> {
  await appendEntry(deps, person, entryOf(deps, ending, 'share'), remove(item));
}

async function end(
  deps: Deps,
  person: Person,
  ending: Ending,
  what: string,
  changeOf: (now: Person) => PersonChange | undefined,
): Promise<void> {
  await appendPlanned(deps, person, (now) => {
    const change = now.lifeState === 'erased' ? undefined : changeOf(now);
    return change && { entry: entryOf(deps, ending, what), change };
  });
}

function entryOf({ clock }: Deps, { incidentId, requestId }: Ending, way: string): NewEntry {
  const common = { at: toInstant(clock.now()), actor: 'service', purpose: 'incident' } as const;
  return { ...common, act: 'incident.contained', way, reason: 'incident', ticket: incidentId, requestId };
}

async function hasOpenShare({ table }: Deps, person: Person, { takenAtMs }: Ending): Promise<boolean> {
  const { subjectId, shareEpoch = 0 } = person;
  const epoch = epochOf(person, 'cards');
  let after: string | undefined;
  do {
    const { items, lastId } = await queryShares(table, subjectId, PAGE, after);
    const links = items.flatMap((item) => readShare(item, epoch) ?? []);
    if (links.some((one) => one.shareEpoch === shareEpoch && Date.parse(one.createdAt) <= takenAtMs))
      return true;
    after = lastId;
  } while (after);
  return false;
}
