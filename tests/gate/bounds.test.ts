import fc from 'fast-check';
import { measureText, measureValue } from '../../lib/bounds';

const NO_LIMIT = Number.MAX_SAFE_INTEGER;

/** Depth by plain recursion, which the service itself must not use. */
function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

describe('input is measured before it is parsed', () => {
  const hard = fc.constantFrom('[', '{"a":{', '"', '\\', '\\"', '名', '\u{1F600}', '\n', ']}');
  const value = fc.jsonValue({ maxDepth: 8, noUnicodeString: false });
  const tree = fc.letrec((tie) => ({
    node: fc.oneof(
      { depthSize: 'small', maxDepth: 6 },
      hard,
      value,
      fc.array(tie('node')),
      fc.dictionary(hard, tie('node')),
    ),
  })).node;

  it('as text and as a value alike: the bytes and levels that the JSON has', () => {
    fc.assert(
      fc.property(tree, (one) => {
        const text = JSON.stringify(one);
        const parsed: unknown = JSON.parse(text);
        const expected = { bytes: Buffer.byteLength(JSON.stringify(parsed)), depth: depthOf(parsed) };
        expect(measureValue(parsed, NO_LIMIT)).toEqual(expected);
        expect(measureText(JSON.stringify(parsed), NO_LIMIT)).toEqual(expected);
        expect(measureText(JSON.stringify(parsed, null, 2), NO_LIMIT).depth).toBe(expected.depth);
      }),
      { numRuns: 1_000 },
    );
  });

  it('however deep it is, and whether or not it ends', () => {
    const deep = '['.repeat(100_000);
    expect(measureText(deep, NO_LIMIT).depth).toBe(100_000);
    const closed: unknown = JSON.parse(deep + ']'.repeat(100_000));
    expect(measureValue(closed, NO_LIMIT)).toEqual({ bytes: 200_000, depth: 100_000 });
    for (const text of ['"', '"\\', '{"a":"\\"', ']]]]', ''])
      expect(measureText(text, NO_LIMIT).depth).toBeLessThan(2);
  });

  it('no further than the limit: what goes round in circles has an end', () => {
    const circle: unknown[] = [];
    circle.push(circle, circle);
    expect(measureValue(circle, 1_000).bytes).toBeGreaterThan(1_000);
  });
});
