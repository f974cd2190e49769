import { type Header, refusePicture } from './picture';
import { orientationOf } from './tiff';

const ANIMATED = ['ANIM', 'ANMF'];
const ANIMATION_FLAG = 0x02;

type Chunk = { name: string; body: Buffer };
type Size = { width: number; height: number };

export const isWebp = (bytes: Buffer) =>
  bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP';

/** What a WebP says of itself, without decoding it. The canvas and the frame must agree. */
export function readWebp(bytes: Buffer): Header {
  const all = [...chunks(bytes)];
  const named = (name: string) => all.find((chunk) => chunk.name === name)?.body;
  const canvas = named('VP8X');
  if (canvas && ((canvas[0] ?? 0) & ANIMATION_FLAG) !== 0) throw refusePicture('不接受动图');
  if (all.some(({ name }) => ANIMATED.includes(name))) throw refusePicture('不接受动图');
  const frame = frameSize(named('VP8 '), named('VP8L'));
  if (!frame) throw refusePicture('图片不完整');
  if (canvas) {
    if (canvas.length < 10) throw refusePicture('图片不完整');
    const stated = { width: canvas.readUIntLE(4, 3) + 1, height: canvas.readUIntLE(7, 3) + 1 };
    if (stated.width !== frame.width || stated.height !== frame.height)
      throw refusePicture('图片内容自相矛盾');
  }
  const exif = named('EXIF');
  return { type: 'image/webp', ...frame, orientation: exif ? orientationOf(withoutPrefix(exif)) : 1 };
}

function frameSize(lossy: Buffer | undefined, lossless: Buffer | undefined): Size | undefined {
  if (lossy && lossy.length >= 10 && lossy.readUIntBE(3, 3) === 0x9d012a) {
    return { width: lossy.readUInt16LE(6) & 0x3fff, height: lossy.readUInt16LE(8) & 0x3fff };
  }
  if (lossless && lossless.length >= 5 && lossless[0] === 0x2f) {
    const bits = lossless.readUInt32LE(1);
    return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
  }
  return undefined;
}

/** Some cameras put JPEG's heading before the block. */
function withoutPrefix(exif: Buffer): Buffer {
  return exif.toString('latin1', 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif;
}

function* chunks(bytes: Buffer): Generator<Chunk> {
  if (bytes.length < 12) throw refusePicture('图片不完整');
  const end = 8 + bytes.readUInt32LE(4);
  if (end > bytes.length) throw refusePicture('图片不完整');
  if (end < bytes.length) throw refusePicture('图片之后还附有别的内容');
  for (let at = 12; at < end; ) {
    if (at + 8 > end) throw refusePicture('图片不完整');
    const length = bytes.readUInt32LE(at + 4);
    if (at + 8 + length > end) throw refusePicture('图片不完整');
    yield { name: bytes.toString('latin1', at, at + 4), body: bytes.subarray(at + 8, at + 8 + length) };
    at += 8 + length + (length % 2);
  }
}
