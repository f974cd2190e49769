import { createHash } from 'node:crypto';
import type { Deps } from '../deps';
import { operator } from '../policy/registry';
import {
  type Export,
  type ExportFile,
  type ExportPartId,
  MAX_PIECE_BYTES,
  type Piece,
  type Transfer,
} from '../table/export/export';
import type { ExportPosition, Walked } from '../table/readers/export';
import { cardsPart } from './cards';
import { dataPart } from './data';
import { pagePart } from './page';
import { type AboutExport, BESIDE_CHUNKS_BYTES, type Chunk, type ExportPart } from './part';
import { picturesPart } from './pictures';
import { publishedSchema, SCHEMA_ID } from './schema';
import { SIGNED_FILE, type Whole } from './transfer';
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

/**
 * The last piece: what is in the archive, the form of its records, where it is a package for another service the signed list of
 * all that, and the directory that makes one file of all pieces.
 */
export async function makeLastPiece(
  about: AboutExport,
  pieces: readonly Piece[],
  signs: (transfer: Transfer, whole: Whole) => Promise<string>,
): Promise<Omit<MadePiece, 'position' | 'isLast'>> {
  const { exportId, askedAt, transfer } = about;
  const before = pieces.flatMap(({ files }) => files);
  const { text, sha256 } = publishedSchema();
  const schema = { id: SCHEMA_ID, file: '数据/export.schema.json', sha256 };
  const { service, name: handler, contact } = operator;
  const list = { exportId, askedAt, service, handler, contact, schema, files: before.map(listed) };
  const front = packed(
    [
      { name: schema.file, content: Buffer.from(text) },
      { name: '清单.json', content: Buffer.from(`${JSON.stringify(list, null, 2)}\n`) },
    ],
    about,
  );
  const whole = (): Whole => ({
    schema,
    files: [...before, ...front.files].map(listed),
    pieces: [...pieces, hashed(front)].map(bound),
  });
  const signed = transfer && packed([signedFile(await signs(transfer, whole()))], about);
  const files = [...front.files, ...(signed?.files ?? [])];
  const directory = directoryOf([...before, ...files], new Date(askedAt));
  return { content: Buffer.concat([front.content, ...(signed ? [signed.content] : []), directory]), files };
}

/** The signed list as a file of the archive. */
export const signedFile = (jws: string): NewFile => ({
  name: SIGNED_FILE,
  content: Buffer.from(jws),
  isPacked: true,
});

const listed = ({ name, bytes, sha256 }: ExportFile) => ({ name, bytes, sha256 });
const bound = ({ bytes, sha256 }: Pick<Piece, 'bytes' | 'sha256'>) => ({ bytes, sha256 });

function hashed({ content }: { content: Buffer }): Pick<Piece, 'bytes' | 'sha256'> {
  return { bytes: content.length, sha256: createHash('sha256').update(content).digest('hex') };
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
  return { piece: number, part, ...hashed({ content }), files };
}

/** The bytes of an export as it is taken, in the order of its pieces. */
export const sizeOf = ({ pieces }: Pick<Export, 'pieces'>): number =>
  pieces.reduce((sum, { bytes }) => sum + bytes, 0);
