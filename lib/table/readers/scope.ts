import { DAY_MS } from '../../clock';
import type { KindId } from '../../policy/kinds';
import { needsConsent, type PurposeId } from '../../policy/purposes';
import type { Doubt } from '../../scope/doubts';
import type { Attribute } from '../attribute';
import type { Item, Table } from '../client';
import { isFrozen, saysNothing } from '../item';
import { itemsOfPerson } from '../items-of-person';
import { mayLack } from '../kinds-in';
import { type LedgerEntry, ledgerEntry } from '../ledger/ledger';
import { person } from '../person/person';
import type { AnyEntity } from './any-entity';
import { declaredEntities, entityOf } from './partition';

/** A window of time in milliseconds since the epoch: from this one on, until before that one. */
export type Window = { fromMs: number; untilMs: number };

/** Which of a set of kinds were held at some moment of a window: certainly, or perhaps and why. What is in neither, was not. */
export type Held = { certain: ReadonlySet<KindId>; doubt: ReadonlyMap<KindId, Doubt> };

/** Items say the second in which they came, so a window that ends within one does not tell about it. */
const SECOND_MS = 1000;
/** After this long an erasure of a whole account is over; one that is not has been ringing. */
const ERASURE_TAKES_MS = DAY_MS;

/** The acts whose entry says what lay there at that very moment, because it was put or taken in the same transaction. */
const shows: ReadonlySet<string> = new Set(['account.opened', 'phone.bound', 'phone.unbound']);

/** A consent as the ledger tells it: what rests on it can have lain there from its grant until its erasure was done. */
type Interval = { purpose: string; fromMs: number; endedAtMs?: number };

/**
 * Tells from a person's items, taken one by one, which kinds were held of them during a window (promise B3), without opening
 * anything. It is certain of what lies there now and has since then, and of what an erasure names, at the moment of the withdrawal behind it.
 * Where a consent allowed a kind of which nothing is left, or the account a kind that needs none, it is in doubt; where
 * neither did, it was not held.
 * @param items every item of the partition, what has ended too: until it is swept it is held
 */
export function heldIn(
  kinds: ReadonlySet<KindId>,
  { fromMs, untilMs }: Window,
  nowMs: number,
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): { take(item: Item): void; answer(): Held } {
  const certain = new Set<KindId>();
  const doubt = new Map<KindId, Doubt>();
  const open = new Map<string, Interval>();
  const ending = new Map<number, Interval>();
  let aliveMs = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };
  const meets = (from: number, until = Number.POSITIVE_INFINITY) => from < untilMs && until > fromMs;

  function note(of: Iterable<string>, why: Doubt | undefined): void {
    for (const kind of of as Iterable<KindId>) {
      if (!kinds.has(kind)) continue;
      if (why === undefined) certain.add(kind);
      else if (!doubt.has(kind)) doubt.set(kind, why);
    }
  }

  function takeContent(item: Item, entity: AnyEntity): void {
    const since = item.createdAtSeconds as number | undefined;
    for (const [name, attribute] of Object.entries(entity.attributes)) {
      const there = attribute.kinds.filter((kind) => kinds.has(kind) && isThere(item, name, attribute, kind));
      if (there.length === 0) continue;
      const isKnown = since !== undefined && !(entity.declaration.grows && mayLack(attribute));
      const latestMs = isKnown ? since * SECOND_MS + SECOND_MS - 1 : nowMs;
      if (meets(latestMs)) note(there, undefined);
      else if (meets((since ?? 0) * SECOND_MS)) note(there, 'since-unknown');
    }
  }

  function takeEntry({ act, at, seq, purpose = '', decision, cause = 0, kinds: of = [] }: LedgerEntry): void {
    const atMs = Date.parse(at);
    const grants = act === 'consent.granted' || (act === 'consent.corrected' && decision === 'granted');
    const ends = act === 'consent.withdrawn' || (act === 'consent.corrected' && decision !== 'granted');
    if (shows.has(act) && meets(atMs, atMs + 1)) note(of, undefined);
    if (grants && !open.has(purpose)) open.set(purpose, { purpose, fromMs: atMs });
    const ended = open.get(purpose);
    if (ends && ended) {
      ending.set(seq, { ...ended, endedAtMs: atMs });
      open.delete(purpose);
    }
    // What is asked for ends what was there; the consent stands, and what comes afterwards rests on it.
    if (act === 'erasure.asked' && ended) ending.set(seq, { ...ended, endedAtMs: atMs });
    if (act !== 'erasure.done') return;
    const { fromMs: since = 0, endedAtMs } = ending.get(cause) ?? {};
    ending.delete(cause);
    if (endedAtMs !== undefined && meets(endedAtMs, endedAtMs + 1)) note(of, undefined);
    if (meets(since, atMs)) note(kindsUnder(purpose, among), 'expired-data');
  }

  return {
    take(item) {
      const entity = entityOf(item, among);
      takeContent(item, entity);
      const entry = ledgerEntry.read(item);
      if (entry) takeEntry(entry);
      const self = person.read(item);
      if (!self) return;
      const erasedAtMs = self.lifeState === 'erased' ? Date.parse(self.lifeStateAt ?? '') : undefined;
      const until = erasedAtMs === undefined ? Number.POSITIVE_INFINITY : erasedAtMs + ERASURE_TAKES_MS;
      aliveMs = { from: Date.parse(self.createdAt), until };
    },
    answer() {
      const isErased = Number.isFinite(aliveMs.until);
      const why = isErased ? 'person-erased' : 'expired-data';
      for (const { purpose, fromMs: since } of [...open.values(), ...ending.values()])
        if (meets(since, aliveMs.until)) note(kindsUnder(purpose, among), why);
      if (meets(aliveMs.from, aliveMs.until)) note(kindsUnder('no consent', among), why);
      for (const kind of certain) doubt.delete(kind);
      return { certain, doubt };
    },
  };
}

