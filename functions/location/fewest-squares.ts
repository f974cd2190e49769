import { coarsened } from './grid';
import { LEVELS, NEAR_BITS } from './near-keys';

/** Squares of any level of the index, and how many of the finest level they hold. */
type Plan = { squares: string[]; size: number };

/**
 * The squares to read so that these cells of the finest level are read and as few others as can be: at most `most` of
 * any level, each level being the halves of the one above. Two cells are always held by two, as many as one likes by as
 * many squares of the coarsest level as they lie in. @throws Error when those are more than `most`
 */
export function fewestSquares(cells: string[], most: number): Plan {
  const plan = split(cells, LEVELS[0], most);
  if (!plan) throw new Error('a radius is offered that so few squares do not hold');
  return plan;
}

/** The cheapest way to hold cells with squares of this level or finer; undefined when it takes more than `most`. */
function split(cells: string[], bits: number, most: number): Plan | undefined {
  const groups = new Map<string, string[]>();
  for (const cell of cells) {
    const square = coarsened(cell, bits);
    groups.set(square, [...(groups.get(square) ?? []), cell]);
  }
  const [first, ...others] = [...groups];
  if (!first) return { squares: [], size: 0 };
  const rest = others.flatMap(([, inside]) => inside);
  let best: Plan | undefined;
  for (let own = 1; own <= most - others.length; own += 1) {
    const here = hold(...first, bits, own);
    const there = split(rest, bits, most - own);
    const size = here.size + (there?.size ?? 0);
    if (there && (!best || size < best.size)) best = { squares: [...here.squares, ...there.squares], size };
  }
  return best;
}

/** One square with these cells in it: read whole, or by its halves where that leaves something out. */
function hold(square: string, cells: string[], bits: number, most: number): Plan {
  const whole = { squares: [square], size: 2 ** (NEAR_BITS - bits) };
  if (bits === NEAR_BITS) return whole;
  const halves = split(cells, bits + 1, most);
  return halves && halves.size < whole.size ? halves : whole;
}
