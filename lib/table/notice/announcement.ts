import * as z from 'zod/mini';
import { plain, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import { ofService } from '../place';
import { create } from '../replace';

/** Announcements at one time; a new one takes the place of the one that ends first. */
const MAX_ANNOUNCEMENTS = 5;

const announced = z.object({
  noticeId: z.string(),
  title: z.string(),
  /** Plain text, in full. */
  text: z.string(),
  announcedAt: z.string(),
  endsAt: z.string(),
});

/**
 * What is announced to everybody just now (promise B5): notices, newest first, and until when. It is read with
 * the policy book, in the same trip, and so reaches the next call of everybody within one period of that book, for one write.
 * Its words are here: everybody asks for them at once, and no instance reads them for that. It has a partition of its own, so
 * that whoever announces a notice needs no right to write the policy.
 */
export const announcements = declareEntity('announcements', {
  place: ofService('incident', () => ({ pk: 'ANNOUNCED', sk: 'ANNOUNCED' })),
  life: { rule: 'incident-life' },
  guarded: ['current', 'version'],
  attributes: {
    current: plain('notice-record', z.array(announced)),
    /** Counts every change. Of two at once one is refused. */
    version: plain('notice-record', z.int()),
  },
});
export type Announcements = ValueOf<typeof announcements>;
export type Announced = z.infer<typeof announced>;

export const announcementsKey: Key = announcements.key('');

export function readAnnouncements(item: Item | undefined): Announcements | undefined {
  return announcements.read(item);
}

export async function loadAnnouncements(table: Table): Promise<Announcements | undefined> {
  const [item] = await table.getMany([announcementsKey]);
  return readAnnouncements(item);
}

/** Those that have not ended, newest first. */
export function currentOf(known: Pick<Announcements, 'current'> | undefined, nowMs: number): Announced[] {
  return (known?.current ?? []).filter(({ endsAt }) => Date.parse(endsAt) > nowMs);
}

/** Announces a notice from now on. Refused when somebody has changed what is announced since it was read. */
export function announce(before: Announcements | undefined, one: Announced): Write {
  const others = currentOf(before, Date.parse(one.announcedAt)).filter(
    ({ noticeId }) => noticeId !== one.noticeId,
  );
  const longest = others.toSorted((a, b) => (a.endsAt < b.endsAt ? 1 : -1)).slice(0, MAX_ANNOUNCEMENTS - 1);
  return put(before, [one, ...others.filter((other) => longest.includes(other))]);
}

/** Takes a notice's announcement away, nothing where there is none. Refused as `announce` is. */
export function withdrawAnnouncement(before: Announcements | undefined, noticeId: string): Write[] {
  const left = before?.current.filter((one) => one.noticeId !== noticeId) ?? [];
  return before && left.length < before.current.length ? [put(before, left)] : [];
}

function put(before: Announcements | undefined, current: Announced[]): Write {
  const item = announcements.make('', undefined, { current, version: (before?.version ?? 0) + 1 });
  if (!before) return create(item);
  return {
    Put: {
      Item: item,
      ConditionExpression: 'version = :seen',
      ExpressionAttributeValues: { ':seen': before.version },
    },
  };
}