const known = new WeakMap<ReadonlyMap<string, AnyEntity>, Map<string, Set<KindId>>>();

/** The kinds of what lies with people and rests on a purpose; of all that rest on no consent together. */
function kindsUnder(purpose: PurposeId | string, among: ReadonlyMap<string, AnyEntity>): ReadonlySet<KindId> {
  const byPurpose = known.get(among) ?? kindsByPurpose(among);
  known.set(among, byPurpose);
  return byPurpose.get(purpose) ?? new Set();
}

function kindsByPurpose(among: ReadonlyMap<string, AnyEntity>): Map<string, Set<KindId>> {
  const found = new Map<string, Set<KindId>>();
  for (const { name, attributes, declaration } of among.values()) {
    const { owner, purpose } = declaration.place;
    // What is frozen or copied was held before, under what it rested on then.
    if (owner !== 'person' || declaration.copies || isFrozen({ entity: name })) continue;
    const under = needsConsent(purpose) ? purpose : 'no consent';
    const of = found.get(under) ?? new Set();
    for (const attribute of Object.values(attributes)) for (const kind of attribute.kinds) of.add(kind);
    found.set(under, of);
  }
  return found;
}

/** The same of one person, page by page. */
export async function kindsHeld(
  table: Table,
  subjectId: string,
  kinds: ReadonlySet<KindId>,
  window: Window,
  nowMs: number,
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): Promise<Held> {
  const reader = heldIn(kinds, window, nowMs, among);
  for await (const item of itemsOfPerson(table, subjectId, 'ended-too')) reader.take(item);
  return reader.answer();
}

/** The kinds that items are about: the epoch beside what rests on a consent says only that something is there. */
export function kindsIn(
  items: readonly Item[],
  among: ReadonlyMap<string, AnyEntity> = declaredEntities,
): Set<KindId> {
  return new Set(
    items.flatMap(({ epoch: _, ...content }) => {
      const entity = among.get(String(content.entity));
      return entity ? kindsOf(content as Item, entity) : [];
    }),
  );
}

/** The kinds an item holds. What is sealed is not opened for it: the maker has noted what cannot be told otherwise. */
export function kindsOf(item: Item, { attributes }: AnyEntity): KindId[] {
  const there = Object.entries(attributes).flatMap(([name, attribute]) =>
    attribute.kinds.filter((kind) => isThere(item, name, attribute, kind)),
  );
  return [...new Set(there)];
}

function isThere(item: Item, name: string, attribute: Attribute, kind: KindId): boolean {
  if (attribute.listedIn) return ((item[attribute.listedIn] ?? []) as string[]).includes(kind);
  if (attribute.record) return Object.keys((item[name] ?? {}) as object).length > 0;
  if (attribute.storage !== 'sealed') return !saysNothing(item[name]);
  if (item.sealed === undefined) return false;
  const lacking = item.lacks as readonly string[] | undefined;
  return !mayLack(attribute) || !lacking?.includes(kind);
}
