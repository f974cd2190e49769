import { AppError } from '../errors';
import { type ConsentPurposeId, needsConsent, type PurposeId, purposeIds } from '../policy/purposes';
import type { ReachVersions } from '../policy/version';
import { ConditionFailed, type Item, type Table, type Write } from './client';
import { isFenced } from './entity';
import { endExport, exportKey } from './export/export';
import { type Key, keys, subjectOf, textOf } from './keys';
import { withCondition } from './merge';
import {
  consentInForce,
  consentRequired,
  demandGuardianFor,
  epochOf,
  guardianAsSeen,
} from './person/consents';
import { type Ask, demandLife, whileMet } from './person/life';
import { type Person, readPerson } from './person/person';
import { isSignedIn, whileSession } from './person/ways';

/**
 * What a call may write about the person it acts for. Permission is not a moment: the gate has looked, time has passed,
 * and somebody may have withdrawn, signed out or given the account up since. So the gate hands this to the table, and the
 * table puts it into every transaction, anew before each attempt (promises K3, K4, A5, A1).
 */
export type Authority = {
  subjectId: string;
  /** The session that calls; absent where it is not the person who calls. */
  sessionId?: string;
  /** The person as they were last seen. Kept up to date with every refusal, so that a second attempt judges anew. */
  person: Person;
  /** Since which version each purpose reaches as far as it does, by the policy in force at this very moment. */
  reachVersions(): ReachVersions;
  /**
   * What the operation asks of the person's life. Where it only ends or deletes, nobody may be asked for a consent to that
   * (PIPL art. 15; promise K3).
   */
  ask: Ask;
};

/**
 * The table as a use case gets it: every write about the person whom the call acts for carries the conditions of its
 * authority. Reads are as before.
 * @throws AppError SIGN_IN_REQUIRED when session or account have ended, CONSENT_REQUIRED when a consent has, and as
 *   `demandLife`
 */
export function authorised(table: Table, authority: Authority): Table {
  async function allowed<T>(writes: Write[], send: (composed: Write[]) => Promise<T>): Promise<T> {
    const needs = consentsNeeded(authority, writes);
    demand(authority, authority.person, needs);
    const composed = [...compose(authority, needs, writes), ...exportEnds(authority, writes)];
    try {
      return await send(composed);
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      const at = composed.findIndex((write) => isPerson(keyOf(write), authority.subjectId));
      const refused = error.found[at];
      if (!refused) throw error;
      if (!refused.item) throw new AppError('SIGN_IN_REQUIRED');
      authority.person = readPerson(refused.item);
      demand(authority, authority.person, needs);
      throw new ConditionFailed(error.found.slice(0, writes.length));
    }
  }

  const bound: Table = {
    ...table,
    write: (...writes) => allowed(writes, (composed) => table.write(...(composed as [Write, ...Write[]]))),
    // An update answers with the item, which a transaction cannot: it stays single only where nothing is to be added.
    update: (update) =>
      allowed([{ Update: update }], async (composed) => {
        const [only, ...more] = composed;
        if (more.length === 0) return table.update(only?.Update ?? update);
        await table.write(...(composed as [Write, ...Write[]]));
        return { ...update.Key } as Item;
      }),
  };
  unbound.set(bound, table);
  return bound;
}

const unbound = new WeakMap<Table, Table>();

/**
 * The table behind a bound one, for the one thing that is written whoever has signed out or left meanwhile: what came back
 * of data that had been sent already (promise D1). For `disclose` alone; a test names it.
 */
export function tableOfRegister(table: Table): Table {
  return unbound.get(table) ?? table;
}

type Need = { purpose: ConsentPurposeId; epoch: number };

/** The consents that these writes rest on, by their keys. What only ends or deletes rests on none. */
function consentsNeeded({ subjectId, person, ask }: Authority, writes: Write[]): Need[] {
  if (ask.for === 'ends') return [];
  const needs = new Map<ConsentPurposeId, number>();
  for (const { Put, Update } of writes) {
    const key = (Put?.Item ?? Update?.Key) as Key | undefined;
    const purpose = key && subjectOf(key) === subjectId ? purposeOf(key) : undefined;
    if (!purpose || !needsConsent(purpose) || isFenced(Put?.Item)) continue;
    needs.set(purpose, Number(Put?.Item?.epoch ?? epochOf(person, purpose)));
  }
  return [...needs].map(([purpose, epoch]) => ({ purpose, epoch }));
}

