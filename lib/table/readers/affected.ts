import { type KindId, kindIds } from '../../policy/kinds';
import type { Doubt } from '../../scope/doubts';
import type { Condition, Selector } from '../../scope/selector';
import type { Judged } from '../../scope/tally';
import { allOf, anyOf, certainly, noneOf, out, perhaps, type Verdict } from '../../scope/verdict';
import type { Item, Table } from '../client';
import { itemsOfPerson } from '../items-of-person';
import { ledgerEntry } from '../ledger/ledger';
import { touchedKey } from '../ledger/touched-key';
import { readRecipient } from '../notice/recipient';
import { person } from '../person/person';
import { minorMark } from '../real-name/minor';
import { messagesIn } from './messages';
import { heldIn } from './scope';

/** The kinds of somebody by which they are on a list; undefined where they are not on it. */
export type OnList = (list: string) => readonly string[] | undefined;

/** Looks at a person's items, one by one, for one condition. */
type Watch = { take(item: Item): void; verdict(): Verdict };

/**
 * What a selector says of one person, by everything in their partition, a page at a time; nothing is opened for it.
 * Undefined where there is no such person.
 */
export async function judgePerson(
  table: Table,
  subjectId: string,
  selector: Selector,
  nowMs: number,
  onList: OnList,
): Promise<Judged | undefined> {
  const groups = selector.map(({ allOf: conditions }) =>
    conditions.map((one) => ({ not: one.not, ...watchFor(one, subjectId, nowMs, onList) })),
  );
  let self: ReturnType<typeof person.read>;
  let minor = false;
  for await (const item of itemsOfPerson(table, subjectId, 'ended-too')) {
    for (const one of groups.flat()) one.take(item);
    self ??= person.read(item);
    minor ||= minorMark.is(item);
  }
  if (!self) return undefined;
  const verdict = anyOf(
    groups.map((group) => allOf(group.map((one) => (one.not ? noneOf(one.verdict()) : one.verdict())))),
  );
  return { subjectId, verdict, minor, erased: self.lifeState === 'erased' };
}

function watchFor(one: Condition, subjectId: string, nowMs: number, onList: OnList): Watch {
  switch (one.by) {
    case 'held':
      return holding(one, nowMs);
    case 'touched':
      return touchedIn(one, subjectId);
    case 'opened': {
      const known = onList(one.list);
      if (known) return always(certainly(knownKinds(known)));
      if (!one.reach) return always(out);
      const { take, verdict } = holding(one.reach, nowMs);
      return { take, verdict: () => inReach(verdict(), one.missing) };
    }
    case 'agreed':
      return agreed(new Set(one.versions));
    case 'registered':
      return registered(one);
    case 'listed': {
      const known = onList(one.list);
      return always(known ? certainly(knownKinds(known)) : out);
    }
  }
}

const always = (verdict: Verdict): Watch => ({ take() {}, verdict: () => verdict });

type Windowed = { from: string; until: string };
const startOf = ({ from }: Windowed) => Date.parse(from);
const endOf = ({ until }: Windowed) => Date.parse(until);
const isWithin = (at: string, window: Windowed) =>
  Date.parse(at) >= startOf(window) && Date.parse(at) < endOf(window);

function holding(asked: Windowed & { kinds: readonly KindId[] }, nowMs: number): Watch {
  const reader = heldIn(new Set(asked.kinds), { fromMs: startOf(asked), untilMs: endOf(asked) }, nowMs);
  return {
    take: reader.take,
    verdict() {
      const { certain, doubt } = reader.answer();
      if (certain.size === 0 && doubt.size === 0) return out;
      const sure = certain.size > 0 ? certainly(certain) : out;
      return doubt.size > 0 ? anyOf([sure, perhaps(doubt.values(), doubt.keys())]) : sure;
    },
  };
}

/** Whoever held something within reach may have been opened, and nobody knows. */
function inReach({ is, kinds, why }: Verdict, missing: readonly Doubt[]): Verdict {
  return is === 'out' ? out : perhaps([...missing, ...why], kinds.keys());
}

function touchedIn(asked: Extract<Condition, { by: 'touched' }>, subjectId: string): Watch {
  const { kind, id } = asked.actor;
  const key = touchedKey(`${kind}:${id}`, subjectId);
  const kinds = new Set<KindId>();
  const messages: Verdict[] = [];
  let isMet = false;
  return {
    take(item) {
      const { touchedBy, at, kinds: of = [] } = item;
      const row = kind === 'recipient' ? readRecipient(item) : undefined;
      if (row) messages.push(messagesIn(row, id, { fromMs: startOf(asked), untilMs: endOf(asked) }));
      if (touchedBy !== key || !isWithin(String(at), asked)) return;
      isMet = true;
      for (const one of knownKinds(of as string[])) kinds.add(one);
    },
    verdict: () => anyOf([isMet ? certainly(kinds) : out, ...messages]),
  };
}

function agreed(versions: ReadonlySet<number>): Watch {
  let isMet = false;
  return {
    take(item) {
      const entry = ledgerEntry.is(item) ? ledgerEntry.read(item) : undefined;
      const grants = entry?.act === 'consent.granted' || entry?.decision === 'granted';
      isMet ||= grants && versions.has(entry?.policyVersion ?? 0);
    },
    verdict: () => (isMet ? certainly() : out),
  };
}

function registered(asked: Windowed): Watch {
  let isMet = false;
  return {
    take(item) {
      const self = person.read(item);
      if (self) isMet = isWithin(self.createdAt, asked);
    },
    verdict: () => (isMet ? certainly() : out),
  };
}

/** What only passed through, or what no build knows any more, is nothing that is held of anybody. */
function knownKinds(of: readonly string[]): KindId[] {
  const known: readonly string[] = kindIds;
  return of.filter((kind): kind is KindId => known.includes(kind));
}
