import { readFileSync } from 'node:fs';
import { crc32, deflateSync } from 'node:zlib';
import webpEncoder from '@jsquash/webp/codec/enc/webp_enc';
import { defaultOptions } from '@jsquash/webp/meta';
import { initEmscriptenModule } from '@jsquash/webp/utils';
import { decoders, toJpeg } from '../../lib/picture/codecs';
import type { Pixels } from '../../lib/picture/picture';

/** Pictures for the tests, made here: with a corner of each colour, and with metadata that is unlike anything else. */

export const marks = {
  place: 'MARKED-PLACE-23.1291N-113.2644E',
  time: '2026:11:30 12:34:56',
  device: 'MarkedPhone 15 Pro',
  author: 'MarkedAuthor-Lin-Xiao',
  trailing: 'MARKED-FILM-AFTER-THE-PICTURE',
};

type Colour = [red: number, green: number, blue: number];
export const corners: Record<'topLeft' | 'topRight' | 'bottomLeft' | 'bottomRight', Colour> = {
  topLeft: [220, 30, 30],
  topRight: [30, 200, 30],
  bottomLeft: [30, 30, 220],
  bottomRight: [240, 220, 40],
};

/** Four fields of colour. */
export function fields(width: number, height: number): Pixels {
  const line = (left: Colour, right: Colour) => {
    const colours = Array.from({ length: width }, (_, x) => [...(x < width / 2 ? left : right), 255]);
    return Uint8ClampedArray.from(colours.flat());
  };
  const [top, bottom] = [
    line(corners.topLeft, corners.topRight),
    line(corners.bottomLeft, corners.bottomRight),
  ];
  const data = new Uint8ClampedArray(width * height * 4);
  for (let y = 0; y < height; y += 1) data.set(y < height / 2 ? top : bottom, y * width * 4);
  return { data, width, height };
}

/** The mean colour of a small square around a relative point of a JPEG. */
export async function colourAt(jpeg: Buffer, x: number, y: number): Promise<Colour> {
  const { data, width, height } = await decoders['image/jpeg'](jpeg);
  const at = (Math.floor(y * height) * width + Math.floor(x * width)) * 4;
  return [data[at] ?? 0, data[at + 1] ?? 0, data[at + 2] ?? 0];
}

export function isNear(seen: Colour, wanted: Colour): boolean {
  return seen.every((value, index) => Math.abs(value - (wanted[index] ?? 0)) < 24);
}

/** An EXIF block with orientation, device, time, author and a place, little-endian. */
export function exif(orientation = 1): Buffer {
  const texts: [tag: number, text: string][] = [
    [0x010f, marks.device],
    [0x0132, marks.time],
    [0x013b, marks.author],
    [0x8298, marks.place],
  ];
  const entries = texts.length + 1;
  const heap = 8 + 2 + entries * 12 + 4;
  const block = Buffer.alloc(heap);
  block.write('II*\0', 'latin1');
  block.writeUInt32LE(8, 4);
  block.writeUInt16LE(entries, 8);
  const strings: Buffer[] = [];
  let offset = heap;
  texts.forEach(([tag, text], index) => {
    const bytes = Buffer.from(`${text}\0`);
    const at = 10 + index * 12;
    block.writeUInt16LE(tag, at);
    block.writeUInt16LE(2, at + 2);
    block.writeUInt32LE(bytes.length, at + 4);
    block.writeUInt32LE(offset, at + 8);
    strings.push(bytes);
    offset += bytes.length;
  });
  const last = 10 + texts.length * 12;
  block.writeUInt16LE(0x0112, last);
  block.writeUInt16LE(3, last + 2);
  block.writeUInt32LE(1, last + 4);
  block.writeUInt16LE(orientation, last + 8);
  return Buffer.concat([block, ...strings]);
}

const xmp = Buffer.from(
  `<x:xmpmeta xmlns:x="adobe:ns:meta/"><dc:creator>${marks.author}</dc:creator></x:xmpmeta>`,
);

export async function plainJpeg(pixels = fields(640, 480)): Promise<Buffer> {
  return toJpeg(pixels, 85);
}

export function segment(marker: number, ...body: Buffer[]): Buffer {
  const content = Buffer.concat(body);
  const head = Buffer.from([0xff, marker, 0, 0]);
  head.writeUInt16BE(content.length + 2, 2);
  return Buffer.concat([head, content]);
}

