import * as z from 'zod/mini';
import { toEpochSeconds } from '../../clock';
import type { Random } from '../../crypto/random';
import type { SuiteName } from '../../crypto/suite';
import { purposeIds } from '../../policy/purposes';
import { bytes, plain, sealed, type ValueOf } from '../attribute';
import type { Item, Write } from '../client';
import { declareEntity } from '../entity';
import type { Key } from '../keys';
import type { Person } from '../person/person';
import { inPersonAt } from '../place';
import { createSealer, type Sealer } from '../sealer';

/** What an archive is made of, in the order in which it is made; the last one closes it. */
export const exportParts = ['page', 'data', 'cards', 'pictures', 'about'] as const;
export type ExportPartId = (typeof exportParts)[number];

export const partStates = ['pending', 'complete', 'errored'] as const;
export type PartState = (typeof partStates)[number];

/** Bytes of a piece before it is sealed: a whole item takes 400 KB. In base64 it is less than 700 KB, which every host answers. */
export const MAX_PIECE_BYTES = 380 * 1024;

const KEY_BYTES = 32;

/** Of an export that is a package for another service: for whom, in the person's words, and what they have given for which purposes. */
const transfer = z.object({ recipient: z.optional(z.string()), purposes: z.array(z.enum(purposeIds)) });

/** A file in a piece, as the directory of the archive names it. */
const file = z.object({
  name: z.string(),
  bytes: z.int(),
  packedBytes: z.int(),
  /** CRC-32 of the content. */
  crc: z.int(),
  isPacked: z.boolean(),
  /** Of the content, in hexadecimal. */
  sha256: z.string(),
});
export type ExportFile = z.infer<typeof file>;

const piece = z.object({
  piece: z.int(),
  part: z.enum(exportParts),
  bytes: z.int(),
  /** Of the piece as it is handed out, in hexadecimal. */
  sha256: z.string(),
  files: z.array(file),
});
export type Piece = z.infer<typeof piece>;

/**
 * The one export of a person (PIPL art. 45; promise R1). It holds the key of its pieces, so that none opens once it is gone:
 * whatever ends something that may be in them deletes this item in the same transaction, and every write of who makes the
 * archive is held to it.
 */
export const exportEntity = declareEntity('export', {
  place: inPersonAt('access', 'EXPORT'),
  life: { rule: 'export-life', from: 'askedAt' },
  unheld: 'a copy of what is held where it lies',
  copies: 'how far a copy has come, and what opens it',
  unguarded: 'what opens its pieces is sealed, and is handed to the person in a session of theirs alone',
  attributes: {
    exportId: plain('export-state', z.string()),
    /** Counts every write of who makes the archive. */
    version: plain('export-state', z.int()),
    askedAt: plain('export-state', z.string()),
    /** Only the session that asked takes it. */
    sessionId: plain('export-state', z.string()),
    /** How the account stood when it was asked: with that it ends. */
    life: plain('export-state', z.string()),
    parts: plain('export-state', z.record(z.enum(exportParts), z.enum(partStates))),
    /** The number of the next piece: none is used twice under one key. */
    next: plain('export-state', z.int()),
    /** What is in it, for the ledger. */
    kinds: plain('export-state', z.array(z.string())),
    takenAt: plain('export-state', z.optional(z.string())),
    /** Of each piece that was handed out, the digest of the key by which a repeat is known; and the piece by the digest. */
    taken: plain('export-state', z.record(z.string(), z.string())),
    marks: plain('export-state', z.record(z.string(), z.int())),
    key: sealed('export-list', z.string()),
    pieces: sealed('export-list', z.array(piece)),
    transfer: sealed('export-list', z.optional(transfer)),
  },
});
export type Export = ValueOf<typeof exportEntity>;
export type Transfer = NonNullable<Export['transfer']>;

type PieceName = { exportId: string; piece: number };

/** A part of the archive's bytes, under the export's key. */
export const exportPiece = declareEntity('export-piece', {
  place: inPersonAt('access', ({ exportId, piece }: PieceName) => `EXPORT#${exportId}#${piece}`),
  life: { rule: 'export-life', from: 'askedAt' },
  unheld: 'a copy of what is held where it lies',
  copies: 'it is what an export has made',
  unguarded: 'it opens by the key that is sealed in the export',
  attributes: {
    askedAt: plain('export-state', z.string()),
    content: plain('export-copy', bytes),
  },
});

