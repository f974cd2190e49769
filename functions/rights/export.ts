import { isDeepStrictEqual } from 'node:util';
import { toInstant } from '../../lib/clock';
import { randomId } from '../../lib/crypto/random';
import { hiddenId } from '../../lib/crypto/request-id';
import type { Deps } from '../../lib/deps';
import { AppError } from '../../lib/errors';
import { partNames } from '../../lib/export/archive';
import type { Run, Subject } from '../../lib/gate/operation';
import type { KindId } from '../../lib/policy/kinds';
import { retentionMs } from '../../lib/policy/retention';
import { notTransferred } from '../../lib/policy/transfer';
import { makingOf } from '../../lib/process/export';
import { ConditionFailed } from '../../lib/table/client';
import {
  type Export,
  endExport,
  exportParts,
  lifeOf,
  newExport,
  noteTaken,
  openPiece,
  putExport,
  readExport,
  stateOf,
  type Transfer,
} from '../../lib/table/export/export';
import { appendEntry } from '../../lib/table/ledger/append';
import { beginProcess } from '../../lib/table/process/process';

type Nothing = Record<string, never>;

/** The caller's export that the front door has read: nothing where it has ended with what was in it. */
function ownExport({ alsoRead, sealer, person }: Subject): Export | undefined {
  const value = readExport(alsoRead, sealer);
  return value?.life === lifeOf(person) ? value : undefined;
}

/**
 * Has everything that is held of the caller made into one archive, for this session (PIPL art. 45; promises R1, A6). While one
 * is being made for it, that is the one; of one with parts that errored those alone are made again; any other is replaced.
 * @throws AppError BUSY where another call was quicker
 */
export async function startExport(deps: Deps, run: Run<'subject', Nothing>) {
  return begin(deps, run, undefined);
}

/** The same of a package for another service (transfer.ts). @throws AppError BUSY */
export async function begin(
  deps: Deps,
  { caller, requestId }: Pick<Run<'subject', unknown>, 'caller' | 'requestId'>,
  transfer: Transfer | undefined,
) {
  const { person, sealer, sessionId } = caller;
  const { subjectId } = person;
  const now = ownExport(caller);
  const isThis = now?.sessionId === sessionId && isDeepStrictEqual(now.transfer, transfer);
  if (now && isThis && stateOf(now) === 'pending') return { export: shown(now, caller) };
  const nowMs = deps.clock.now();
  const at = toInstant(nowMs);
  const isAgain = now !== undefined && isThis && stateOf(now) === 'errored';
  const asked = { exportId: randomId(deps.random), askedAt: at, sessionId, life: lifeOf(person), transfer };
  const value = isAgain ? withMissing(now) : newExport(asked, deps.random);
  const making = makingOf(subjectId, value);
  const before = readExport(caller.alsoRead, sealer);
  const act = transfer ? 'transfer.asked' : 'export.asked';
  try {
    await appendEntry(deps, person, { at, act, actor: 'self', purpose: 'access', requestId }, [
      putExport(subjectId, value, before, sealer, nowMs),
      beginProcess(making, 'make', {}, nowMs),
    ]);
  } catch (error) {
    throw error instanceof ConditionFailed ? new AppError('BUSY') : error;
  }
  await deps.queue.send([making]);
  return { export: shown(value, caller) };
}

/** What is missing is made once more; what is there stays. */
function withMissing(value: Export): Export {
  const parts = Object.fromEntries(
    exportParts.map((part) => [part, value.parts[part] === 'complete' ? 'complete' : 'pending']),
  );
  return { ...value, parts: parts as Export['parts'], version: value.version + 1 };
}

/** How far the caller's export has come, and what there is to take. */
export async function exportNow(_deps: Deps, { caller }: Run<'subject', Nothing>) {
  const value = ownExport(caller);
  return value ? { export: shown(value, caller) } : {};
}

function shown(value: Export, { sessionId }: Subject) {
  const { exportId, askedAt, parts, pieces, taken, transfer } = value;
  return {
    exportId,
    ...(transfer && { transfer }),
    state: stateOf(value),
    isHere: value.sessionId === sessionId,
    askedAt,
    expiresAt: toInstant(Date.parse(askedAt) + retentionMs('export-life')),
    parts: exportParts.map((part) => ({ part, name: partNames[part], state: parts[part] })),
    pieces:
      stateOf(value) === 'complete'
        ? pieces.map((one) => ({ ...one, isTaken: String(one.piece) in taken }))
        : [],
  };
}

