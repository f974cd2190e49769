import type { Pixels } from './picture';

/** What the Rust code inside offers: places in its memory, in bytes. */
type Codec = {
  memory: { buffer: ArrayBuffer };
  __wbindgen_malloc(length: number, alignment: number): number;
  decode(from: number, length: number): void;
};

/** How the import begins by which the code hands out a picture; the rest of the name changes with its compiler. */
const HAND_OUT = '__wbg_newwithownedu8clampedarray';

/**
 * Decodes a PNG in an instance of its own. The library's own way in keeps one instance for ever, and whatever a refused
 * picture has taken of its memory is lost to all that follow.
 * @throws Error for a picture it cannot read, or not within its memory
 */
export function decodePng(module: WebAssembly.Module, bytes: Buffer): Pixels | undefined {
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
  const codec = instance.exports as Codec;
  const from = codec.__wbindgen_malloc(bytes.length, 1) >>> 0;
  new Uint8Array(codec.memory.buffer).set(bytes, from);
  codec.decode(from, bytes.length);
  return pixels;
}
