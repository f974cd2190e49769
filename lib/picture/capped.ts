const HEADER_BYTES = 8;
const MEMORY_SECTION = 5;
const PAGE_BYTES = 64 * 1024;

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
