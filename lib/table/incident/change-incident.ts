import { type Clock, toInstant } from '../../clock';
import type { KeyRing } from '../../crypto/key-ring';
import { AppError } from '../../errors';
import { type Duty, dutiesOf } from '../../policy/incident/duties';
import { operatorAt, rulesAt, rulesOf } from '../../policy/incident/rule-sets';
import type { KindId } from '../../policy/kinds';
import { ConditionFailed, type Item, type Table, type Write } from '../client';
import { emptyHead } from '../ledger/chain';
import { type KeyParts, newOwnKey, sealerOfOwner } from '../own-key';
import { untilWon } from '../races';
import { create, replace } from '../replace';
import type { Sealer } from '../sealer';
import {
  EVERY_INCIDENT,
  type Incident,
  incident,
  incidentKey,
  incidentStates,
  NO_DEADLINE,
  type OpenIncident,
} from './incident';
import type { IncidentAct } from './incident-acts';
import { type EntryDetails, incidentChain } from './incident-entry';

type Parts = KeyParts & { table: Table; ring: KeyRing; clock: Clock };

/** What is said in an incident's chain; `happenedAt` and `learnedAt` are now where they are left out. */
export type NewIncidentEntry = {
  act: IncidentAct;
  staff: string;
  happenedAt?: string | undefined;
  learnedAt?: string | undefined;
  kinds?: readonly KindId[] | undefined;
  requestId?: string | undefined;
  details?: EntryDetails | undefined;
};

/** What of an incident may change with an entry. Number, awareness and whether it is a drill are not among it. */
export type IncidentChange = Partial<
  Omit<
    Incident,
    'incidentId' | 'drill' | 'awareAt' | 'declaredAt' | 'rules' | 'operator' | 'seq' | 'hash' | 'dueAt'
  >
>;

/** One act: the entry, what it changes in the incident, and what else is written with it. */
export type IncidentPlan = { entry: NewIncidentEntry; change?: IncidentChange; writes?: Write[] };

/** What a declaration brings. */
export type Declared = Pick<
  Incident,
  'incidentId' | 'drill' | 'awareAt' | 'declaredBy' | 'request' | 'title'
> &
  Partial<Pick<Incident, 'happenedFrom' | 'happenedUntil'>>;

/** @throws AppError NOT_FOUND; SealError for an altered key or content */
export async function openIncident(parts: Parts, incidentId: string): Promise<OpenIncident> {
  const [item] = await parts.table.getMany([incidentKey(incidentId)]);
  const opened = await openIncidentItem(parts, item);
  if (!opened) throw new AppError('NOT_FOUND');
  return opened;
}

/** The incident in an item that was read already; undefined where there is none. */
export async function openIncidentItem(
  parts: KeyParts,
  item: Item | undefined,
): Promise<OpenIncident | undefined> {
  if (!item || !incident.is(item)) return undefined;
  const incidentId = String(item.incidentId);
  const sealer = await sealerOfOwner(parts, incidentId, item.wrappedKey as Uint8Array);
  const value = incident.read(item, { sealer });
  return value && { incident: value, sealer, item };
}

/**
 * The writes that declare an incident, and the incident; refused where there is one of that number. Its first entry says when
 * it happened and when it was learned of.
 */
export async function declareIncident(
  parts: Parts,
  declared: Declared,
  entry: NewIncidentEntry,
): Promise<{ opened: OpenIncident; writes: Write[] }> {
  const { clock } = parts;
  const { incidentId, awareAt } = declared;
  const { wrapped, sealer } = await newOwnKey(parts, incidentId);
  const awareAtMs = Date.parse(awareAt);
  const next = await nextEntry(parts, incidentId, emptyHead, entry, sealer);
  const value = withDeadline({
    ...declared,
    everyoneShard: EVERY_INCIDENT,
    state: 'open',
    declaredAt: toInstant(clock.now()),
    rules: rulesAt(awareAtMs).id,
    operator: operatorAt(awareAtMs),
    minors: false,
    crime: false,
    vulnerability: false,
    fulfilled: {},
    checked: {},
    reminded: {},
    measures: {},
    reports: [],
    requests: [],
    wrappedKey: wrapped,
    ...next.head,
  });
  const item = incident.make(incidentId, undefined, value, { sealer });
  return { opened: { incident: value, sealer, item }, writes: [create(item), create(next.item)] };
}

