import { toInstant } from '../../clock';
import type { Deps } from '../../deps';
import { AppError } from '../../errors';
import { COOLING_OFF_MS } from '../../policy/closing';
import type { Write } from '../../table/client';
import { goOnIn, unheldState } from '../../table/hold/whole';
import { keys } from '../../table/keys';
import { appendEntry, appendPlanned } from '../../table/ledger/append';
import type { NewEntry } from '../../table/ledger/ledger';
import { endOfAccount } from '../../table/person/end-of-account';
import { takesOver } from '../../table/person/join';
import { type LifeState, life, lifeStates } from '../../table/person/life';
import { type Person, readPerson } from '../../table/person/person';
import { joinChanges, moveTo, type PersonChange } from '../../table/person/standing';
import {
  beginProcess,
  endProcess,
  moveProcess,
  type Process,
  processKey,
  readProcess,
} from '../../table/process/process';
import { lostRace, untilWon } from '../../table/races';
import { AFTER_COOLING, COOL } from './cool';

type Parts = Pick<Deps, 'ring' | 'table' | 'clock'>;

/** Where the closing of an account stands. */
export type Closing = {
  /** Since when, and when it is erased: until then it can be taken back. */
  since: string;
  endsAt: string;
  /** Whether it has gone too far to be taken back. */
  begun: boolean;
  /** By which the certificate is handed out when nobody can sign in any more. */
  receiptCode: string;
};

/** Who has an account closed, and by what: what the entry in the ledger says beside the act. */
export type ClosedBy = Pick<NewEntry, 'actor' | 'requestId'> &
  Partial<Pick<NewEntry, 'way' | 'staff' | 'reason' | 'ticket' | 'by'>>;

/** What is written with a closing, and what of the person's own item it is held to, and changes with it. */
export type ClosingTerms = {
  also?: Write[];
  only?: { change: PersonChange; holds(now: Person): boolean };
};

/**
 * Closes an account: from this transaction on it is only stored, and it is erased when the cooling-off is over, unless the
 * person takes it back. Of one that is being closed already, or of which `only` does not hold, nothing changes, and nothing of the
 * terms is written.
 * @throws AppError NOT_NOW from a state that does not lead there | ConditionFailed for `also`
 */
export async function beginClosing(
  parts: Parts,
  person: Person,
  by: ClosedBy,
  { also = [], only }: ClosingTerms = {},
): Promise<Closing> {
  const { subjectId } = person;
  const nowMs = parts.clock.now();
  const at = toInstant(nowMs);
  const receipt = await receiptDigest(parts.ring, await receiptCode(parts.ring, subjectId, at));
  await appendPlanned(parts, person, (now, seq) => {
    const { lifeState } = now;
    if (lifeState === 'closing' || (only && !only.holds(now))) return undefined;
    if (!life[lifeState].to.includes('closing')) throw new AppError('NOT_NOW', { why: life[lifeState].why });
    const state = { cause: seq, count: 0, from: unheldState(now), since: at, receipt };
    return {
      entry: { ...by, at, act: 'closing.began', purpose: 'account' },
      change: joinChanges(moveTo('closing', at), only?.change ?? {}),
      also: [beginProcess(endOfAccount(subjectId), COOL, state, nowMs + COOLING_OFF_MS), ...also],
    };
  });
  return (await closingOf(parts, subjectId)) ?? notClosing();
}

/** How the closing of an account stands; undefined where it is not being closed. */
export async function closingOf(parts: Parts, subjectId: string): Promise<Closing | undefined> {
  const { person, process } = await look(parts, subjectId);
  return person.lifeState === 'closing' && process ? shown(parts, process, subjectId) : undefined;
}

/**
 * Takes the closing of an account back: it is again what it was before. Of one that is not being closed nothing changes.
 * @throws AppError NOT_NOW when its end has begun
 */
export async function cancelClosing(parts: Parts, subjectId: string, by: ClosedBy): Promise<void> {
  await untilWon(async () => {
    const { person, process } = await look(parts, subjectId);
    if (person.lifeState !== 'closing') return true;
    if (process?.step !== COOL) throw new AppError('NOT_NOW', { why: '账号已经开始删除，不能再撤销注销。' });
    const at = toInstant(parts.clock.now());
    const entry = { ...by, at, act: 'closing.cancelled', purpose: 'account' } as const;
    const from = stateBefore(process);
    return appendPlanned(parts, person, (now) =>
      now.lifeState === 'closing'
        ? { entry, also: [endProcess(process)], change: goOnIn(from, now, at) }
        : undefined,
    ).then(() => true, lostRace);
  });
}

/**
 * Cuts the cooling-off short: the end of the account begins now, and nobody takes it back any more. Of one whose end has begun
 * nothing changes. The caller has the process taken up.
 * @throws AppError NOT_NOW when the account is not being closed, or still takes another one over
 */
export async function cutShort(parts: Parts, subjectId: string, by: ClosedBy): Promise<Closing> {
  return untilWon(async () => {
    const { person, process } = await look(parts, subjectId);
    if (person.lifeState !== 'closing' || !process) return notClosing();
    if (process.step !== COOL) return shown(parts, process, subjectId);
    if (await takesOver(parts.table, subjectId))
      throw new AppError('NOT_NOW', { why: '另一个账号正在并入，请过几分钟再试。' });
    const nowMs = parts.clock.now();
    const entry = { ...by, at: toInstant(nowMs), act: 'closing.cut-short', purpose: 'account' } as const;
    const move = moveProcess(process, AFTER_COOLING, process.state, nowMs);
    const moved = { ...process, step: AFTER_COOLING, dueAt: toInstant(nowMs) };
    return appendEntry(parts, person, entry, [move]).then(() => shown(parts, moved, subjectId), lostRace);
  });
}

async function look({ table }: Parts, subjectId: string): Promise<{ person: Person; process?: Process }> {
  const [self, row] = await table.getMany([keys.person(subjectId), processKey(endOfAccount(subjectId))]);
  if (!self) throw new AppError('SIGN_IN_REQUIRED');
  const process = readProcess(row);
  return { person: readPerson(self), ...(process && { process }) };
}

async function shown({ ring }: Parts, { step, dueAt, state }: Process, subjectId: string): Promise<Closing> {
  const since = String(state.since);
  const code = await receiptCode(ring, subjectId, since);
  return { since, endsAt: dueAt, begun: step !== COOL, receiptCode: code };
}

/** Characters of a receipt code: 132 bits of a keyed digest. */
const RECEIPT_CODE_CHARS = 22;

/** The same for one closing however often it is asked for, and kept nowhere: the process has its digest alone. */
async function receiptCode(ring: Deps['ring'], subjectId: string, since: string): Promise<string> {
  return (await ring.digest('certificate', `code|${subjectId}|${since}`)).slice(0, RECEIPT_CODE_CHARS);
}

/** By which the certificate of an erasure is found: of the code that the person was given. */
export function receiptDigest(ring: Deps['ring'], code: string): Promise<string> {
  return ring.digest('certificate', code);
}

function stateBefore({ state }: Process): LifeState {
  const from = lifeStates.find((one) => one === state.from);
  if (!from) throw new Error('a closing names no state that there is');
  return from;
}

function notClosing(): never {
  throw new AppError('NOT_NOW', { why: '账号没有在注销；要删除账号，请先申请注销。' });
}
