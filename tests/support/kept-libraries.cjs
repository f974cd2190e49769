const Runtime = require('jest-runtime').default;

/** Libraries that our code loads most, which keep nothing from one use to the next. */
const kept = /^(@aws-sdk\/.*|@smithy\/.*|zod|zod\/mini|fast-check|yaml|esbuild|gcoord|uqr|marked)$/;

/**
 * Loads a worker's libraries once, as Node does, for all its test files: in the worker's one context (one-context.cjs) they fit
 * every file. Loading them anew, and running them cold, was most of what a test file costs by itself. Our own modules are
 * each file's own, so that nothing a test leaves in one meets the next.
 */
module.exports = class KeptLibraries extends Runtime {
  requireModuleOrMock(from, name) {
    if (kept.test(name) && !from.includes('/node_modules/')) return require(name);
    return super.requireModuleOrMock(from, name);
  }
};
