import { createHash } from 'node:crypto';
import { crc32, deflateRawSync } from 'node:zlib';
import type { ExportFile } from '../table/export/export';

/**
 * ZIP (APPNOTE 6.3), as much of it as an archive needs that is made over many steps by nobody who remembers the others: each
 * file is whole by itself, and the directory is made of what was noted of each. No library writes one so.
 */

/** What is to go into the archive. What is compressed already is put in as it is. */
export type NewFile = { name: string; content: Buffer; isPacked?: boolean };

const LOCAL = { signature: 0x04034b50, bytes: 30 };
const CENTRAL = { signature: 0x02014b50, bytes: 46 };
const END = { signature: 0x06054b50, bytes: 22 };
/** Deflate, by whoever reads version 2.0. */
const VERSION = 20;
/** Names are UTF-8. */
const UTF8 = 0x0800;
const STORED = 0;
const DEFLATED = 8;

/** A file as it stands in the archive, and what the directory says of it. The same content gives the same bytes. */
export function packFile(
  { name, content, isPacked = false }: NewFile,
  at: Date,
): { bytes: Buffer; file: ExportFile } {
  const packed = isPacked ? content : deflateRawSync(content, { level: 9 });
  const file: ExportFile = {
    name,
    bytes: content.length,
    packedBytes: packed.length,
    crc: crc32(content),
    isPacked,
    sha256: createHash('sha256').update(content).digest('hex'),
  };
  const header = Buffer.alloc(LOCAL.bytes);
  header.writeUInt32LE(LOCAL.signature, 0);
  describe(header, 4, file, at);
  return { bytes: Buffer.concat([header, Buffer.from(name), packed]), file };
}

/** The end of an archive of these files, in their order from its beginning. */
export function directoryOf(files: readonly ExportFile[], at: Date): Buffer {
  let offset = 0;
  const entries = files.map((file) => {
    const header = Buffer.alloc(CENTRAL.bytes);
    header.writeUInt32LE(CENTRAL.signature, 0);
    header.writeUInt16LE(VERSION, 4);
    describe(header, 6, file, at);
    header.writeUInt32LE(offset, 42);
    offset += packedLength(file);
    return Buffer.concat([header, Buffer.from(file.name)]);
  });
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(END.bytes);
  end.writeUInt32LE(END.signature, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([directory, end]);
}

const packedLength = ({ name, packedBytes }: ExportFile) =>
  LOCAL.bytes + Buffer.byteLength(name) + packedBytes;

/** The part that both headers have alike: 26 bytes, of which those of extra fields stay zero. */
function describe(
  header: Buffer,
  from: number,
  { name, bytes, packedBytes, crc, isPacked }: ExportFile,
  at: Date,
) {
  const { day, time } = inBeijing(at);
  header.writeUInt16LE(VERSION, from);
  header.writeUInt16LE(UTF8, from + 2);
  header.writeUInt16LE(isPacked ? STORED : DEFLATED, from + 4);
  header.writeUInt16LE(time, from + 6);
  header.writeUInt16LE(day, from + 8);
  header.writeUInt32LE(crc, from + 10);
  header.writeUInt32LE(packedBytes, from + 14);
  header.writeUInt32LE(bytes, from + 18);
  header.writeUInt16LE(Buffer.byteLength(name), from + 22);
}

const BEIJING_OFFSET_MS = 8 * 3_600_000;

/** MS-DOS time has no zone: what the person's clock said. */
function inBeijing(at: Date): { day: number; time: number } {
  const there = new Date(at.getTime() + BEIJING_OFFSET_MS);
  const day = ((there.getUTCFullYear() - 1980) << 9) | ((there.getUTCMonth() + 1) << 5) | there.getUTCDate();
  const time = (there.getUTCHours() << 11) | (there.getUTCMinutes() << 5) | (there.getUTCSeconds() >> 1);
  return { day, time };
}
