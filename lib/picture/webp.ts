import { MAX_PROFILE_BYTES } from './colours';
import { type Header, isFilling, refusePicture } from './picture';
import { orientationOf } from './tiff';

const ANIMATED = ['ANIM', 'ANMF'];
const ANIMATION_FLAG = 0x02;

/** What the picture is made of. Each may be there once, and there is one frame. */
const ESSENTIAL = ['VP8X', 'ALPH', 'VP8 ', 'VP8L'];
const FRAMES = ['VP8 ', 'VP8L'];
const ALPHA_FLAG = 0x10;

type Chunk = { name: string; body: Buffer };
type Size = { width: number; height: number };
type Parsed = { frame: Chunk; size: Size; alpha?: Chunk; exif?: Chunk; profile?: Chunk };

export const isWebp = (bytes: Buffer) =>
  bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP';

/** What a WebP says of itself, without decoding it. The canvas and the frame must agree. */
export function readWebp(bytes: Buffer): Header {
  const { size, exif, profile } = parse(bytes);
  const orientation = exif ? orientationOf(withoutPrefix(exif.body)) : 1;
  const isRead = profile && profile.body.length <= MAX_PROFILE_BYTES;
  return { type: 'image/webp', ...size, orientation, profile: isRead ? profile.body : undefined };
}

/** The same picture written anew from what was read of it: its one frame, with its transparency where it has any. */
export function essentialWebp(bytes: Buffer): Buffer {
  const { frame, size, alpha } = parse(bytes);
  const parts = alpha ? [canvasOf(size), alpha, frame] : [frame];
  return written({ name: 'RIFF', body: Buffer.concat([Buffer.from('WEBP'), ...parts.map(written)]) });
}

function parse(bytes: Buffer): Parsed {
  const all = [...chunks(bytes)];
  const named = (name: string) => all.find((chunk) => chunk.name === name);
  const canvas = named('VP8X')?.body;
  if (canvas && ((canvas[0] ?? 0) & ANIMATION_FLAG) !== 0) throw refusePicture('不接受动图');
  if (all.some(({ name }) => ANIMATED.includes(name))) throw refusePicture('不接受动图');
  const essential = all.map(({ name }) => name).filter((name) => ESSENTIAL.includes(name));
  const frames = all.filter(({ name }) => FRAMES.includes(name));
  const isDoubled = new Set(essential).size < essential.length || frames.length > 1;
  if (isDoubled || (canvas && all[0]?.name !== 'VP8X')) throw refusePicture('图片内容自相矛盾');
  const [frame] = frames;
  const size = frame && sizeOf(frame);
  if (!frame || !size) throw refusePicture('图片不完整');
  if (canvas) {
    if (canvas.length < 10) throw refusePicture('图片不完整');
    const stated = { width: canvas.readUIntLE(4, 3) + 1, height: canvas.readUIntLE(7, 3) + 1 };
    if (stated.width !== size.width || stated.height !== size.height) throw refusePicture('图片内容自相矛盾');
  }
  // A lossless frame has its own transparency; of a lossy one it stands before it.
  const isApart = canvas && frame.name === 'VP8 ';
  const alpha = isApart ? all.slice(0, all.indexOf(frame)).find(({ name }) => name === 'ALPH') : undefined;
  return { frame, size, alpha, exif: named('EXIF'), profile: named('ICCP') };
}

function sizeOf({ name, body }: Chunk): Size | undefined {
  if (name === 'VP8 ') {
    if (body.length < 10 || body.readUIntBE(3, 3) !== 0x9d012a) return undefined;
    return { width: body.readUInt16LE(6) & 0x3fff, height: body.readUInt16LE(8) & 0x3fff };
  }
  if (body.length < 5 || body[0] !== 0x2f) return undefined;
  const bits = body.readUInt32LE(1);
  return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 };
}

function canvasOf({ width, height }: Size): Chunk {
  const body = Buffer.alloc(10);
  body[0] = ALPHA_FLAG;
  body.writeUIntLE(width - 1, 4, 3);
  body.writeUIntLE(height - 1, 7, 3);
  return { name: 'VP8X', body };
}

function written({ name, body }: Chunk): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

/** Some cameras put JPEG's heading before the block. */
function withoutPrefix(exif: Buffer): Buffer {
  return exif.toString('latin1', 0, 6) === 'Exif\0\0' ? exif.subarray(6) : exif;
}

function* chunks(bytes: Buffer): Generator<Chunk> {
  if (bytes.length < 12) throw refusePicture('图片不完整');
  const end = 8 + bytes.readUInt32LE(4);
  if (end > bytes.length) throw refusePicture('图片不完整');
  if (!isFilling(bytes.subarray(end))) throw refusePicture('图片之后还附有别的内容');
  for (let at = 12; at < end; ) {
    if (at + 8 > end) throw refusePicture('图片不完整');
    const length = bytes.readUInt32LE(at + 4);
    if (at + 8 + length > end) throw refusePicture('图片不完整');
    yield { name: bytes.toString('latin1', at, at + 4), body: bytes.subarray(at + 8, at + 8 + length) };
    at += 8 + length + (length % 2);
  }
}
