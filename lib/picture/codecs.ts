import jpegDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec';
import jpegDecoderCode from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm';
import jpegEncoder from '@jsquash/jpeg/codec/enc/mozjpeg_enc';
import jpegEncoderCode from '@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm';
import { defaultOptions } from '@jsquash/jpeg/meta';
// @ts-expect-error the package declares the module's exports; our loader gives its bytes
import pngCode from '@jsquash/png/codec/pkg/squoosh_png_bg.wasm';
import webpDecoder from '@jsquash/webp/codec/dec/webp_dec';
import webpDecoderCode from '@jsquash/webp/codec/dec/webp_dec.wasm';
import { capped } from './capped';
import type { PictureType, Pixels } from './picture';
import { decodePng } from './png-decoder';

/** What the packages say of their codecs, whose own types need the browser's. */
type Decoder = { decode(bytes: Uint8Array, preserveOrientation?: boolean): Pixels | null };
type Encoder = {
  encode(data: Uint8ClampedArray, width: number, height: number, options: object): Uint8Array;
};

/**
 * What a codec may take, in bytes. The largest picture that is decoded at all (redraw.ts) takes 161 MB: a progressive
 * JPEG of which every pixel has its own colour.
 */
export const MAX_CODEC_BYTES = 192 * 1024 * 1024;

/**
 * The picture codecs: WebAssembly that came with the bundle. Loaded on first use only. Every picture has an instance of
 * its own, shared with none that is decoded at the same time: what a broken one does to a memory, or that it used it up,
 * the next one does not meet.
 */
const compiled = new Map<Uint8Array, Promise<WebAssembly.Module>>();

function compile(code: Uint8Array): Promise<WebAssembly.Module> {
  const known = compiled.get(code) ?? WebAssembly.compile(capped(code, MAX_CODEC_BYTES));
  compiled.set(code, known);
  return known;
}

/**
 * A fresh instance. It is silent, because the codecs grumble to the console about broken pictures and our log is for
 * our own words only (promise S8).
 */
async function fresh<Codec>(make: (options: object) => Promise<Codec>, code: Uint8Array): Promise<Codec> {
  const module = await compile(code);
  return make({
    noInitialRun: true,
    instantiateWasm(imports: object, ready: (instance: object) => void) {
      const instance = new WebAssembly.Instance(module, imports);
      ready(instance);
      return instance.exports;
    },
    print() {},
    printErr() {},
  });
}

/** @throws Error of the codec's own for a picture it cannot read, or not within its memory */
export const decoders: Record<PictureType, (bytes: Buffer) => Promise<Pixels>> = {
  async 'image/jpeg'(bytes) {
    return made((await fresh<Decoder>(jpegDecoder, jpegDecoderCode)).decode(bytes, false));
  },
  async 'image/png'(bytes) {
    return made(decodePng(await compile(pngCode), bytes));
  },
  async 'image/webp'(bytes) {
    return made((await fresh<Decoder>(webpDecoder, webpDecoderCode)).decode(bytes));
  },
};

/** A JPEG of these pixels. `quality` is 1 to 100. */
export async function toJpeg({ data, width, height }: Pixels, quality: number): Promise<Buffer> {
  const encoder = await fresh<Encoder>(jpegEncoder, jpegEncoderCode);
  return Buffer.from(encoder.encode(data, width, height, { ...defaultOptions, quality }));
}

function made<Result>(result: Result | null | undefined): Result {
  if (!result) throw new Error('the codec made nothing');
  return result;
}
