import * as z from 'zod/mini';
import { measureIds } from '../../policy/incident/measures';
import { reportKinds } from '../../policy/incident/report-items';
import { grades, operatorTypes } from '../../policy/incident/rule-sets';
import { bytes, plain, sealed, type ValueOf } from '../attribute';
import type { Item, Table, Write } from '../client';
import { waitingIn } from '../due-queue';
import { declareEntity } from '../entity';
import { indexPage } from '../index-page';
import type { Key } from '../keys';
import { ofService } from '../place';
import type { Sealer } from '../sealer';
import { incidentPartition } from './incident-entry';

/** What becomes of an incident, in order: it moves forward only, and may leave out `contained`. */
export const incidentStates = ['open', 'contained', 'handled', 'closed'] as const;

/** The part of the index `due` in which incidents wait that are not closed, by their next deadline. */
export const INCIDENTS = 'INCIDENTS';
/** Where an incident waits that has no deadline at all: behind every one that has. */
export const NO_DEADLINE = '9999-12-31T00:00:00.000Z';
/** The part of the index `everyone` in which every incident is found, closed ones included: whose key is wrapped anew. */
export const EVERY_INCIDENT = 'EVERYONE#INCIDENTS';

const heads = { persons: z.int(), sensitivePersons: z.int(), minors: z.int() };
/** What is known of the harm, as it is stored and told. Upper bounds where it is in doubt; `atLeast` has the lower ones then. */
export const facts = z.object({
  ...heads,
  atLeast: z.optional(z.object(heads)),
  /** From where the head-counts are: a frozen scope, or whoever typed them and why. */
  scopeId: z.optional(z.string()),
  reason: z.optional(z.string()),
  directLossYuan: z.optional(z.int()),
  seriousThreat: z.optional(z.boolean()),
  crime: z.optional(z.boolean()),
  vulnerability: z.optional(z.boolean()),
});

/** A measure of containment as the incident remembers it (lib/process/incident-measure.ts does it). */
const measure = z.object({
  measure: z.enum(measureIds),
  /** Which account, partner or list: never a person, nor what opens a share. */
  target: z.optional(z.string()),
  /** Keyed digest of measure and target, to recognise a repeat. */
  request: z.string(),
  takenAt: z.string(),
  /** When it was done in full, and on how many. */
  finishedAt: z.optional(z.string()),
  count: z.optional(z.int()),
  releasedAt: z.optional(z.string()),
  /** Of a drill: it was written down and not done. */
  only: z.optional(z.literal('recorded')),
});
export type Measure = z.output<typeof measure>;

/** A report of the incident, in short: at most one draft of each kind and authority, and one first and one closing report. */
const reportLine = z.object({
  number: z.int(),
  kind: z.enum(reportKinds),
  authority: z.string(),
  filedAt: z.optional(z.string()),
  /** Which items it said, once it is filed. */
  said: z.optional(z.array(z.string())),
});
export type ReportLine = z.output<typeof reportLine>;

/**
 * An incident (promises B1, B2): what is decided on in the clear, and its words sealed under its own key. `awareAt` is where
 * every clock starts; each write of the item is held to it, so nothing ever moves it.
 */