/** With EXIF, XMP, a profile, a comment, and a film after the end, as phones write them. */
export async function ladenJpeg(orientation = 1, pixels?: Pixels): Promise<Buffer> {
  const jpeg = await plainJpeg(pixels);
  return Buffer.concat([
    jpeg.subarray(0, 2),
    segment(0xe1, Buffer.from('Exif\0\0', 'latin1'), exif(orientation)),
    segment(0xe1, Buffer.from('http://ns.adobe.com/xap/1.0/\0', 'latin1'), xmp),
    segment(0xe2, Buffer.from('ICC_PROFILE\0\x01\x01', 'latin1'), Buffer.from(`profile by ${marks.author}`)),
    segment(0xed, Buffer.from(`Photoshop 3.0\0${marks.place}`)),
    segment(0xfe, Buffer.from(marks.device)),
    jpeg.subarray(2),
    Buffer.from(marks.trailing),
  ]);
}

const pngHead = Buffer.from('89504e470d0a1a0a', 'hex');

export function chunk(name: string, body: Buffer): Buffer {
  const named = Buffer.concat([Buffer.from(name, 'latin1'), body]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(body.length, 0);
  named.copy(whole, 4);
  whole.writeUInt32BE(crc32(named) >>> 0, named.length + 4);
  return whole;
}

export function pngHeader(width: number, height: number): Buffer {
  const body = Buffer.alloc(13);
  body.writeUInt32BE(width, 0);
  body.writeUInt32BE(height, 4);
  body.set([8, 6, 0, 0, 0], 8);
  return chunk('IHDR', body);
}

/** `between` stands between header and pixels. */
export function png({ data, width, height }: Pixels, between: Buffer[] = [], after: Buffer[] = []): Buffer {
  const lines = Buffer.alloc((width * 4 + 1) * height);
  for (let y = 0; y < height; y += 1) {
    Buffer.from(data.buffer, data.byteOffset + y * width * 4, width * 4).copy(lines, y * (width * 4 + 1) + 1);
  }
  const pixels = chunk('IDAT', deflateSync(lines));
  return Buffer.concat([
    pngHead,
    pngHeader(width, height),
    ...between,
    pixels,
    ...after,
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

export function ladenPng(orientation = 1, pixels = fields(640, 480)): Buffer {
  return png(
    pixels,
    [
      chunk('iCCP', Buffer.concat([Buffer.from('profile\0\0'), deflateSync(Buffer.from(marks.author))])),
      chunk('eXIf', exif(orientation)),
      chunk('tEXt', Buffer.from(`Author\0${marks.author}`)),
      chunk('zTXt', Buffer.concat([Buffer.from('Place\0\0'), deflateSync(Buffer.from(marks.place))])),
    ],
    [
      chunk('iTXt', Buffer.from(`XML:com.adobe.xmp\0\0\0\0\0${xmp}`)),
      chunk('tIME', Buffer.from([7, 234, 11, 30, 12, 34, 56])),
    ],
  );
}

/** The WebP encoder is a tool of the tests only. */
export async function plainWebp(pixels = fields(640, 480)): Promise<Buffer> {
  const code = await WebAssembly.compile(
    readFileSync(require.resolve('@jsquash/webp/codec/enc/webp_enc.wasm')),
  );
  const { encode } = await initEmscriptenModule(webpEncoder, code);
  const { data, width, height } = pixels;
  return Buffer.from(encode(data, width, height, { ...defaultOptions, quality: 85 }) ?? []);
}

export function riffChunk(name: string, body: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.write(name, 'latin1');
  head.writeUInt32LE(body.length, 4);
  return Buffer.concat([head, body, Buffer.alloc(body.length % 2)]);
}

export function riff(...chunks: Buffer[]): Buffer {
  const content = Buffer.concat([Buffer.from('WEBP'), ...chunks]);
  return Buffer.concat([riffChunk('RIFF', content)]);
}

export async function ladenWebp(orientation = 1, pixels = fields(640, 480), flags = 0x2c): Promise<Buffer> {
  const frame = (await plainWebp(pixels)).subarray(12);
  const canvas = Buffer.alloc(10);
  canvas[0] = flags; // profile, EXIF and XMP are there
  canvas.writeUIntLE(pixels.width - 1, 4, 3);
  canvas.writeUIntLE(pixels.height - 1, 7, 3);
  return riff(
    riffChunk('VP8X', canvas),
    riffChunk('ICCP', Buffer.from(`profile by ${marks.author}`)),
    frame,
    riffChunk('EXIF', exif(orientation)),
    riffChunk('XMP ', xmp),
  );
}
