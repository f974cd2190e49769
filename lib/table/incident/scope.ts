import * as z from 'zod/mini';
import { type Doubt, doubtIds } from '../../scope/doubts';
import { selector } from '../../scope/selector';
import type { Tally } from '../../scope/tally';
import { plain, sealed, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import { EVERYONE_SHARDS, type Key, padded, shardOf } from '../keys';
import { audiencePartKey } from '../notice/audience';
import { ofService } from '../place';
import { create, replace } from '../replace';
import { incidentPartition } from './incident-entry';

/** It moves forward only: what is frozen is never computed anew. */
export const scopeStates = ['computing', 'frozen'] as const;

/** Starts the sort keys of the scopes of an incident. */
export const SCOPES = 'SCOPE#';
const WHO = 'WHO#';
const PAGE = 'PAGE#';

/** Numbers alone: how many people, by what, and why no more is known (lib/scope/tally.ts). */
const tally = {
  ranges: plain('incident-state', z.record(z.string(), z.tuple([z.int(), z.int()]))),
  why: plain('incident-state', z.partialRecord(z.enum(doubtIds as [Doubt, ...Doubt[]]), z.int())),
};

/**
 * Who is affected by an incident, computed once and frozen (promise B3): what was asked, sealed under the incident's key, and the
 * numbers that came of it. Who they are stands in the parts of the audience of the same number, which `hash` is over.
 */
export const scope = declareEntity('scope', {
  place: ofService('incident', (incidentId, n: number) => ({
    pk: incidentPartition(incidentId),
    sk: `${SCOPES}${padded(n)}`,
  })),
  life: { rule: 'incident-life' },
  unguarded: 'whom an incident concerns, with what was counted; its parts have a digest of their own',
  attributes: {
    scopeId: plain('incident-state', z.string()),
    state: plain('incident-state', z.enum(scopeStates)),
    startedAt: plain('incident-state', z.string()),
    startedBy: plain('incident-state', z.string()),
    frozenAt: plain('incident-state', z.optional(z.string())),
    ...tally,
    /** Entries of the lists it rests on that lead to nobody. */
    strangers: plain('incident-state', z.int()),
    parts: plain('incident-state', z.int()),
    hash: plain('incident-state', z.string()),
    /** Keyed digest of what started it, to recognise a repeat. */
    request: plain('incident-state', z.string()),
    selector: sealed('incident-record', selector),
  },
});
export type Scope = ValueOf<typeof scope>;

/** `n`: the how manieth of its incident. */
export type ScopeNumber = { incidentId: string; n: number };

export const scopeIdOf = ({ incidentId, n }: ScopeNumber): string => `${incidentId}-s${n}`;

/** @throws Error for what is no scope's number: a programming error */
export function numberOf(scopeId: string): ScopeNumber {
  const [, incidentId = '', n = ''] = /^(.+)-s(\d+)$/.exec(scopeId) ?? [];
  if (incidentId === '') throw new Error('not the number of a scope');
  return { incidentId, n: Number(n) };
}

export const scopeKey = (scopeId: string): Key => {
  const { incidentId, n } = numberOf(scopeId);
  return scope.key(incidentId, n);
};

/** Scopes that one incident has at most. */
export const MAX_SCOPES = 50;

/** The scopes of an incident as stored, in their order. */
export async function queryScopes(table: Table, incidentId: string): Promise<Item[]> {
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :scopes)',
    ExpressionAttributeValues: { ':pk': incidentPartition(incidentId), ':scopes': SCOPES },
    Limit: MAX_SCOPES,
  });
  return items;
}

/** Somebody whom a scope has yet to look at. It goes when that is done. */
export const scopeCandidate = declareEntity('scope-candidate', {
  place: ofService('incident', (scopeId, { shard, subjectId }: Candidate) => ({
    pk: candidatePartition(scopeId, shard),
    sk: `${WHO}${subjectId}`,
  })),
  life: { rule: 'incident-life' },
  unguarded: 'who may be concerned by an incident: it is looked at anew',
  attributes: {},
});

