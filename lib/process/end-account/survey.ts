import { surveyOf } from '../../certificate/look';
import { outlives } from '../../certificate/stays';
import { secondOf } from '../../clock';
import type { Deps } from '../../deps';
import { slicesOf } from '../../slices';
import { putSurveyPart, type SurveyPart } from '../../table/certificate/survey-part';
import type { Item, Write } from '../../table/client';
import { isHeld } from '../../table/item';
import { type Key, keys, partition, subjectOf, tableIds } from '../../table/keys';
import { type Process, type ProcessState, processKey } from '../../table/process/process';
import { entityOf } from '../../table/readers/partition';
import type { Step } from '../kind';

/** Items that one step of the survey, and of the look afterwards, reads of the partition. */
export const SURVEY_PAGE = 300;
/** Places that one part names at most: an item of the table takes 400 KB. */
const PART_PLACES = 600;

/**
 * Notes what an erased person's items leave elsewhere, page by page, before any of them goes: afterwards nothing would say where
 * to look. It comes after the person's key is gone and every write of theirs is refused, so that what the first write of
 * an end costs does not depend on what the person owns.
 */
export function surveyBefore(next: string): Step {
  return async (deps, { process }) => {
    const { subjectId = '', state } = process;
    const { items, last } = await pageOf(deps, process, state.surveyAfter);
    // What their own item left has been noted with the write that took it; what is held stays, and leads where it did.
    const others = items.filter((item) => item.sk !== keys.person(subjectId).sk && !isHeld(item));
    const parts = Number(state.parts ?? 0);
    const part = surveyOf(others, (item) => outlives(item), deps.clock.now());
    const writes = inParts(part).map((one, at): Write => putSurveyPart(subjectId, parts + at, one));
    const { surveyAfter: _, ...rest } = others.filter((item) => !outlives(item)).reduce(counted, state);
    return {
      to: last === undefined ? next : process.step,
      state: { ...rest, parts: parts + writes.length, ...(last !== undefined && { surveyAfter: last }) },
      writes,
    };
  };
}

export const survey = surveyBefore('items');

/** The first part of a survey, of what leads to the account itself: for the transaction that takes these ways away. */
export function noteWays(self: Item, nowMs: number): Write {
  const { leads } = surveyOf([self], () => true, nowMs);
  const subjectId = subjectOf(self) ?? '';
  return putSurveyPart(subjectId, 0, { seenAtSeconds: secondOf(nowMs), leads, files: [], entries: [] });
}

/**
 * A page of the partition, in the one table and then in the other, without the row of the process itself; and where to go on, as
 * text: the table, and the sort key to go on after.
 */
export async function pageOf(
  { table }: Pick<Deps, 'table'>,
  process: Process,
  after: string | number = 'main ',
): Promise<{ items: Item[]; last: string | undefined }> {
  const pk = partition(process.subjectId ?? '');
  const [, where = '', behind = ''] = /^(\w+) (.*)$/s.exec(String(after)) ?? [];
  const from = tableIds.find((id) => id === where);
  if (!from) throw new Error('a cursor names no table');
  const page = {
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': pk },
    Limit: SURVEY_PAGE,
    ...(behind && { ExclusiveStartKey: { pk, sk: behind } satisfies Key }),
  };
  const { items, lastKey } = await table.query(page, 'ended-too', from);
  const { sk: own } = processKey(process);
  const next = tableIds[tableIds.indexOf(from) + 1];
  const last = lastKey ? `${from} ${lastKey.sk}` : next && `${next} `;
  return { items: items.filter(({ sk }) => sk !== own), last };
}

/** The state with one more item of its purpose. */
function counted(state: ProcessState, item: Item): ProcessState {
  const name = `found ${entityOf(item).declaration.place.purpose}`;
  return { ...state, [name]: Number(state[name] ?? 0) + 1 };
}

function inParts({ seenAtSeconds, leads, files, entries }: SurveyPart): SurveyPart[] {
  const none = { seenAtSeconds, leads: [], files: [], entries: [] };
  return [
    ...slicesOf(leads, PART_PLACES).map((some) => ({ ...none, leads: some })),
    ...slicesOf(files, PART_PLACES).map((some) => ({ ...none, files: some })),
    ...slicesOf(entries, PART_PLACES).map((some) => ({ ...none, entries: some })),
  ];
}
