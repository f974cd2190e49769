import * as z from 'zod/mini';
import { toInstant } from '../../clock';
import { plain, type ValueOf } from '../attribute';
import { MAC, type Unbound } from '../bound';
import type { Item, Table, Write } from '../client';
import { declareEntity } from '../entity';
import { indexPage } from '../index-page';
import { DUE_SHARDS, type DueLane, dueShard, type Key, shardOf, subjectOf } from '../keys';
import { inPersonAt, ofService } from '../place';
import { create } from '../replace';

/** Starts the sort key of every process. */
const PROCESS = 'PROCESS#';

/** Which process: its kind, its number within the kind, and the person whom it is about, where it is about one. Ids only. */
export type ProcessRef = { kind: string; id: string; subjectId?: string | undefined };

/**
 * Where a process stands. `kind` and `step` are any text: a build that does not know one must leave the row where it is,
 * and not fail to read it.
 */
const attributes = {
  kind: plain('process', z.string()),
  id: plain('process', z.string()),
  step: plain('process', z.string()),
  /** Counts every move. Of two runners at the same step one loses by it. */
  version: plain('process', z.int()),
  /** Failures in a row at this step. */
  attempts: plain('process', z.int()),
  /** What its steps need to know: ids, counts and cursors, never content. */
  state: plain('process', z.record(z.string(), z.union([z.string(), z.int()]))),
  /** Where and from when on it is taken up, whether a message comes or not. */
  dueShard: plain('process', z.string()),
  dueAt: plain('process', z.string()),
  /** Until when one runner has it for itself. It may become due meanwhile, and is then taken up again when that is over. */
  heldUntil: plain('process', z.optional(z.string())),
};

/** Not who is at it, nor how often it failed: that makes nothing of it that was not promised. */
const guarded = ['kind', 'id', 'step', 'version', 'state', 'dueAt'] as const;

/** The part of a sort key that names a process: the same in a person's partition and in the service's. */
type Name = Pick<ProcessRef, 'kind' | 'id'>;
const sortKey = ({ kind, id }: Name) => `${PROCESS}${kind}#${id}`;

/**
 * Something promised that takes time: a row, written in the transaction that promises it, so that no crash and no lost
 * message can lose it. A message makes it quick; the index `due` makes it certain and does the waiting.
 */
export const personProcess = declareEntity('person-process', {
  place: inPersonAt('accountability', sortKey),
  life: { rule: 'work-life' },
  unheld: 'a duty under way, which has to go on',
  indexes: ['dueShard', 'dueAt'],
  guarded,
  attributes,
});

/** The same for what is about nobody in particular, such as the announcement of a policy. */
export const serviceProcess = declareEntity('service-process', {
  place: ofService('accountability', (_service, name: Name) => ({ pk: sortKey(name), sk: sortKey(name) })),
  life: { rule: 'work-life' },
  indexes: ['dueShard', 'dueAt'],
  guarded,
  attributes,
});

export type ProcessState = ValueOf<typeof personProcess>['state'];
/** A row as its runner sees it. */
export type Process = ProcessRef &
  Pick<ValueOf<typeof personProcess>, 'step' | 'version' | 'attempts' | 'dueAt' | 'heldUntil' | 'state'>;

export function processKey({ kind, id, subjectId }: ProcessRef): Key {
  return subjectId === undefined
    ? serviceProcess.key('', { kind, id })
    : personProcess.key(subjectId, { kind, id });
}

/** Kinds that are not the timer's of everything else. */
const lanes: Partial<Record<string, DueLane>> = { notice: 'NOTICES', 'notice-part': 'NOTICES' };

/** People and their processes lie side by side in the index; the others are spread by the end of their name. */
function shardAt({ id, subjectId }: ProcessRef): number {
  if (subjectId !== undefined) return shardOf(subjectId, DUE_SHARDS);
  return (Buffer.from(id).at(-1) ?? 0) % DUE_SHARDS;
}

/** Begins a process, due at once. Refused when there is one of that name. */
export function beginProcess(ref: ProcessRef, step: string, state: ProcessState, nowMs: number): Write {
  const { kind, id, subjectId } = ref;
  const value = {
    kind,
    id,
    step,
    state,
    version: 1,
    attempts: 0,
    dueShard: dueShard(shardAt(ref), lanes[kind]),
    dueAt: toInstant(nowMs),
  };
  return create(
    subjectId === undefined ? serviceProcess.make('', ref, value) : personProcess.make(subjectId, ref, value),
  );
}

/** For a transaction that may happen only while there is no process of that name. */
export function onlyWithout(ref: ProcessRef): Write {
  return {
    ConditionCheck: { Key: processKey(ref), ConditionExpression: 'attribute_not_exists(pk)' },
  };
}

