import fc from 'fast-check';
import { amount } from '../proof/sample';
import { exportsComparedIn } from './exported';
import type { Look } from './judge';
import { anyActs } from './random-acts';
import { watched } from './watched';

/** What the judge finds wrong, in words. */
function wrongIn({ gauges, counted, brokenLedgers }: Look): string[] {
  const names = [...new Set([...Object.keys(gauges), ...Object.keys(counted)])];
  return [
    ...names
      .filter((name) => gauges[name] !== counted[name])
      .map((name) => `${name}: the service counts ${gauges[name]}, the judge ${counted[name]}`),
    ...brokenLedgers.map((id) => `the ledger of ${id} is broken`),
  ];
}

it('whatever people do in any order, after every operation the head-counts, ledgers and exports are what the raw table says (N7, S9, R1)', async () => {
  await fc.assert(
    fc.asyncProperty(anyActs(amount(40, 12)), async (sequence) => {
      const wrong: string[] = [];
      const service = await watched(async (path, look) => {
        const found = [...wrongIn(look), ...(await compare(look))];
        wrong.push(...found.map((one) => `after ${path}: ${one}`));
      });
      const { world, looks } = service;
      const compare = exportsComparedIn(world);
      const people = { world, callers: new Map() };
      for (const { what, act } of sequence) {
        // Much is refused, as it should be. What breaks inside the service is not.
        const refused = await act(people).then(
          () => '',
          (error: Error) => error.message,
        );
        if (!/^$|was refused/.test(refused) || refused.includes('"INTERNAL"'))
          wrong.push(`${what}: ${refused}`);
        expect({ [what]: wrong }).toEqual({ [what]: [] });
      }
      expect(looks()).toBeGreaterThan(0);
    }),
    { numRuns: amount(15, 1), endOnFailure: true },
  );
});
