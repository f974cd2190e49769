import fc from 'fast-check';
import { readLines } from '../../lib/trail/line';
import { TrailReader } from '../../lib/trail/report';
import { amount } from '../proof/sample';
import { call, instanceName, open, person, second, start } from './lines';

type Written = { text: string; at: number; persons: string[]; isStart: boolean };

/** What instances write of their calls: each begins, opens people on some lines, and ends, or is killed before. */
const callOf = fc.record({
  opened: fc.array(fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }), { maxLength: 3 }),
  isKilled: fc.boolean(),
});
const logs = fc.array(fc.array(callOf, { maxLength: 6 }), { minLength: 1, maxLength: 3 });

function written(calls: readonly { opened: number[][]; isKilled: boolean }[], number: number): Written[] {
  const instance = instanceName(number);
  const all: Written[] = [];
  let seq = 0;
  let at = number;
  for (const [index, { opened, isKilled }] of calls.entries()) {
    const requestId = `${number}-${index}`;
    const add = (make: (said: Parameters<typeof open>[0]) => string, persons: string[]) => {
      seq += 1;
      at += 7;
      const said = { at: second(at), instance, seq, requestId, persons };
      all.push({ text: make(said), at, persons, isStart: false });
    };
    all.push({ text: start(requestId), at, persons: [], isStart: true });
    for (const numbers of opened) add(open, [...new Set(numbers)].map(person));
    if (isKilled) break;
    add(call, []);
  }
  return all;
}

it('whoever was opened in a window is named, or a doubt covers the moment: whatever lines are lost, doubled or come late (B3)', () => {
  fc.assert(
    fc.property(
      logs,
      fc.infiniteStream(fc.constantFrom('kept', 'kept', 'kept', 'lost', 'doubled')),
      fc.boolean(),
      fc.tuple(fc.integer({ min: 0, max: 80 }), fc.integer({ min: 1, max: 80 })),
      (instances, fates, isTurned, [first, length]) => {
        const whole = instances.map(written);
        const [from, to] = [first, first + length];
        const reader = new TrailReader({ from: second(from), to: second(to) });
        const lost: Written[] = [];
        const kept: Written[] = [];
        for (const log of isTurned ? [...whole].reverse() : whole) {
          reader.nextLog();
          for (const line of log) {
            const fate = line.isStart ? 'kept' : fates.next().value;
            (fate === 'lost' ? lost : kept).push(line);
            for (let times = fate === 'lost' ? 0 : fate === 'doubled' ? 2 : 1; times > 0; times -= 1)
              for (const read of readLines(line.text)) reader.add(read);
          }
        }
        const { people, doubts } = reader.report();
        const inside = ({ at }: Written) => at >= from && at < to;
        const named = new Set(kept.filter(inside).flatMap(({ persons }) => persons));
        expect(new Set(people.map((one) => one.person))).toEqual(named);
        for (const { at, persons } of lost.filter(inside).filter((line) => line.persons.length > 0)) {
          const covers = doubts.some(
            ({ after, before }) =>
              (after ?? second(at)) <= second(at) && (before ?? second(at)) >= second(at),
          );
          expect({ at, persons, covers }).toEqual({ at, persons, covers: true });
        }
        const isWhole = lost.length === 0 && instances.every((calls) => calls.every((one) => !one.isKilled));
        const isSilent = whole.every((log) => log.length === 0);
        if (isWhole && !isSilent) expect(doubts).toEqual([]);
      },
    ),
    { numRuns: amount(20_000, 300) },
  );
});
