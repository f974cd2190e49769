/** Running numbers that no line has, and when they were given: after the one before them and before the one after. */
export type Missing = { from: number; to: number; after?: string; before: string };

type Seen = { seq: number; at: string };

/**
 * The running numbers of one instance, in any order and with repeats. Keeps both ends and what is missing between, and nothing
 * of each line, so its size does not grow with the log.
 */
export class Numbers {
  #first: Seen;
  #last: Seen;
  #missing: Missing[] = [];

  constructor(seq: number, at: string) {
    this.#first = { seq, at };
    this.#last = { seq, at };
  }

  /** Whether the number had not come before. */
  add(seq: number, at: string): boolean {
    if (seq > this.#last.seq) {
      this.#leave(this.#last, { seq, at });
      this.#last = { seq, at };
      return true;
    }
    if (seq < this.#first.seq) {
      this.#leave({ seq, at }, this.#first);
      this.#first = { seq, at };
      return true;
    }
    const index = this.#missing.findIndex(({ from, to }) => from <= seq && seq <= to);
    const gap = this.#missing[index];
    if (!gap) return false;
    const parts = [
      { ...gap, to: seq - 1, before: at },
      { ...gap, from: seq + 1, after: at },
    ].filter(({ from, to }) => from <= to);
    this.#missing.splice(index, 1, ...parts);
    return true;
  }

  /** What no line has, from 1 on: of numbers after the last nobody can tell. */
  missing(): Missing[] {
    const { seq, at } = this.#first;
    return [...(seq > 1 ? [{ from: 1, to: seq - 1, before: at }] : []), ...this.#missing];
  }

  #leave(below: Seen, above: Seen): void {
    if (above.seq - below.seq > 1)
      this.#missing.push({ from: below.seq + 1, to: above.seq - 1, after: below.at, before: above.at });
  }
}