/** Whether the session with what it rests on, the account and the consents are there, by what is known of the person. */
function demand({ sessionId, reachVersions, ask }: Authority, person: Person, needs: Need[]): void {
  const signedIn = sessionId === undefined || isSignedIn(person, sessionId, reachVersions);
  if (!signedIn) throw new AppError('SIGN_IN_REQUIRED');
  demandLife(person, ask);
  for (const { purpose, epoch } of needs) {
    demandGuardianFor(person, purpose);
    if (consentInForce(reachVersions(), person, purpose)?.epoch !== epoch)
      throw consentRequired(person, purpose);
  }
}

/**
 * Adds the conditions to the write of the person's own item where there is one, since an item may stand in a transaction
 * once; otherwise a check of that item at the end. Nothing is added where something only ends or is deleted, or where
 * every event that ends the item changes the item itself.
 */
function compose(authority: Authority, needs: Need[], writes: Write[]): Write[] {
  const { subjectId, ask } = authority;
  const own = writes.filter((write) => subjectOf(keyOf(write)) === subjectId);
  const at = writes.findIndex((write) => isPerson(keyOf(write), subjectId));
  const opens = own.some(({ Put, Update }) => (Put && !isFenced(Put.Item)) || Update);
  const known = writes.map((write) => (own.includes(write) ? { ...write, owner: authority.person } : write));
  if (at < 0 && (!opens || ask.for === 'ends')) return known;
  const { expression, names, values } = conditionOf(authority, needs);
  if (at >= 0)
    return known.map((write, index) =>
      index === at ? withCondition(write, expression, names, values) : write,
    );
  const check: Write = {
    ConditionCheck: {
      Key: keys.person(subjectId),
      ConditionExpression: expression,
      ExpressionAttributeNames: names,
      ...(Object.keys(values).length > 0 && { ExpressionAttributeValues: values }),
    },
  };
  return [...known, check];
}

/** Where a person's records lie, apart from what stays for others to check. */
const RECORDS = 'DATA#';

/**
 * What is deleted of the person's own ends their export in the same transaction (promise R3): a copy that was made before is not
 * handed out after it. An operation that only ends also puts what is left of something in its place.
 */
function exportEnds({ subjectId, ask }: Authority, writes: Write[]): Write[] {
  const isRecord = (key: Key | undefined) =>
    key !== undefined && subjectOf(key) === subjectId && key.sk.startsWith(RECORDS);
  const isEnd = ({ Put, Delete }: Write) =>
    isRecord(Delete?.Key as Key | undefined) || (ask.for === 'ends' && isRecord(Put?.Item));
  const here = textOf(exportKey(subjectId));
  const isKnown = writes.some((write) => textOf(keyOf(write)) === here);
  return !isKnown && writes.some(isEnd) ? [endExport(subjectId)] : [];
}

type Condition = { expression: string; names: Record<string, string>; values: Record<string, unknown> };

function conditionOf({ sessionId, person, ask }: Authority, needs: Need[]): Condition {
  const lives = whileMet(ask);
  const guarded = needs.length > 0 ? guardianAsSeen(person) : undefined;
  const signedIn = sessionId === undefined ? undefined : whileSession(person, sessionId);
  const agreed = needs.map(
    (_, index) =>
      `#may_consents.#may${index}.granted = :may_true AND #may_consents.#may${index}.epoch = :may${index}`,
  );
  return {
    expression: [
      lives.condition,
      ...(signedIn?.conditions ?? []),
      ...agreed,
      ...(guarded ? [guarded.condition] : []),
    ].join(' AND '),
    names: {
      ...signedIn?.names,
      ...(needs.length > 0 && { '#may_consents': 'consents' }),
      ...Object.fromEntries(needs.map(({ purpose }, index) => [`#may${index}`, purpose])),
    },
    values: {
      ...lives.values,
      ...signedIn?.values,
      ...(needs.length > 0 && { ':may_true': true }),
      ...guarded?.values,
      ...Object.fromEntries(needs.map(({ epoch }, index) => [`:may${index}`, epoch])),
    },
  };
}

function keyOf({ Put, Update, Delete, ConditionCheck }: Write): Key {
  return (Put?.Item ?? Update?.Key ?? Delete?.Key ?? ConditionCheck?.Key) as Key;
}

function isPerson(key: Key, subjectId: string): boolean {
  return key.sk === keys.person(subjectId).sk && subjectOf(key) === subjectId;
}

/** The purpose that an item in a person's partition rests on, by its key. */
function purposeOf({ sk }: Key): PurposeId | undefined {
  const [, purpose] = /^DATA#([^#]+)#/.exec(sk) ?? [];
  return purposeIds.find((id) => id === purpose);
}