/** Everything that is owed for an incident, as far as is known now. */
export function dutiesOfIncident(value: Incident): Duty[] {
  const { rules, awareAt, handledAt, operator, grade, minors, crime, vulnerability } = value;
  const handledAtMs = handledAt === undefined ? undefined : Date.parse(handledAt);
  const facts = { minors, crime, vulnerability };
  const owing = { operator, awareAtMs: Date.parse(awareAt), handledAtMs, grade, ...facts };
  return dutiesOf(rulesOf(rules), owing);
}

/**
 * The writes of one act, held to the incident as it was seen: the head of its chain where it stood, its awareness time the
 * same, its state not further than the act leads. [incident, entry, …the plan's].
 */
export async function incidentWrites(
  parts: Parts,
  { incident: before, sealer, item }: OpenIncident,
  { entry, change = {}, writes = [] }: IncidentPlan,
): Promise<{ writes: [Write, ...Write[]]; opened: OpenIncident }> {
  const next = await nextEntry(parts, before.incidentId, before, entry, sealer);
  const after = withDeadline({ ...before, ...change, ...next.head });
  const made = incident.make(before.incidentId, undefined, after, { sealer, before: item });
  const upTo = incidentStates.slice(0, incidentStates.indexOf(after.state) + 1);
  const states = Object.fromEntries(upTo.map((state, index) => [`:from${index}`, state]));
  const put = replace(made, item, {
    ConditionExpression: `seq = :seen AND wrappedKey = :key AND awareAt = :aware AND drill = :drill AND #state IN (${Object.keys(states).join(', ')})`,
    ExpressionAttributeNames: { '#state': 'state' },
    ExpressionAttributeValues: {
      ':seen': before.seq,
      // Nobody puts a key back that a rotation has wrapped anew meanwhile.
      ':key': before.wrappedKey,
      ':aware': after.awareAt,
      ':drill': after.drill,
      ...states,
    },
  });
  return { writes: [...put, create(next.item), ...writes], opened: { incident: after, sealer, item: made } };
}

/**
 * Does one act on an incident: `plan` sees it as it is at each attempt, and answers undefined where there is nothing to do
 * any more. Answers the incident as the act left it.
 * @throws ConditionFailed where a write of the plan is refused; `found` counts from the first of them
 * @throws AppError NOT_FOUND | BUSY, and what `plan` throws
 */
export async function changeIncident(
  parts: Parts,
  incidentId: string,
  plan: (opened: OpenIncident) => IncidentPlan | undefined | Promise<IncidentPlan | undefined>,
  known?: OpenIncident,
): Promise<OpenIncident> {
  let seen = known;
  return untilWon(async () => {
    const opened = seen ?? (await openIncident(parts, incidentId));
    seen = undefined;
    const planned = await plan(opened);
    if (!planned) return opened;
    const { writes, opened: after } = await incidentWrites(parts, opened, planned);
    try {
      await parts.table.write(...writes);
      return after;
    } catch (error) {
      if (!(error instanceof ConditionFailed)) throw error;
      if (error.found[0] || error.found[1]) return undefined; // another act was quicker
      throw new ConditionFailed(error.found.slice(2));
    }
  });
}

/** The next deadline that is not met, which the list of open incidents is ordered by. */
function withDeadline(value: Incident): Incident {
  const { dueAt: _before, ...others } = value;
  if (value.state === 'closed') return others;
  const open = dutiesOfIncident(value).filter(({ id }) => !Object.hasOwn(value.fulfilled, id));
  const next = Math.min(...open.map(({ period }) => period?.dueAtMs ?? Number.POSITIVE_INFINITY));
  return { ...others, dueAt: Number.isFinite(next) ? toInstant(next) : NO_DEADLINE };
}

function nextEntry(
  { ring, clock }: Parts,
  incidentId: string,
  { seq, hash }: Pick<Incident, 'seq' | 'hash'>,
  { kinds, details, happenedAt, learnedAt, ...said }: NewIncidentEntry,
  sealer: Sealer,
) {
  const at = toInstant(clock.now());
  const value = {
    ...said,
    at,
    happenedAt: happenedAt ?? at,
    learnedAt: learnedAt ?? at,
    ...(kinds && { kinds: [...kinds] }),
    ...(details && { details }),
  };
  return incidentChain.next(ring, incidentId, { seq, hash }, value, sealer);
}
