import { crc32, deflateSync } from 'node:zlib';

const SIGNATURE = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const QUIET_MODULES = 4;

/** A black-and-white PNG of a square code, each module `scale` pixels wide. */
export function pngOf(modules: boolean[][], scale: number): Buffer {
  const side = (modules.length + 2 * QUIET_MODULES) * scale;
  const rows = Array.from({ length: side }, (_, y) => {
    const row = Buffer.alloc(1 + side, 0xff);
    row[0] = 0; // no filter
    const line = modules[Math.floor(y / scale) - QUIET_MODULES] ?? [];
    for (let x = 0; x < side; x += 1) if (line[Math.floor(x / scale) - QUIET_MODULES]) row[1 + x] = 0;
    return row;
  });
  const header = Buffer.alloc(13);
  header.writeUInt32BE(side, 0);
  header.writeUInt32BE(side, 4);
  header[8] = 8; // bits, greyscale
  const data = deflateSync(Buffer.concat(rows));
  return Buffer.concat([
    SIGNATURE,
    chunk('IHDR', header),
    chunk('IDAT', data),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const sum = Buffer.alloc(4);
  sum.writeUInt32BE(crc32(named));
  return Buffer.concat([length, named, sum]);
}