/** Parts that the candidates of a scope are spread over, each looked at by a segment of its own. */
export const CANDIDATE_SHARDS = 8;

type Candidate = { shard: number; subjectId: string };
const candidate = (subjectId: string): Candidate => ({
  shard: shardOf(subjectId, CANDIDATE_SHARDS),
  subjectId,
});

function candidatePartition(scopeId: string, shard: number): string {
  return `SCOPE#${scopeId}#${shard}`;
}

/** Notes a candidate; who is noted already stays it. */
export function putCandidate(scopeId: string, subjectId: string): Write {
  return { Put: { Item: scopeCandidate.make(scopeId, candidate(subjectId), {}) } };
}

export function removeCandidate(scopeId: string, subjectId: string): Write {
  return { Delete: { Key: scopeCandidate.key(scopeId, candidate(subjectId)) } };
}

/** The first candidates that are left in a shard; `more` when there are others. */
export async function candidatesOf(
  table: Table,
  scopeId: string,
  shard: number,
  limit: number,
): Promise<{ subjectIds: string[]; more: boolean }> {
  const { items, lastKey } = await table.query({
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': candidatePartition(scopeId, shard) },
    Limit: limit,
  });
  return { subjectIds: items.map(({ sk }) => sk.slice(WHO.length)), more: lastKey !== undefined };
}

/**
 * What one step of a segment has found: numbers here, and who in a part of an audience of the segment's own. Both go when
 * the scope is frozen from them.
 */
export const scopePage = declareEntity('scope-page', {
  place: ofService('incident', (scopeId, { segment, page }: PageNumber) => ({
    pk: `SCOPE#${scopeId}`,
    sk: `${PAGE}${padded(segment)}#${padded(page)}`,
  })),
  life: { rule: 'incident-life' },
  unguarded: 'counts of a page of a scope',
  attributes: {
    segment: plain('incident-state', z.int()),
    page: plain('incident-state', z.int()),
    people: plain('incident-state', z.int()),
    ...tally,
  },
});
type PageNumber = { segment: number; page: number };
export type ScopePage = ValueOf<typeof scopePage>;

/** The audience that the members of a segment wait in. */
export const waitingIn = (scopeId: string, segment: number): string => `${scopeId}-x${segment}`;

export function putPage(scopeId: string, at: PageNumber, people: number, { ranges, why }: Tally): Write {
  return create(scopePage.make(scopeId, at, { ...at, people, ranges, why }));
}

/** The first pages that are left, in the order of segments. */
export async function pagesOf(table: Table, scopeId: string, limit: number): Promise<ScopePage[]> {
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk',
    ExpressionAttributeValues: { ':pk': `SCOPE#${scopeId}` },
    Limit: limit,
  });
  return items.flatMap((item) => scopePage.read(item) ?? []);
}

/** A page, and the part of an audience that its members wait in. */
export function removePage(scopeId: string, { segment, page }: PageNumber): Write[] {
  const waiting = audiencePartKey(waitingIn(scopeId, segment), page);
  return [scopePage.key(scopeId, { segment, page }), waiting].map((Key) => ({ Delete: { Key } }));
}

/** Where something of a scope lies that names people: who was found, and what was left of its computation. */
export function partitionsOfScope({ scopeId, state }: Item): string[] {
  const id = String(scopeId);
  const found = audiencePartKey(id, 0).pk;
  if (state === 'frozen') return [found];
  const shards = Array.from({ length: CANDIDATE_SHARDS }, (_, shard) => candidatePartition(id, shard));
  const segments = Array.from(
    { length: EVERYONE_SHARDS },
    (_, at) => audiencePartKey(waitingIn(id, at), 0).pk,
  );
  return [found, ...shards, ...segments, `SCOPE#${id}`];
}

/** The next state of a scope that is being computed; refused once it is frozen. */
export function replaceScope(item: ReturnType<typeof scope.make>, before: Item): Write {
  const [put] = replace(item, before, {
    ConditionExpression: '#state = :computing',
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: { ':computing': 'computing' },
  });
  return put;
}
