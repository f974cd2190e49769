import fc from 'fast-check';
import { addWorkingDays } from '../../lib/policy/working-days';
import type { Item } from '../../lib/table/client';
import { fairPage, inOrder, placeOfText, type QueuePlace, textOfPlace } from '../../lib/table/due-queue';
import { levelOf, marksAt } from '../../lib/table/ticket/desk';
import { TICKET_WORKING_DAYS } from '../../lib/table/ticket/open-ticket';

const waits = (person: string, dueAt: string, id = 'a') => ({ pk: `P#${person}`, sk: id, dueAt });
const shown = (all: ReturnType<typeof waits>[], urgentUntil = '') =>
  inOrder(all, urgentUntil).map(({ waiting: { pk, dueAt } }) => `${pk.slice(2)} ${dueAt}`);

describe('the order of the queue (R8)', () => {
  it('has one place a person: a second stands behind the first of everybody', () => {
    const all = [waits('a', '1', 'x'), waits('a', '2', 'y'), waits('b', '3'), waits('c', '4')];
    expect(shown(all)).toEqual(['a 1', 'b 3', 'c 4', 'a 2']);
  });

  it('puts what is nearly due first, also somebody’s second', () => {
    const all = [waits('a', '1', 'x'), waits('a', '2', 'y'), waits('b', '3'), waits('c', '4')];
    expect(shown(all, '2')).toEqual(['a 1', 'a 2', 'b 3', 'c 4']);
  });

  it('shows everything once, whatever the pages, and nobody twice before anybody once', () => {
    const entry = fc.record({
      pk: fc.constantFrom('P#a', 'P#b', 'P#c', 'P#d'),
      sk: fc.uuid(),
      dueAt: fc.integer({ min: 0, max: 99 }).map((day) => `2026-${String(day).padStart(3, '0')}`),
    });
    fc.assert(
      fc.property(fc.uniqueArray(entry, { selector: ({ sk }) => sk }), (all) => {
        const ordered = inOrder(all, '');
        expect(ordered.map(({ waiting }) => waiting.sk).sort()).toEqual(all.map(({ sk }) => sk).sort());
        expect([...ordered].sort((a, b) => (a.place < b.place ? -1 : 1))).toEqual(ordered);
        const firsts = new Set(all.map(({ pk }) => pk)).size;
        expect(new Set(ordered.slice(0, firsts).map(({ waiting }) => waiting.pk)).size).toBe(firsts);
      }),
      { numRuns: 50 },
    );
  });
});

describe('pages of a queue (A7, R8)', () => {
  /** The index as the database would give it, in windows of three. */
  const tableOf = (items: Item[]) => ({
    query: async ({ ExclusiveStartKey: after }: { ExclusiveStartKey?: { dueAt: string; sk: string } }) => {
      const rank = ({ dueAt, sk }: { dueAt?: unknown; sk: string }) => `${dueAt}|${sk}`;
      const left = items.filter((item) => !after || rank(item) > rank(after));
      const page = left.slice(0, 3);
      return { items: page, lastKey: left.length > 3 ? page.at(-1) : undefined };
    },
  });

  it('show everything once, whatever one person brings, and what stands for the same once in a window', async () => {
    const items = Array.from({ length: 10 }, (_, n) => ({
      pk: n === 4 ? 'P#b' : 'P#a',
      sk: `card${n < 3 ? 0 : n}#${n}`,
      dueAt: `2026-${10 + n}`,
    }));
    const shown: string[] = [];
    for (let place: QueuePlace | undefined = { urgentUntil: '' }; place; ) {
      const from: QueuePlace = placeOfText('Q', textOfPlace(place)); // as it goes through a cursor
      const page = await fairPage(tableOf(items) as never, 'Q', from, 1, ({ sk }) => sk.split('#')[0] ?? '');
      shown.push(...page.waiting.map(({ sk, many }) => `${sk} ${many}`));
      place = page.next;
    }
    expect(shown[0]).toBe('card0#0 3');
    expect(shown.slice(1).map((line) => line.slice(-1))).toEqual(Array(7).fill('1'));
    expect(new Set(shown).size).toBe(8);
    // Of one window: the other person's first before a second of whoever brings many.
    expect(shown.indexOf('card4#4 1')).toBeLessThan(shown.indexOf('card5#5 1'));
  });
});

describe('the date of an answer (R6)', () => {
  // By hand, from the State Council's notices for 2026: 春节 15–23 February with work on the 14th and 28th; 中秋 25–27 September; 国庆 1–7 October with
  // work on 20 September and 10 October.
  it.each([
    ['2026-02-09', '2026-03-06'],
    ['2026-02-13', '2026-03-12'],
    ['2026-02-14', '2026-03-13'],
    ['2026-02-20', '2026-03-13'],
    ['2026-09-16', '2026-10-13'],
    ['2026-09-30', '2026-10-27'],
    ['2026-11-27', '2026-12-18'],
  ])('asked on %s is due on %s', async (asked, due) => {
    expect(await addWorkingDays(asked, TICKET_WORKING_DAYS)).toEqual({ on: due });
  });

  it('is warned of 5 and 2 working days before, over a holiday as well, and late only behind its day', async () => {
    const dueAt = '2026-10-10T15:59:59.000Z'; // a Saturday that is worked on, after the seven days of the National Day
    const levelOn = async (day: string) => levelOf(dueAt, await marksAt(Date.parse(`${day}T10:00:00+08:00`)));
    expect(await levelOn('2026-09-24')).toBe('in-time');
    expect(await levelOn('2026-09-29')).toBe('warned');
    expect(await levelOn('2026-10-06')).toBe('warned');
    expect(await levelOn('2026-10-08')).toBe('soon');
    expect(await levelOn('2026-10-10')).toBe('soon');
    expect(await levelOn('2026-10-11')).toBe('late');
  });
});
