import { toInstant } from '../clock';
import { sign } from '../crypto/signature';
import type { Deps } from '../deps';
import { makeLastPiece, makePiece, pieceOf } from '../export/archive';
import { inTransfer, TRANSFER_TYPE, transferStatement } from '../export/transfer';
import { faultOf } from '../log';
import type { Item } from '../table/client';
import {
  type Export,
  type ExportPartId,
  exportKey,
  exportParts,
  lifeOf,
  putExport,
  putPiece,
  readExport,
} from '../table/export/export';
import { keys } from '../table/keys';
import { type Person, readPerson } from '../table/person/person';
import { openPerson } from '../table/person/person-key';
import type { ProcessRef, ProcessState } from '../table/process/process';
import { beginningOf, type ExportPosition, exportFrom } from '../table/readers/export';
import type { Sealer } from '../table/sealer';
import type { Next, ProcessKind, StepInput } from './kind';

/**
 * Makes the archive of an export, a piece at each step (promise R1): a piece, the note of it and the move are one transaction,
 * held to the export as it was seen. Where that has gone, because something that may be in it has ended, nothing more is made.
 */
export const exportProcess: ProcessKind = { make };

/** The process that makes an export. */
export const makingOf = (subjectId: string, { exportId }: Pick<Export, 'exportId'>): ProcessRef => ({
  kind: 'export',
  id: exportId,
  subjectId,
});

/** Tries of a part before it is errored; the others go on. */
const MAX_TRIES = 3;

/** An export that is under way, whose it is, and what opens it. */
type Making = { subjectId: string; person: Person; value: Export; sealer: Sealer };

async function make(deps: Deps, { process, self, requestId }: StepInput): Promise<Next> {
  const making = await makingNow(deps, process.id, self);
  if (!making) return { to: 'end' };
  const { value } = making;
  const part = exportParts.find((one) => value.parts[one] === 'pending');
  const isClosed = part === 'about' && Object.values(value.parts).includes('errored');
  if (!part || isClosed) return { to: 'end' };
  try {
    return part === 'about' ? await close(deps, making) : await goOn(deps, making, part, process.state);
  } catch (error) {
    if (process.attempts + 1 < MAX_TRIES) throw error;
    const operation = 'process/export';
    deps.log({ event: 'fault', requestId, operation, ...faultOf(error) });
    deps.log({ event: 'alarm', requestId, operation, outcome: `EXPORT_PART_ERRORED:${part}` });
    return moved(deps, making, { ...value, parts: { ...value.parts, [part]: 'errored' } }, {});
  }
}

/** Undefined where it is over: ended, expired, asked anew, or the account has moved on since. */
async function makingNow(deps: Deps, exportId: string, self: Item | undefined): Promise<Making | undefined> {
  if (!self) return undefined;
  const person = readPerson(self);
  const { subjectId } = person;
  const [item] = await deps.table.getMany([exportKey(subjectId)]);
  const sealer = item && (await openPerson(deps, person));
  if (!sealer) return undefined;
  const value = readExport(item, sealer);
  return value?.exportId === exportId && value.life === lifeOf(person)
    ? { subjectId, person, value, sealer }
    : undefined;
}

/** The next piece of a part, and what is noted of it. */
async function goOn(deps: Deps, making: Making, part: ExportPartId, state: ProcessState): Promise<Next> {
  const { subjectId, value } = making;
  const isBegun = state.part === part;
  const position = isBegun ? positionIn(state) : beginningOf(subjectId);
  const number = isBegun ? Number(state.number) : 1;
  const kinds = new Set(value.kinds);
  const walk = noting(
    whatGoes(
      making,
      exportFrom(deps, position, (account) => sealerOf(deps, making, account)),
    ),
    kinds,
  );
  const made = await makePiece(deps, part, number, value, walk, position);
  const after = withPiece(value, part, made);
  const parts = { ...value.parts, ...(made.isLast && { [part]: 'complete' as const }) };
  const next = made.isLast
    ? {}
    : { part, number: made.files.length > 0 ? number + 1 : number, ...stateOf(made.position) };
  return moved(deps, making, { ...after, parts, kinds: [...kinds].sort() }, next, made.content);
}

async function close(deps: Deps, making: Making): Promise<Next> {
  const { value } = making;
  const signedAt = toInstant(deps.clock.now());
  const made = await makeLastPiece(value, value.pieces, (transfer, whole) =>
    sign(deps.ring, TRANSFER_TYPE, transferStatement(value, transfer, { ...whole, signedAt })),
  );
  const after = withPiece(value, 'about', made);
  return moved(deps, making, { ...after, parts: { ...value.parts, about: 'complete' } }, {}, made.content);
}

function withPiece(value: Export, part: ExportPartId, made: Parameters<typeof pieceOf>[2]): Export {
  if (made.files.length === 0) return value;
  return { ...value, next: value.next + 1, pieces: [...value.pieces, pieceOf(part, value.next, made)] };
}

/** The move with what is stored of it. Of a part that errored nothing stays. */
function moved(deps: Deps, making: Making, after: Export, state: ProcessState, content?: Buffer): Next {
  const { subjectId, value, sealer } = making;
  const pieces = after.pieces.filter(({ part }) => after.parts[part] !== 'errored');
  const noted = { ...after, pieces, version: value.version + 1 };
  const isMade = content !== undefined && after.next > value.next;
  const seals = { suite: deps.ring.suite, random: deps.random };
  return {
    to: 'make',
    state,
    writes: [
      putExport(subjectId, noted, value, sealer, deps.clock.now()),
      ...(isMade ? [putPiece(subjectId, value, value.next, content, seals)] : []),
    ],
  };
}

/** Everything, or of a package for another service what may go there. */
async function* whatGoes(
  { value: { transfer }, person }: Making,
  walk: ReturnType<typeof exportFrom>,
): ReturnType<typeof exportFrom> {
  for await (const walked of walk) yield transfer ? inTransfer(walked, transfer.purposes, person) : walked;
}

async function* noting(
  walk: ReturnType<typeof exportFrom>,
  kinds: Set<string>,
): ReturnType<typeof exportFrom> {
  for await (const walked of walk) {
    for (const { kinds: of } of walked.exported?.values ?? []) for (const kind of of) kinds.add(kind);
    yield walked;
  }
}

/** The key of an account that was given up for this one, while it is there; of this one it is at hand. */
async function sealerOf(
  deps: Deps,
  { subjectId, sealer }: Making,
  account: string,
): Promise<Sealer | undefined> {
  if (account === subjectId) return sealer;
  const [item] = await deps.table.getMany([keys.person(account)]);
  return item && openPerson(deps, readPerson(item));
}

/** A position as a row may keep it: ids and a key. */
function stateOf({ accounts, at, after = '' }: ExportPosition): ProcessState {
  return { accounts: accounts.join(' '), at, after };
}

function positionIn({ accounts, at, after }: ProcessState): ExportPosition {
  return {
    accounts: String(accounts).split(' '),
    at: Number(at),
    ...(after !== '' && { after: String(after) }),
  };
}
