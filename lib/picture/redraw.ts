import { inSrgb } from './colours';
import { essentialJpeg, isBareJpeg, isJpeg, readJpeg } from './jpeg';
import { type Header, type PictureType, type Pixels, refusePicture } from './picture';
import { essentialPng, isPng, readPng } from './png';
import { shrink, turnUpright } from './shrink';
import { essentialWebp, isWebp, readWebp } from './webp';

/** What is decoded at all: 16 million pixels are 64 MB of memory. */
export const MAX_PICTURE_SIDE = 8192;
export const MAX_PICTURE_PIXELS = 16 * 1024 * 1024;

/** Tried in turn until the result is small enough; and all of them again at half the size. */
const QUALITIES = [82, 68, 50, 30];

/** What is kept at most: pixels of the longer side, and bytes. */
export type Size = { side: number; bytes: number };
export type Redrawn = { content: Buffer; width: number; height: number };

/**
 * Makes a new, small JPEG of the pixels of a picture, in the colours of the web, and nothing else of it: no place, time, device, text
 * or profile survives (promise C7). What the bytes are is read from the bytes, not from what their sender says.
 * @throws AppError INVALID_INPUT saying what is wrong: another type, animated, too large, incomplete
 */
export async function redraw(bytes: Buffer, size: Size, declared?: PictureType): Promise<Redrawn> {
  const { read, essential } = formatOf(bytes);
  const { type, orientation, profile } = read(bytes);
  if (declared && type !== declared) throw refusePicture('图片的真实格式与声明的不同');
  const pixels = await decode(essential(bytes), read);
  const { toJpeg } = await import('./codecs');
  for (const side of [size.side, size.side / 2]) {
    const { data, width, height } = turnUpright(inSrgb(shrink(pixels, side), profile), orientation);
    for (const quality of QUALITIES) {
      const content = await toJpeg({ data, width, height }, quality);
      if (!isBareJpeg(content)) throw new Error('the encoder wrote more than the picture');
      if (content.length <= size.bytes) return { content, width, height };
    }
  }
  throw refusePicture('图片过于复杂');
}

/** How each type is told, what it says of itself, and the same picture written anew from that alone. */
const formats = [
  { is: isJpeg, read: readJpeg, essential: essentialJpeg },
  { is: isPng, read: readPng, essential: essentialPng },
  { is: isWebp, read: readWebp, essential: essentialWebp },
];

function formatOf(bytes: Buffer) {
  const format = formats.find(({ is }) => is(bytes));
  if (!format) throw refusePicture('不是 JPEG、PNG 或 WebP 图片');
  return format;
}

/** Before decoding, by what the header says: a small file may claim any size. */
function demandSize({ width, height }: Header): void {
  if (width < 1 || height < 1) throw refusePicture('图片不完整');
  if (Math.max(width, height) > MAX_PICTURE_SIDE || width * height > MAX_PICTURE_PIXELS) {
    throw refusePicture(
      `图片尺寸过大，每边最多 ${MAX_PICTURE_SIDE} 像素，总共最多 ${MAX_PICTURE_PIXELS} 像素`,
    );
  }
}

/**
 * The decoder is given only what we wrote ourselves, and the size is demanded of these very bytes: a part that we passed
 * over and it would read is not there any more.
 */
async function decode(essential: Buffer, read: (bytes: Buffer) => Header): Promise<Pixels> {
  const header = read(essential);
  demandSize(header);
  const { decoders } = await import('./codecs');
  const pixels = await decoders[header.type](essential).catch(() => {
    throw refusePicture('图片已损坏');
  });
  if (pixels.width !== header.width || pixels.height !== header.height)
    throw refusePicture('图片内容自相矛盾');
  return pixels;
}
