import type { Deps } from '../deps';
import type { Export, ExportPartId } from '../table/export/export';
import type { Walked } from '../table/readers/export';
import type { NewFile } from './zip';

/** Which export a file is of, as each file says it. */
export type AboutExport = Pick<Export, 'exportId' | 'askedAt' | 'transfer'>;

/** What one record adds to a part. */
export type Chunk = {
  content: Buffer;
  /** Under which heading it stands. */
  section?: string;
  /** A file of its own. */
  name?: string;
};

/** What is beside the content of a file that chunks make, at most. */
export const BESIDE_CHUNKS_BYTES = 16 * 1024;

/**
 * One kind of what an archive holds. It is made record by record, and cut into files of which none needs another: so it can
 * be made over many steps, in the memory of one piece.
 */
export type ExportPart = {
  id: Exclude<ExportPartId, 'about'>;
  /** As the person reads it. */
  name: string;
  /** @throws Error where it cannot be made: the part is then errored */
  chunks(walked: Walked, deps: Pick<Deps, 'objects'>): Chunk[] | Promise<Chunk[]>;
  /** The files of the piece with this number, from 1 in this part; none where there is nothing to say. */
  files(chunks: readonly Chunk[], number: number, about: AboutExport): NewFile[];
};
