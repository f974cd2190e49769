import { MINUTE_MS, toInstant } from '../../clock';
import type { Deps } from '../../deps';
import type { Item } from '../../table/client';
import { nameOfInstant } from '../../table/ends/end';
import { ITEM_ENDS, type ItemEnd, isMetBy, readItemEnds } from '../../table/ends/item-end';
import { type Key, partition, textOf } from '../../table/keys';
import { openUntil } from '../../table/readers/erase';
import { entityOf } from '../../table/readers/partition';
import { readForecast } from '../../table/retention/forecast';
import { openedTableKey, readOpened } from '../../table/service/opened-table';
import type { Next, Step, StepInput } from '../kind';
import { itemAgain } from './item';

/** Notes that one step reads, each of up to 150 ends (lib/table/ends/item-end.ts). */
const NOTES_PER_STEP = 20;
/** By so much clocks of instances differ at most. */
const CLOCKS_DIFFER_MS = MINUTE_MS;

/**
 * Ends again what people had ended one by one (promise S7). What had gone was held by nobody then: so it goes before a hold is
 * placed anew that would keep it.
 */
export const items: Step = (deps, input) =>
  walk(deps, input, ({ how }) => how !== 'ended', 'items', 'replay');

/** The same for what ended while it was held: after the holds, which keep it until their release. */
export const itemsHeld: Step = (deps, input) =>
  walk(deps, input, ({ how }) => how === 'ended', 'items-held', 'periods');

async function walk(
  deps: Deps,
  { process: { state }, requestId }: StepInput,
  isAsked: (end: ItemEnd) => boolean,
  here: string,
  then: string,
): Promise<Next> {
  const { vault, clock } = deps;
  const { after = await startOf(deps), restUntilMs: _, ...so } = state;
  const page = await vault.names(ITEM_ENDS, String(after));
  const names = page.names.slice(0, NOTES_PER_STEP);
  const contents = await Promise.all(names.map((name) => vault.read(name)));
  const ends = contents.flatMap((content) => {
    // Its name does not say what has ended, so nothing is opened without it.
    if (!content) throw new HiddenNote();
    return readItemEnds(content).filter(isAsked);
  });
  const look = await lookerAt(deps, ends.map(keyOf));
  let begun = Number(so.begun);
  for (const end of ends) {
    const item = await look.at(keyOf(end));
    if (item ? !isMetBy(end, item) : end.how !== 'blocked') continue;
    // A file of it may still appear, and nobody would know its name.
    const untilMs = item ? openUntil(item, entityOf(item)) * 1000 : 0;
    if (untilMs > clock.now()) return { waitUntilMs: untilMs };
    if (!(await itemAgain(deps, end, item, requestId))) continue;
    look.forget();
    begun += 1;
  }
  const last = names.length < page.names.length ? names.at(-1) : page.last;
  if (last === undefined) return { to: then, state: { ...so, begun } };
  return { to: here, state: { ...so, begun, after: last } };
}

const keyOf = ({ subjectId, sk }: ItemEnd): Key => ({ pk: partition(subjectId), sk });

/**
 * Behind which notes those begin that may be news to the table: what was noted before it last said what is coming, each day, had ended
 * in it already; and what was noted before it was opened was of another one.
 */
async function startOf({ table }: Deps): Promise<string> {
  const [forecast, [opened]] = await Promise.all([readForecast(table), table.getMany([openedTableKey])]);
  const known = [forecast?.from, readOpened(opened)?.openedAt].map((at) => (at ? Date.parse(at) : 0));
  const fromMs = Math.max(0, Math.max(...known) - CLOCKS_DIFFER_MS);
  return `${ITEM_ENDS}${nameOfInstant(toInstant(fromMs))}`;
}

/** Reads ahead; once something has changed, everything is read again as it is asked for. */
async function lookerAt({ table }: Deps, ahead: Key[]) {
  const wanted = [...new Map(ahead.map((key) => [textOf(key), key])).values()];
  const found = wanted.length > 0 ? await table.getMany(wanted, 'ended-too') : [];
  const known = new Map<string, Item | undefined>(wanted.map((key, at) => [textOf(key), found[at]]));
  return {
    async at(key: Key): Promise<Item | undefined> {
      if (known.has(textOf(key))) return known.get(textOf(key));
      const [item] = await table.getMany([key], 'ended-too');
      return item;
    },
    forget: () => known.clear(),
  };
}

/** Somebody has hidden a note in the locked bucket. */
class HiddenNote extends Error {
  override name = 'HiddenNote';
}