type Take = { exportId: string; piece: number; idempotencyKey: string };

/**
 * Hands a piece of the archive out, once, to the session that asked for the export: that it is taken is noted before it is
 * answered, and the first one is entered in the ledger. The same request repeated, after a lost answer, gets it again.
 * @throws AppError NOT_FOUND for an export that has ended, or no piece; NOT_NOW with the reason; IDEMPOTENCY_CONFLICT
 */
export async function exportPiece(deps: Deps, { caller, input, requestId }: Run<'subject', Take>) {
  const { person } = caller;
  const { subjectId } = person;
  const value = readExport(caller.alsoRead, caller.sealer);
  if (value?.exportId !== input.exportId) throw isOver();
  const whyNot = whyNotNow(value, caller);
  if (whyNot) throw new AppError('NOT_NOW', { why: whyNot });
  const [item] = caller.furtherRead;
  const piece = value.pieces.find((one) => one.piece === input.piece);
  const seals = { suite: deps.ring.suite, random: deps.random };
  const content = piece && openPiece(subjectId, value, piece.piece, item, seals);
  if (!content) throw new AppError('NOT_FOUND');
  const mark = await hiddenId(deps.ring, 'export', subjectId, input.idempotencyKey);
  if (!isRepeat(value, piece.piece, mark))
    await note(deps, caller, value, { piece: piece.piece, mark, requestId });
  return { ...piece, pieces: value.pieces.length, base64: content.toString('base64') };
}

/** Nothing is left of it, so nothing says why: what was deleted or withdrawn since it was asked for may have been in it. */
function isOver(): AppError {
  return new AppError('NOT_FOUND', {
    why: '这次导出已经失效：其间删除或者撤回了可能在其中的内容，或者它已经取消、过期。请重新导出。',
    instead: 'rights/startExport',
  });
}

function whyNotNow(value: Export, { person, sessionId }: Subject): string | undefined {
  if (value.life !== lifeOf(person)) return '账号的状态有了变化，这次导出已经失效，请重新导出。';
  if (value.sessionId !== sessionId) return '请在发起导出的设备上取走。';
  if (value.transfer && stateOf(value) === 'errored')
    return `${notTransferred('feasible', '有的内容没有整理成')}请再要求一次，只补整理那些。`;
  return stateOf(value) === 'complete' ? undefined : '导出的内容还没有整理完。';
}

/** @throws AppError IDEMPOTENCY_CONFLICT for the key of another piece; NOT_NOW for a piece that was taken by another key */
function isRepeat({ taken, marks }: Pick<Export, 'taken' | 'marks'>, piece: number, mark: string): boolean {
  if (marks[mark] !== undefined && marks[mark] !== piece) throw new AppError('IDEMPOTENCY_CONFLICT');
  const by = taken[String(piece)];
  if (by !== undefined && by !== mark)
    throw new AppError('NOT_NOW', { why: '这一份已经取走。需要的话，请取消后重新导出。' });
  return by === mark;
}

type Taking = { piece: number; mark: string; requestId: string };

async function note(
  deps: Deps,
  { person, sealer }: Subject,
  value: Export,
  { piece, mark, requestId }: Taking,
) {
  const { subjectId } = person;
  const at = toInstant(deps.clock.now());
  const noted = noteTaken(subjectId, value, { piece, mark, at });
  const kinds = value.kinds as KindId[];
  try {
    if (value.takenAt !== undefined) return await deps.table.write(noted);
    const act = value.transfer ? 'transfer.taken' : 'export.taken';
    const entry = { at, act, actor: 'self', purpose: 'access', kinds, requestId } as const;
    await appendEntry(deps, person, entry, [noted]);
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
    const met = error.found.flatMap((one) => readExport(one?.item, sealer) ?? [])[0];
    if (met?.exportId !== value.exportId) throw isOver();
    isRepeat(met, piece, mark);
  }
}

/** Ends the caller's export: nothing that was made of it opens any more. */
export async function cancelExport(deps: Deps, { caller }: Run<'subject', Nothing>) {
  await deps.table.write(endExport(caller.person.subjectId));
  return { cancelled: true as const };
}
