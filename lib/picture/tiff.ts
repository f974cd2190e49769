const ORIENTATION = 0x0112;
const SHORT = 3;
const ENTRY_BYTES = 12;
const MAX_ENTRIES = 200;

/**
 * Which way up a picture is (1 to 8), from its EXIF block. It is the one thing that must be read before everything else
 * in there is dropped. Anything unreadable counts as upright.
 */
export function orientationOf(block: Buffer): number {
  const order = block.toString('latin1', 0, 2);
  if (block.length < 8 || (order !== 'II' && order !== 'MM')) return 1;
  const short = (at: number) => (order === 'II' ? block.readUInt16LE(at) : block.readUInt16BE(at));
  const directory = order === 'II' ? block.readUInt32LE(4) : block.readUInt32BE(4);
  if (directory + 2 > block.length) return 1;
  const entries = Math.min(short(directory), MAX_ENTRIES);
  for (let index = 0; index < entries; index += 1) {
    const at = directory + 2 + index * ENTRY_BYTES;
    if (at + ENTRY_BYTES > block.length) return 1;
    if (short(at) !== ORIENTATION || short(at + 2) !== SHORT) continue;
    const value = short(at + 8);
    return value >= 1 && value <= 8 ? value : 1;
  }
  return 1;
}