export const exportKey = (subjectId: string): Key => exportEntity.key(subjectId);
export const pieceKey = (subjectId: string, name: PieceName): Key => exportPiece.key(subjectId, name);

/** How an account stands and since when: after any move it is another. */
export const lifeOf = ({ lifeState, lifeStateAt = '' }: Pick<Person, 'lifeState' | 'lifeStateAt'>): string =>
  `${lifeState} ${lifeStateAt}`;

/** A new export: nothing is made yet. */
export function newExport(
  asked: Pick<Export, 'exportId' | 'askedAt' | 'sessionId' | 'life' | 'transfer'>,
  random: Random,
): Export {
  return {
    ...asked,
    version: 1,
    parts: Object.fromEntries(exportParts.map((part) => [part, 'pending'])) as Export['parts'],
    next: 1,
    kinds: [],
    taken: {},
    marks: {},
    key: random(KEY_BYTES).toString('base64'),
    pieces: [],
  };
}

/** What it comes to as a whole. */
export function stateOf({ parts }: Pick<Export, 'parts'>): PartState {
  const states = Object.values(parts);
  if (states.every((state) => state === 'complete')) return 'complete';
  const isBeingMade = exportParts.some((part) => part !== 'about' && parts[part] === 'pending');
  return isBeingMade || !states.includes('errored') ? 'pending' : 'errored';
}

/** @throws SealError */
export function readExport(item: Item | undefined, sealer: Sealer): Export | undefined {
  return exportEntity.read(item, { sealer });
}

/** Puts an export where none is, or none any more, or exactly the one that was seen. */
export function putExport(
  subjectId: string,
  value: Export,
  before: Export | undefined,
  sealer: Sealer,
  nowMs: number,
): Write {
  const Item = exportEntity.make(subjectId, undefined, value, { sealer });
  if (before) return { Put: { Item, ...asSeen(before) } };
  return {
    Put: {
      Item,
      ConditionExpression: 'attribute_not_exists(pk) OR expiresAtSeconds <= :now',
      ExpressionAttributeValues: { ':now': toEpochSeconds(nowMs) },
    },
  };
}

function asSeen({ exportId, version }: Export) {
  return {
    ConditionExpression: 'exportId = :export AND version = :version',
    ExpressionAttributeValues: { ':export': exportId, ':version': version },
  };
}

/** Ends the export of a person, if there is one: what was made of it opens no more. */
export function endExport(subjectId: string): Write {
  return { Delete: { Key: exportKey(subjectId) } };
}

/** Notes that a piece is handed out, once, for a request that has been given no other: refused where either is not so. */
export function noteTaken(
  subjectId: string,
  { exportId }: Export,
  taken: { piece: number; mark: string; at: string },
): Write {
  return {
    Update: {
      Key: exportKey(subjectId),
      UpdateExpression:
        'SET taken.#piece = :mark, marks.#mark = :piece, takenAt = if_not_exists(takenAt, :at)',
      ConditionExpression:
        'exportId = :export AND attribute_not_exists(taken.#piece) AND attribute_not_exists(marks.#mark)',
      ExpressionAttributeNames: { '#piece': String(taken.piece), '#mark': taken.mark },
      ExpressionAttributeValues: {
        ':export': exportId,
        ':mark': taken.mark,
        ':piece': taken.piece,
        ':at': taken.at,
      },
    },
  };
}

type Seals = { suite: SuiteName; random: Random };

/** The write of a piece, sealed under the key of its export. */
export function putPiece(
  subjectId: string,
  { exportId, askedAt, key }: Export,
  number: number,
  content: Buffer,
  seals: Seals,
): Write {
  const name = { exportId, piece: number };
  const blob = sealerOfPieces(subjectId, key, seals).seal(content, placeOf(name));
  return { Put: { Item: exportPiece.make(subjectId, name, { askedAt, content: blob }) } };
}

/** A piece as it is handed out. @throws SealError for an altered or moved one */
export function openPiece(
  subjectId: string,
  { exportId, key }: Export,
  number: number,
  item: Item | undefined,
  seals: Seals,
): Buffer | undefined {
  const value = exportPiece.read(item);
  return (
    value &&
    sealerOfPieces(subjectId, key, seals).decrypt(value.content, placeOf({ exportId, piece: number }))
  );
}

function sealerOfPieces(subjectId: string, key: string, { suite, random }: Seals): Sealer {
  return createSealer(subjectId, Buffer.from(key, 'base64'), suite, random);
}

const placeOf = ({ exportId, piece: number }: PieceName) => `export-piece|${exportId}|${number}`;
