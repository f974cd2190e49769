import { inflateSync } from 'node:zlib';
import { MAX_PROFILE_BYTES } from './colours';
import { type Header, isFilling, refusePicture } from './picture';
import { orientationOf } from './tiff';

const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');
/** Header, palette, transparency and pixels: all that a picture is. */
const ESSENTIAL = ['IHDR', 'PLTE', 'tRNS', 'IDAT', 'IEND'];
/** Of these there is one; there may be many pieces of the pixels. */
const ONCE = ['IHDR', 'PLTE', 'tRNS'];
const ANIMATED = ['acTL', 'fcTL', 'fdAT'];

type Chunk = { name: string; body: Buffer; whole: Buffer };

export const isPng = (bytes: Buffer) => bytes.subarray(0, SIGNATURE.length).equals(SIGNATURE);

/** What a PNG says of itself, without decoding it. */
export function readPng(bytes: Buffer): Header {
  const all = [...chunks(bytes)];
  const header = all[0]?.body;
  if (all[0]?.name !== 'IHDR' || header?.length !== 13) throw refusePicture('图片不完整');
  if (all.some(({ name }) => ANIMATED.includes(name))) throw refusePicture('不接受动图');
  const once = all.map(({ name }) => name).filter((name) => ONCE.includes(name));
  if (new Set(once).size < once.length) throw refusePicture('图片内容自相矛盾');
  const exif = all.find(({ name }) => name === 'eXIf');
  return {
    type: 'image/png',
    width: header.readUInt32BE(0),
    height: header.readUInt32BE(4),
    orientation: exif ? orientationOf(exif.body) : 1,
    profile: profileOf(all.find(({ name }) => name === 'iCCP')?.body),
  };
}

/** A name, a zero, how it is compressed (always 0), and the profile; one that does not come out is none. */
function profileOf(body: Buffer | undefined): Buffer | undefined {
  const end = body?.indexOf(0) ?? -1;
  if (!body || end < 0) return undefined;
  try {
    return inflateSync(body.subarray(end + 2), { maxOutputLength: MAX_PROFILE_BYTES });
  } catch {
    return undefined;
  }
}

/** The same picture without texts, profiles and times, so that the decoder never meets them. */
export function essentialPng(bytes: Buffer): Buffer {
  const kept = [...chunks(bytes)].filter(({ name }) => ESSENTIAL.includes(name));
  return Buffer.concat([SIGNATURE, ...kept.map(({ whole }) => whole)]);
}

function* chunks(bytes: Buffer): Generator<Chunk> {
  let at = SIGNATURE.length;
  for (;;) {
    if (at + 12 > bytes.length) throw refusePicture('图片不完整');
    const end = at + 12 + bytes.readUInt32BE(at);
    if (end > bytes.length) throw refusePicture('图片不完整');
    const name = bytes.toString('latin1', at + 4, at + 8);
    yield { name, body: bytes.subarray(at + 8, end - 4), whole: bytes.subarray(at, end) };
    if (name === 'IEND') {
      if (!isFilling(bytes.subarray(end))) throw refusePicture('图片之后还附有别的内容');
      return;
    }
    at = end;
  }
}
