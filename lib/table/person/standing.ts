import { isDeepStrictEqual } from 'node:util';
import type { GuardianNeed } from '../../policy/age';
import { MAC, toBind } from '../bound';
import type { AfterDeath } from './after-death';
import { type LifeState, life, oneOf, whileErased } from './life';

/**
 * How an account stands: what of a person's item opens or closes doors of the account as a whole. It has one checksum
 * (lib/table/bound.ts), so nothing of it is set but together with all of it as it was seen.
 */
export type Standing = {
  createdAt: string;
  lifeState: LifeState;
  lifeStateAt?: string | undefined;
  noticedAt?: string | undefined;
  needsGuardian?: GuardianNeed | undefined;
  entryEpoch?: number | undefined;
  shareEpoch?: number | undefined;
  afterDeath?: AfterDeath | undefined;
  deathReport?: number | undefined;
  lifeBefore?: LifeState | undefined;
  lifeUnheld?: LifeState | undefined;
  wholeHolds?: string[] | undefined;
};

const all: Record<keyof Standing, true> = {
  createdAt: true,
  lifeState: true,
  lifeStateAt: true,
  noticedAt: true,
  needsGuardian: true,
  entryEpoch: true,
  shareEpoch: true,
  afterDeath: true,
  deathReport: true,
  lifeBefore: true,
  lifeUnheld: true,
  wholeHolds: true,
};

/** What the checksum of a person's item covers. */
export const standing = { name: 'person', covered: Object.keys(all) as (keyof Standing)[] };

/** A change of the person's own item, in DynamoDB's own words: their item can be in a transaction only once. */
export type PlainChange = {
  set?: string[];
  remove?: string[];
  condition?: string;
  names?: Record<string, string>;
  values?: Record<string, unknown>;
};

/** The same, with what changes of their standing: what is undefined goes. Only `settled` makes a write of that. */
export type PersonChange = PlainChange & { standing?: Partial<Standing> };

/** Several changes of one person's item as one, held to the conditions of all. Of what two change of the standing the later counts. */
export function joinChanges(...changes: readonly PersonChange[]): PersonChange {
  const conditions = changes.flatMap(({ condition }) => condition ?? []);
  const stands = changes.flatMap(({ standing: one }) => one ?? []);
  return {
    set: changes.flatMap(({ set = [] }) => set),
    remove: changes.flatMap(({ remove = [] }) => remove),
    ...(conditions.length > 0 && { condition: conditions.join(' AND ') }),
    names: Object.assign({}, ...changes.map(({ names }) => names)),
    values: Object.assign({}, ...changes.map(({ values }) => values)),
    ...(stands.length > 0 && { standing: Object.assign({}, ...stands) }),
  };
}

/** The change as it is written: what changes of the standing with the checksum of all of it, where it is still as it was seen. */
export function settled(seen: Standing, { standing: change, ...rest }: PersonChange): PlainChange {
  if (!change) return rest;
  const changed = Object.keys(change) as (keyof Standing)[];
  const sets = changed.filter((name) => change[name] !== undefined);
  const goes = changed.filter((name) => change[name] === undefined);
  const there = standing.covered.filter((name) => seen[name] !== undefined);
  const asSeen = standing.covered.map((name) =>
    seen[name] === undefined ? `attribute_not_exists(${name})` : `${name} = :seen_${name}`,
  );
  return joinChanges(rest, {
    set: [...sets.map((name) => `${name} = :to_${name}`), `${MAC} = :standing`],
    remove: goes,
    condition: asSeen.join(' AND '),
    values: {
      ...Object.fromEntries(sets.map((name) => [`:to_${name}`, change[name]])),
      ...Object.fromEntries(there.map((name) => [`:seen_${name}`, seen[name]])),
      ':standing': toBind(standing, { ...seen, ...change }),
    },
  });
}

/** Whether an account stands in everything as another time. */
export function standsAs(one: Standing, other: Standing): boolean {
  return standing.covered.every((name) => isDeepStrictEqual(one[name], other[name]));
}

/** The part of the write of a person's item that moves their life on: refused from every state that does not lead there. */
export function moveTo(state: LifeState, at: string): PersonChange {
  const states = Object.keys(life) as LifeState[];
  return {
    ...oneOf(states.filter((from) => life[from].to.includes(state))),
    standing: { lifeState: state, lifeStateAt: at },
  };
}

/** The same for the end of a life, with which nothing else of a standing is left; of who has been erased, no move. */
export function moveToErased({ lifeState }: Pick<Standing, 'lifeState'>, at: string): PersonChange {
  if (lifeState === 'erased') return whileErased;
  const { condition, values, standing: erased } = moveTo('erased', at);
  const nothing = Object.fromEntries(standing.covered.map((name) => [name, undefined]));
  const { createdAt: _, ...goes } = nothing;
  return {
    // Not while a hold is still at freezing what it names (lib/table/hold/freezing.ts).
    condition: `${condition} AND attribute_not_exists(freezing)`,
    values: values ?? {},
    standing: { ...goes, ...erased },
  };
}
