import { MINUTE_MS, toInstant } from '../clock';
import type { Line, StartLine, TrailLine } from './line';
import { Numbers } from './numbers';

/** What is asked of a log: whose data was opened from `from` until before `to`, as instants. */
export type Question = {
  from: string;
  to: string;
  function?: string | undefined;
  instance?: string | undefined;
  /** Pseudonyms; everybody's where there is none. */
  persons?: ReadonlySet<string> | undefined;
};

/** Somebody of one day: the same person has another pseudonym on every day. */
export type Opened = {
  day: string;
  person: string;
  firstAt: string;
  lastAt: string;
  lines: number;
  operations: string[];
  kinds: string[];
};

/** Why the log may not name everybody who was opened (promise B3). */
export const doubtReasons = {
  'start-missing': '有调用开始的记录，没有该次调用的结束记录',
  'numbers-missing': '实例的行号有缺',
  'beginning-missing': '实例最前面的行不在所给的日志里',
  'instance-missing': '所问的实例在所给的日志里没有一行',
  'line-damaged': '有一行被截断或者改动，读不出来',
  'nothing-read': '所给的日志里没有一行打开或者调用的记录',
} as const;

export type Doubt = {
  why: keyof typeof doubtReasons;
  function?: string;
  instance?: string;
  invocation?: string;
  /** How many lines are missing. */
  lines?: number;
  /** Between which moments, as far as is known. */
  after?: string;
  before?: string;
};

export type Report = {
  from: string;
  to: string;
  /** Lines of openings in the window that the question is about. */
  lines: number;
  instances: number;
  people: Opened[];
  doubts: Doubt[];
};

type Instance = { function: string; numbers: Numbers };
/** When it began, as far as is known: after one line with a time and before another. */
type Pending = { start: StartLine; after?: string; before?: string };

/** Lambda lets no invocation run longer; for so long it may have opened somebody without a line. */
const LONGEST_INVOCATION_MS = 15 * MINUTE_MS;

/**
 * Reads the lines of any number of logs, in the order in which each was written, and says who was opened and what is in doubt.
 * Keeps the people it finds and what is unfinished; memory does not grow with the lines. Lines that come twice count once.
 */
export class TrailReader {
  readonly #asked: Question;
  readonly #people = new Map<string, Opened & { operationSet: Set<string>; kindSet: Set<string> }>();
  readonly #instances = new Map<string, Instance>();
  readonly #pending = new Map<string, Pending>();
  /** Invocations that began after the last line with a time: the next one says until when that was. */
  #untimed: Pending[] = [];
  readonly #damaged: Doubt[] = [];
  #lastAt: string | undefined;
  #lines = 0;

  constructor(asked: Question) {
    this.#asked = asked;
  }

  /** To be called before each log: what was read before says nothing about when its lines were written. */
  nextLog(): void {
    this.#lastAt = undefined;
    this.#untimed = [];
  }

  add(line: Line): void {
    if (line.at !== undefined) this.#time(line.at);
    if (line.is === 'start') this.#start(line);
    else if (line.is === 'damaged') this.#damaged.push({ why: 'line-damaged', ...this.#around(line.at) });
    else this.#own(line);
  }

  report(): Report {
    const { from, to } = this.#asked;
    const people = [...this.#people.values()].map(({ operationSet, kindSet, ...one }) => ({
      ...one,
      operations: [...operationSet].sort(),
      kinds: [...kindSet].sort(),
    }));
    const instances = this.#instances.size;
    return { from, to, lines: this.#lines, instances, people, doubts: this.#doubts() };
  }

  #time(at: string): void {
    for (const pending of this.#untimed) pending.before = at;
    this.#untimed = [];
    this.#lastAt = at;
  }

  #around(at: string | undefined): { after?: string; before?: string } {
    if (at !== undefined) return { after: at, before: at };
    return this.#lastAt === undefined ? {} : { after: this.#lastAt };
  }

  #start(start: StartLine): void {
    const pending: Pending = { start, ...this.#around(start.at) };
    if (start.at === undefined) this.#untimed.push(pending);
    this.#pending.set(start.invocation, pending);
  }

  #own(line: TrailLine): void {
    if (line.is === 'call' && line.left === 0) this.#pending.delete(line.invocation);
    const known = this.#instances.get(line.instance);
    if (known && !known.numbers.add(line.seq, line.at)) return;
    if (!known)
      this.#instances.set(line.instance, {
        function: line.function,
        numbers: new Numbers(line.seq, line.at),
      });
    if (line.is === 'open' && this.#isAsked(line)) this.#open(line);
  }

  #isAsked({ at, function: name, instance }: TrailLine): boolean {
    const asked = this.#asked;
    return (
      at >= asked.from &&
      at < asked.to &&
      (asked.function ?? name) === name &&
      (asked.instance ?? instance) === instance
    );
  }

  #open({ at, day, persons, operation, kinds }: TrailLine): void {
    this.#lines += 1;
    for (const person of persons) {
      if (this.#asked.persons?.has(person) === false) continue;
      const key = `${day} ${person}`;
      const known = this.#people.get(key) ?? {
        ...{ day, person, firstAt: at, lastAt: at, lines: 0, operations: [], kinds: [] },
        ...{ operationSet: new Set<string>(), kindSet: new Set<string>() },
      };
      this.#people.set(key, known);
      if (at < known.firstAt) known.firstAt = at;
      if (at > known.lastAt) known.lastAt = at;
      known.lines += 1;
      known.operationSet.add(operation);
      for (const kind of kinds) known.kindSet.add(kind);
    }
  }

  /** Whatever may have been in the window and of what is asked: what nobody can tell is a doubt. */
  #doubts(): Doubt[] {
    const { from, to, function: name, instance } = this.#asked;
    const starts = [...this.#pending.values()].map(
      ({ start, after, before }): Doubt => ({
        why: 'start-missing',
        invocation: start.invocation,
        ...(start.function !== undefined && { function: start.function }),
        ...(after !== undefined && { after }),
        ...(before !== undefined && { before: toInstant(Date.parse(before) + LONGEST_INVOCATION_MS) }),
      }),
    );
    const numbers = [...this.#instances].flatMap(([id, one]) =>
      one.numbers.missing().map(
        ({ from: first, to: last, ...times }): Doubt => ({
          why: first === 1 ? 'beginning-missing' : 'numbers-missing',
          ...{ instance: id, function: one.function, lines: last - first + 1, ...times },
        }),
      ),
    );
    const isAbsent = instance !== undefined && !this.#instances.has(instance);
    const found = [...starts, ...numbers, ...this.#damaged].filter(
      (doubt) =>
        (doubt.before ?? to) >= from &&
        (doubt.after ?? from) < to &&
        (name === undefined || (doubt.function ?? name) === name) &&
        (instance === undefined || (doubt.instance ?? instance) === instance),
    );
    if (isAbsent) found.push({ why: 'instance-missing', instance });
    if (this.#instances.size === 0) found.push({ why: 'nothing-read' });
    return found;
  }
}
