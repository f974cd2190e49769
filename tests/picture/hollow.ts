import { deflateSync } from 'node:zlib';
import { chunk, riff, riffChunk, segment } from './samples';

/** Pictures of any size in next to no bytes: every pixel is the same, so that a whole block of them is one bit or none. */

const START = Buffer.from([0xff, 0xd8]);
export const END = Buffer.from([0xff, 0xd9]);
/** One code of one bit, for one symbol: nothing follows. */
const CODES = (place: number) => Buffer.from([place, 1, ...Array(15).fill(0), 0]);
const COMPONENTS = [1, 2, 3];

export function jpegFrame(width: number, height: number): Buffer {
  const body = Buffer.from([8, 0, 0, 0, 0, 3, ...COMPONENTS.flatMap((id) => [id, 0x11, 0])]);
  body.writeUInt16BE(height, 1);
  body.writeUInt16BE(width, 3);
  return segment(0xc2, body);
}

export function jpegScan(width: number, height: number): Buffer {
  const blocks = Math.ceil(width / 8) * Math.ceil(height / 8) * COMPONENTS.length;
  const head = segment(0xda, Buffer.from([3, ...COMPONENTS.flatMap((id) => [id, 0]), 0, 0, 0]));
  return Buffer.concat([head, Buffer.alloc(Math.ceil(blocks / 8))]);
}

/** The parts of a progressive JPEG, of which every component has every pixel: the dearest one to decode. */
export function jpegParts(width: number, height: number): Buffer[] {
  return [
    START,
    segment(0xdb, Buffer.alloc(65, 1).fill(0, 0, 1)),
    segment(0xc4, CODES(0)),
    jpegFrame(width, height),
    jpegScan(width, height),
    END,
  ];
}

export const hollowJpeg = (width: number, height: number) => Buffer.concat(jpegParts(width, height));

/** A lossless frame: five codes of one symbol each, which take no bits at all. */
export function losslessFrame(width: number, height: number): Buffer {
  const body = Buffer.alloc(64);
  body[0] = 0x2f;
  body.writeUInt32LE((width - 1) | ((height - 1) << 14), 1);
  // No transform, cache or map; then, five times: simple, one symbol, of one bit, 0.
  body.writeUInt32LE(Number.parseInt('0001'.repeat(5), 2) << 3, 5);
  return riffChunk('VP8L', body);
}

export const hollowWebp = (width: number, height: number) => riff(losslessFrame(width, height));

export function pngHeaderOf(width: number, height: number, depth: number, colour: number): Buffer {
  const body = Buffer.alloc(13);
  body.writeUInt32BE(width, 0);
  body.writeUInt32BE(height, 4);
  body.set([depth, colour, 0, 0, 0], 8);
  return chunk('IHDR', body);
}

/** `bits` is how many a pixel has. */
export function hollowPng(
  width: number,
  height: number,
  { depth = 8, colour = 2, bits = 24 } = {},
  before: Buffer[] = [],
) {
  const lines = Buffer.alloc((Math.ceil((width * bits) / 8) + 1) * height);
  return Buffer.concat([
    Buffer.from('89504e470d0a1a0a', 'hex'),
    ...before,
    pngHeaderOf(width, height, depth, colour),
    chunk('IDAT', deflateSync(lines)),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}
