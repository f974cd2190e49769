import jpegDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec';
import jpegDecoderCode from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm';
import jpegEncoder from '@jsquash/jpeg/codec/enc/mozjpeg_enc';
import jpegEncoderCode from '@jsquash/jpeg/codec/enc/mozjpeg_enc.wasm';
import { defaultOptions } from '@jsquash/jpeg/meta';
// @ts-expect-error the package declares the module's exports; our loader gives its bytes
import pngCode from '@jsquash/png/codec/pkg/squoosh_png_bg.wasm';
import webpDecoder from '@jsquash/webp/codec/dec/webp_dec';
import webpDecoderCode from '@jsquash/webp/codec/dec/webp_dec.wasm';
import type { PictureType, Pixels } from './picture';

/** What the packages say of their codecs, whose own types need the browser's. */
type Decoder = { decode(bytes: Uint8Array, preserveOrientation?: boolean): Pixels | null };
type Encoder = {
  encode(data: Uint8ClampedArray, width: number, height: number, options: object): Uint8Array;
};

/** What the PNG codec's Rust code inside offers: places in its memory, in bytes. */
type PngCodec = {
  memory: { buffer: ArrayBuffer };
  __wbindgen_malloc(length: number, alignment: number): number;
  decode(from: number, length: number): void;
};

/** How the import begins by which the code hands out a picture; the rest of the name changes with its compiler. */
const HAND_OUT = '__wbg_newwithownedu8clampedarray';

/**
 * What a codec may take, in bytes. The largest picture that is decoded at all (redraw.ts) takes 161 MB: a progressive
 * JPEG of which every pixel has its own colour.
 */
export const MAX_CODEC_BYTES = 192 * 1024 * 1024;

const HEADER_BYTES = 8;
const MEMORY_SECTION = 5;
const PAGE_BYTES = 64 * 1024;

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

/**
 * Decodes a PNG in an instance of its own. The library's own way in keeps one instance for ever, and whatever a refused
 * picture has taken of its memory is lost to all that follow.
 * @throws Error for a picture it cannot read, or not within its memory
 */
function decodePng(module: WebAssembly.Module, bytes: Buffer): Pixels | undefined {
  let pixels: Pixels | undefined;
  const handOut = (from: number, length: number, width: number, height: number) => {
    const data = new Uint8ClampedArray(codec.memory.buffer, from >>> 0, length).slice();
    pixels = { data, width, height };
    return 0;
  };
  const refuse = () => {
    throw new Error('the PNG cannot be decoded');
  };
  const imports = WebAssembly.Module.imports(module).map(({ name }) => [
    name,
    name.startsWith(HAND_OUT) ? handOut : refuse,
  ]);
  const instance = new WebAssembly.Instance(module, { wbg: Object.fromEntries(imports) });
  const codec = instance.exports as PngCodec;
  const from = codec.__wbindgen_malloc(bytes.length, 1) >>> 0;
  new Uint8Array(codec.memory.buffer).set(bytes, from);
  codec.decode(from, bytes.length);
  return pixels;
}

/**
 * The same WebAssembly with another maximum for its memory, which the engine then enforces, whatever the code inside
 * asks for (WebAssembly core specification, 5.5: binary modules). The modules make their memory themselves, so it cannot
 * be handed to them.
 * @throws Error for a module without a memory of its own
 */
export function capped(code: Uint8Array, maxBytes: number): Uint8Array {
  for (let at = HEADER_BYTES; at < code.length; ) {
    const size = readNumber(code, at + 1);
    const end = size.next + size.value;
    if (code[at] === MEMORY_SECTION) {
      // One memory: how many, whether there is a maximum, the minimum, and perhaps the maximum.
      const minimum = readNumber(code, size.next + 2);
      const body = [1, 1, ...numberBytes(minimum.value), ...numberBytes(Math.floor(maxBytes / PAGE_BYTES))];
      const section = [MEMORY_SECTION, ...numberBytes(body.length), ...body];
      return Buffer.concat([code.subarray(0, at), Buffer.from(section), code.subarray(end)]);
    }
    at = end;
  }
  throw new Error('the WebAssembly module has no memory');
}

/** LEB128: seven bits a byte, the lowest first. */
function readNumber(code: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = code[at] ?? 0;
    at += 1;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return { value, next: at };
  }
}

function numberBytes(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...numberBytes(value >>> 7)];
}