/** @throws SealError for a row that is not as the service wrote it */
export function readProcess(item: Item | undefined): Process | undefined {
  const value = personProcess.read(item) ?? serviceProcess.read(item);
  return value && { ...value, subjectId: item && subjectOf(item) };
}

const AS_SEEN = 'version = :seen';

/**
 * Moves a process on to a step, with nothing held against it; it is due when it was, or at `dueAtMs`. Refused when another
 * runner has moved it.
 */
export function moveProcess(process: Process, step: string, state: ProcessState, dueAtMs?: number): Write {
  const dueAt = dueAtMs === undefined ? process.dueAt : toInstant(dueAtMs);
  return {
    Update: {
      Key: processKey(process),
      UpdateExpression: `SET step = :step, #state = :state, attempts = :none, version = :next, dueAt = :due, ${MAC} = :mac REMOVE heldUntil`,
      ConditionExpression: AS_SEEN,
      ExpressionAttributeNames: { '#state': 'state' },
      ExpressionAttributeValues: {
        ':step': step,
        ':state': state,
        ':none': 0,
        ':next': process.version + 1,
        ':seen': process.version,
        ':due': dueAt,
        ':mac': boundNext(process, { step, state, dueAt }),
      },
    },
  };
}

/** Has a process wait until a moment, and lets go of it. Refused when another runner has moved it. */
export function putOffProcess(process: Process, untilMs: number, attempts: number): Write {
  return changeDue(process, untilMs, ', attempts = :attempts REMOVE heldUntil', { ':attempts': attempts });
}

/** Takes a process for one runner. Refused when another runner has moved it. */
export function holdProcess(process: Process, untilMs: number): Write {
  return changeDue(process, untilMs, ', heldUntil = :due');
}

/** Has a process looked at again from a moment on; whoever holds it keeps it. Refused when a runner has moved it. */
export function wakeProcess(process: Process, atMs: number): Write {
  return changeDue(process, atMs);
}

function changeDue(process: Process, dueMs: number, more = '', values: Record<string, number> = {}): Write {
  const dueAt = toInstant(dueMs);
  return {
    Update: {
      Key: processKey(process),
      UpdateExpression: `SET dueAt = :due, version = :next, ${MAC} = :mac${more}`,
      ConditionExpression: AS_SEEN,
      ExpressionAttributeValues: {
        ...values,
        ':due': dueAt,
        ':next': process.version + 1,
        ':seen': process.version,
        ':mac': boundNext(process, { dueAt }),
      },
    },
  };
}

/** The checksum-to-be of a process after a move. */
function boundNext(process: Process, change: Partial<Process>): Unbound {
  const { kind, id, step, state, dueAt, version } = { ...process, ...change };
  const entity = process.subjectId === undefined ? serviceProcess : personProcess;
  return entity.bind({ kind, id, step, state, dueAt, version: version + 1 });
}

/** Ends a process. Refused when another runner has moved it, so that what its end records is recorded once and in full. */
export function endProcess(process: Process): Write {
  return {
    Delete: {
      Key: processKey(process),
      ConditionExpression: AS_SEEN,
      ExpressionAttributeValues: { ':seen': process.version },
    },
  };
}

/** A process that waits in the index, and until when. */
export type Waiting = { ref: ProcessRef; dueAt: string };

/** One page of the processes of one shard of a lane that are due at `nowMs`, oldest first. */
export async function dueProcesses(
  table: Table,
  shard: number,
  nowMs: number,
  limit: number,
  after?: Key,
  lane: DueLane = 'DUE',
): Promise<{ due: Waiting[]; lastKey: Key | undefined }> {
  const page = { limit, until: toInstant(nowMs), after };
  const { items, lastKey } = await indexPage(table, 'due', dueShard(shard, lane), page);
  // What has reached the end of its period waits in the same parts of the index.
  return { due: items.flatMap(refAt), lastKey };
}

function refAt(item: Item): Waiting[] {
  const [, kind, id] = /^PROCESS#([^#]+)#(.+)$/.exec(item.sk) ?? [];
  return kind && id ? [{ ref: { kind, id, subjectId: subjectOf(item) }, dueAt: String(item.dueAt) }] : [];
}

/** Whether somebody has an unfinished process of a kind. */
export async function hasProcess(table: Table, subjectId: string, kind: string): Promise<boolean> {
  const { pk, sk } = personProcess.key(subjectId, { kind, id: '' });
  const { items } = await table.query({
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :kind)',
    ExpressionAttributeValues: { ':pk': pk, ':kind': sk },
    Limit: 1,
  });
  return items.length > 0;
}
