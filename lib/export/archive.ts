import { createHash } from 'node:crypto';
import type { Deps } from '../deps';
import { operator } from '../policy/registry';
import {
  type Export,
  type ExportFile,
  type ExportPartId,
  MAX_PIECE_BYTES,
  type Piece,
} from '../table/export/export';
import type { ExportPosition, Walked } from '../table/readers/export';
import { cardsPart } from './cards';
import { dataPart } from './data';
import { pagePart } from './page';
import { type AboutExport, BESIDE_CHUNKS_BYTES, type Chunk, type ExportPart } from './part';
import { picturesPart } from './pictures';
import { publishedSchema, SCHEMA_ID } from './schema';
import { directoryOf, type NewFile, packFile } from './zip';

const parts: readonly ExportPart[] = [pagePart, dataPart, cardsPart, picturesPart];
const partsById = new Map<ExportPartId, ExportPart>(parts.map((part) => [part.id, part]));

/** What each part is called, as the person reads it. */
export const partNames: Readonly<Record<ExportPartId, string>> = {
  ...(Object.fromEntries(parts.map(({ id, name }) => [id, name])) as Record<ExportPart['id'], string>),
  about: '清单和数据格式',
};

/** Bytes of chunks that go into one piece, whatever they can be packed to. */
const MAX_CHUNKS_BYTES = MAX_PIECE_BYTES - BESIDE_CHUNKS_BYTES;

/** Records that one piece goes through at most, whether they have something for its part or not: so a step stays short. */
export const MAX_RECORDS_PER_PIECE = 2_000;

/** What a piece is made of, and how far that has come: the end of its part where nothing is left. */
export type MadePiece = { content: Buffer; files: ExportFile[]; position: ExportPosition; isLast: boolean };

/**
 * Makes the next piece of a part, of as many records as it takes. Memory is one piece, whatever a person owns.
 * @param walk the records from where the part has come to; `position` is that place
 * @throws Error for a record that no piece takes
 */
export async function makePiece(
  deps: Pick<Deps, 'objects'>,
  id: ExportPartId,
  number: number,
  about: AboutExport,
  walk: AsyncIterable<Walked>,
  position: ExportPosition,
): Promise<MadePiece> {
  const part = partsById.get(id);
  if (!part) throw new Error('an export has no such part');
  const taken: Chunk[] = [];
  let [bytes, records, reached, isLast] = [0, 0, position, true];
  for await (const walked of walk) {
    const chunks = await part.chunks(walked, deps);
    const size = chunks.reduce((sum, { content }) => sum + content.length, 0);
    const isFull = records === MAX_RECORDS_PER_PIECE || (taken.length > 0 && bytes + size > MAX_CHUNKS_BYTES);
    if (isFull) {
      isLast = false;
      break;
    }
    taken.push(...chunks);
    bytes += size;
    records += 1;
    reached = walked.position;
  }
  const { content, files } = packed(part.files(taken, number, about), about);
  return { content, files, position: reached, isLast };
}

/** The last piece: what is in the archive, the form of its records, and the directory that makes one file of all pieces. */
export function makeLastPiece(
  about: AboutExport,
  pieces: readonly Piece[],
): Omit<MadePiece, 'position' | 'isLast'> {
  const before = pieces.flatMap(({ files }) => files);
  const { text, sha256 } = publishedSchema();
  const list = {
    ...about,
    service: operator.service,
    handler: operator.name,
    contact: operator.contact,
    schema: { id: SCHEMA_ID, file: '数据/export.schema.json', sha256 },
    files: before.map(({ name, bytes, sha256: ofFile }) => ({ name, bytes, sha256: ofFile })),
  };
  const { content, files } = packed(
    [
      { name: '数据/export.schema.json', content: Buffer.from(text) },
      { name: '清单.json', content: Buffer.from(`${JSON.stringify(list, null, 2)}\n`) },
    ],
    about,
  );
  const directory = directoryOf([...before, ...files], new Date(about.askedAt));
  return { content: Buffer.concat([content, directory]), files };
}

function packed(newFiles: NewFile[], { askedAt }: AboutExport): { content: Buffer; files: ExportFile[] } {
  const made = newFiles.map((one) => packFile(one, new Date(askedAt)));
  const content = Buffer.concat(made.map(({ bytes }) => bytes));
  if (content.length > MAX_PIECE_BYTES) throw new Error('a piece of an export is too large');
  return { content, files: made.map(({ file }) => file) };
}

/** The piece as the export notes it. */
export function pieceOf(
  part: ExportPartId,
  number: number,
  { content, files }: Pick<MadePiece, 'content' | 'files'>,
): Piece {
  const sha256 = createHash('sha256').update(content).digest('hex');
  return { piece: number, part, bytes: content.length, sha256, files };
}

/** The bytes of an export as it is taken, in the order of its pieces. */
export const sizeOf = ({ pieces }: Pick<Export, 'pieces'>): number =>
  pieces.reduce((sum, { bytes }) => sum + bytes, 0);
