const { readFileSync } = require('node:fs');
const { transformSync } = require('esbuild');

/** Gives tests the picture codecs as the bundler gives them to the functions: WebAssembly as bytes, modules as CommonJS. */
module.exports = {
  process(source, file) {
    if (!file.endsWith('.wasm'))
      return { code: transformSync(source, { format: 'cjs', logLevel: 'error' }).code };
    const bytes = readFileSync(file).toString('base64');
    return {
      code: `module.exports = { __esModule: true, default: new Uint8Array(Buffer.from('${bytes}', 'base64')) };`,
    };
  },
};
