import { type Header, refusePicture } from './picture';
import { orientationOf } from './tiff';

/** A progressive picture may ask for many passes over every pixel; no camera makes a tenth as many. */
const MAX_SCANS = 100;

const SOI = 0xd8;
const EOI = 0xd9;
const SOS = 0xda;
const APP0 = 0xe0;
const APP1 = 0xe1;
/** Baseline, extended and progressive; the others are arithmetic, lossless or hierarchical. */
const FRAMES = [0xc0, 0xc1, 0xc2];
const OTHER_FRAMES = [0xc3, 0xc5, 0xc6, 0xc7, 0xc9, 0xca, 0xcb, 0xcd, 0xce, 0xcf];

/** What our own pictures may consist of: tables, one frame, its scans, and JFIF's fixed 16 bytes. */
const BARE = [...FRAMES, SOI, EOI, SOS, APP0, 0xdb, 0xc4, 0xdd];
const JFIF_BYTES = 14;

type Segment = { marker: number; body: Buffer };

export const isJpeg = (bytes: Buffer) => bytes[0] === 0xff && bytes[1] === SOI && bytes[2] === 0xff;

/**
 * What a JPEG says of itself, without decoding it. What follows its end is left alone: phones keep second pictures and
 * films there, and none of it is decoded or kept.
 */
export function readJpeg(bytes: Buffer): Header {
  let frame: Buffer | undefined;
  let orientation = 1;
  let scans = 0;
  for (const { marker, body } of segments(bytes)) {
    if (OTHER_FRAMES.includes(marker)) throw refusePicture('这种 JPEG 编码不受支持');
    if (FRAMES.includes(marker)) {
      if (frame) throw refusePicture('图片内容自相矛盾');
      frame = body;
    }
    if (marker === SOS) scans += 1;
    if (marker === APP1 && body.toString('latin1', 0, 6) === 'Exif\0\0') {
      orientation = orientationOf(body.subarray(6));
    }
  }
  if (!frame || frame.length < 6 || scans === 0) throw refusePicture('图片不完整');
  if (frame[0] !== 8) throw refusePicture('这种 JPEG 编码不受支持');
  if (scans > MAX_SCANS) throw refusePicture('图片过于复杂');
  return { type: 'image/jpeg', width: frame.readUInt16BE(3), height: frame.readUInt16BE(1), orientation };
}

/** Whether a JPEG holds nothing but the picture: no place is left where metadata could be (promise C7). */
export function isBareJpeg(bytes: Buffer): boolean {
  let end = 0;
  for (const { marker, body } of segments(bytes)) {
    if (!BARE.includes(marker) || (marker === APP0 && body.length !== JFIF_BYTES)) return false;
    end = body.byteOffset + body.length - bytes.byteOffset;
  }
  return end === bytes.length;
}

/** Every segment up to the end of the picture, passing over the coded pixels between them. */
function* segments(bytes: Buffer): Generator<Segment> {
  let at = 0;
  for (;;) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at += 1;
    const marker = bytes[at + 1];
    if (bytes[at] !== 0xff || marker === undefined) throw refusePicture('图片不完整');
    at += 2;
    if (marker === SOI) continue;
    if (marker === EOI) return yield { marker, body: bytes.subarray(at, at) };
    if (at + 2 > bytes.length) throw refusePicture('图片不完整');
    const length = bytes.readUInt16BE(at);
    const end = at + length;
    if (length < 2 || end > bytes.length) throw refusePicture('图片不完整');
    yield { marker, body: bytes.subarray(at + 2, end) };
    at = marker === SOS ? endOfScan(bytes, end) : end;
  }
}

/** Inside a scan 0xff stands before 0x00 or a restart marker; anything else ends it. */
function endOfScan(bytes: Buffer, from: number): number {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const next = bytes[at + 1] ?? 0;
    if (next !== 0 && !(next >= 0xd0 && next <= 0xd7)) return at;
  }
  throw refusePicture('图片不完整');
}
