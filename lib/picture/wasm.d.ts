/** Carried in the bundle as bytes (infra/build/build.ts). */
declare module '*.wasm' {
  const code: Uint8Array;
  export default code;
}

/** What the codecs use of the browser's types; Node has no declaration of these. */
declare var WebAssembly: {
  compile(code: Uint8Array): Promise<WebAssembly.Module>;
  Module: { imports(module: WebAssembly.Module): { module: string; name: string }[] };
  Instance: new (module: WebAssembly.Module, imports: object) => { exports: object };
};
interface ImageData {
  data: Uint8ClampedArray;
  width: number;
  height: number;
}
