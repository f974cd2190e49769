import jpegDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm';
import jpegEncoder from '@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm';
import decodeJpeg, { init as initJpegDecoder } from '@jsquash/jpeg/decode';
import encodeJpeg, { init as initJpegEncoder } from '@jsquash/jpeg/encode';
// @ts-expect-error the package declares the module's exports; our loader gives its bytes
import pngCodec from '@jsquash/png/codec/pkg/squoosh_png_bg.wasm';
import decodePng, { init as initPng } from '@jsquash/png/decode';
import webpDecoder from '@jsquash/webp/codec/dec/webp_dec.wasm';
import decodeWebp, { init as initWebpDecoder } from '@jsquash/webp/decode';
import type { PictureType, Pixels } from './picture';

/**
 * The picture codecs: WebAssembly that came with the bundle. Loaded on first use only. Every picture is decoded in an
 * instance of its own, so what a broken one does to its decoder's memory, the next one does not meet.
 */
const compiled = new Map<Uint8Array, Promise<WebAssembly.Module>>();

function compile(code: Uint8Array): Promise<WebAssembly.Module> {
  const known = compiled.get(code) ?? WebAssembly.compile(code);
  compiled.set(code, known);
  return known;
}

/**
 * A fresh instance. It is silent, because the codecs grumble to the console about broken pictures and our log is for
 * our own words only (promise S8).
 */
async function fresh(code: Uint8Array) {
  const module = await compile(code);
  return {
    instantiateWasm(imports: object, ready: (instance: object) => void) {
      const instance = new WebAssembly.Instance(module, imports);
      ready(instance);
      return instance.exports;
    },
    print() {},
    printErr() {},
  };
}

/** Bytes of exactly this picture: a Node Buffer may be a window on a larger store. */
const exactly = (bytes: Buffer) => new Uint8Array(bytes).buffer;

/** @throws Error of the codec's own for a picture it cannot read */
export const decoders: Record<PictureType, (bytes: Buffer) => Promise<Pixels>> = {
  async 'image/jpeg'(bytes) {
    await initJpegDecoder(await fresh(jpegDecoder));
    return decodeJpeg(exactly(bytes), { preserveOrientation: false });
  },
  // A safe language inside the sandbox, and a library that keeps one instance.
  async 'image/png'(bytes) {
    await initPng(await compile(pngCodec));
    return decodePng(exactly(bytes));
  },
  async 'image/webp'(bytes) {
    await initWebpDecoder(await fresh(webpDecoder));
    return decodeWebp(exactly(bytes));
  },
};

/** A JPEG of these pixels. `quality` is 1 to 100. */
export async function toJpeg(pixels: Pixels, quality: number): Promise<Buffer> {
  await initJpegEncoder(await fresh(jpegEncoder));
  return Buffer.from(await encodeJpeg(pixels, { quality }));
}