export const incident = declareEntity('incident', {
  place: ofService('incident', (incidentId) => ({ pk: incidentPartition(incidentId), sk: 'INCIDENT' })),
  life: { rule: 'incident-life' },
  queue: INCIDENTS,
  guarded: [
    'incidentId',
    'drill',
    'state',
    'declaredAt',
    'declaredBy',
    'awareAt',
    'handledAt',
    'closedAt',
    'seq',
    'hash',
    'title',
  ],
  attributes: {
    everyoneShard: plain('incident-state', z.literal(EVERY_INCIDENT)),
    incidentId: plain('incident-state', z.string()),
    drill: plain('incident-state', z.boolean()),
    state: plain('incident-state', z.enum(incidentStates)),
    declaredAt: plain('incident-state', z.string()),
    declaredBy: plain('incident-state', z.string()),
    awareAt: plain('incident-state', z.string()),
    handledAt: plain('incident-state', z.optional(z.string())),
    closedAt: plain('incident-state', z.optional(z.string())),
    /** The rules and the kind of operator of the moment of awareness (lib/policy/incident). */
    rules: plain('incident-state', z.string()),
    operator: plain('incident-state', z.enum(operatorTypes)),
    /** As a human confirmed it last. */
    grade: plain('incident-state', z.optional(z.enum(grades))),
    minors: plain('incident-state', z.boolean()),
    crime: plain('incident-state', z.boolean()),
    vulnerability: plain('incident-state', z.boolean()),
    /** What is done of what is owed, and which steps of the plan are ticked: by id, since when. */
    fulfilled: plain('incident-state', z.record(z.string(), z.string())),
    checked: plain('incident-state', z.record(z.string(), z.string())),
    /** How many reminders of each deadline were given. */
    reminded: plain('incident-state', z.record(z.string(), z.int())),
    lessonsAt: plain('incident-state', z.optional(z.string())),
    /** The next deadline, while it is not closed. */
    dueAt: plain('incident-state', z.optional(z.string())),
    reports: plain('incident-state', z.array(reportLine)),
    /** Of the lines added last, how each was asked for, newest first: to recognise a repeat. */
    requests: plain('incident-state', z.array(z.string())),
    /** Keyed digest of what declared it, to recognise a repeat. */
    request: plain('incident-state', z.string()),
    wrappedKey: plain('incident-state', bytes),
    /** Head of its chain. */
    seq: plain('incident-state', z.int()),
    hash: plain('incident-state', bytes),
    title: sealed('incident-record', z.string()),
    happenedFrom: sealed('incident-record', z.optional(z.string())),
    happenedUntil: sealed('incident-record', z.optional(z.string())),
    facts: sealed('incident-record', z.optional(facts)),
    measures: sealed('incident-record', z.record(z.string(), measure)),
  },
});
export type Incident = ValueOf<typeof incident>;

/** An incident that has been opened: its value, what seals for it, and the item it was read from. */
export type OpenIncident = { incident: Incident; sealer: Sealer; item: Item };

export const incidentKey = (incidentId: string): Key => incident.key(incidentId);

/** The incidents that are not closed, the next deadline first; by their ids. */
export async function queryOpenIncidents(table: Table, limit: number): Promise<string[]> {
  return (await waitingIn(table, INCIDENTS, limit)).map(idOf);
}

/** One page of every incident there is, by their ids, from behind `after`; `last` is where to go on, absent at the end. */
export async function queryEveryIncident(
  table: Table,
  limit: number,
  after: string | undefined,
): Promise<{ ids: string[]; last: string | undefined }> {
  const start = after === undefined ? undefined : { ...incidentKey(after), everyoneShard: EVERY_INCIDENT };
  const { items, lastKey } = await indexPage(table, 'everyone', EVERY_INCIDENT, { limit, after: start });
  return { ids: items.map(idOf), last: lastKey && idOf(lastKey) };
}

/** The writes that take away a page of an incident, its chain first; `more`: there is more of it. */
export async function removeIncident(
  table: Table,
  incidentId: string,
  limit: number,
): Promise<{ writes: Write[]; more: boolean }> {
  const { items, lastKey } = await table.query(
    {
      KeyConditionExpression: 'pk = :pk',
      ExpressionAttributeValues: { ':pk': incidentPartition(incidentId) },
      Limit: limit,
    },
    'ended-too',
  );
  return {
    writes: items.map(({ pk, sk }) => ({ Delete: { Key: { pk, sk } } })),
    more: lastKey !== undefined,
  };
}

function idOf({ pk }: Key): string {
  return pk.slice(incidentPartition('').length);
}
