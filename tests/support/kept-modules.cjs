const { join } = require('node:path');
const Runtime = require('jest-runtime').default;

/** Libraries that our code loads most, which Node loads faster than jest. */
const byNode = /^(@aws-sdk\/.*|@smithy\/.*|zod|zod\/mini|fast-check|yaml|esbuild|gcoord|uqr|marked)$/;

/** What keeps nothing from one use to the next (tests/architecture/state.test.ts), and what it stands on. */
const kept = ['lib', 'functions', 'node_modules'].map((folder) => join(__dirname, '../..', folder, '/'));
const isKept = (path) => kept.some((folder) => path.startsWith(folder));

/** What this worker has loaded of it, by path; and where the lines of errors are in the sources. */
const modules = new Map();
const sourceMaps = new Map();
/** That of the test file that runs now. */
let current;

/**
 * Loads the service and its libraries once for all test files of a worker, as Lambda does for all calls: in the worker's
 * one context (one-context.cjs) they fit every file. Loading them anew was most of what a test file costs by itself.
 * Tests, their support and infra/ are each file's own, so that nothing a test leaves there meets the next.
 */
module.exports = class KeptModules extends Runtime {
  constructor(...all) {
    super(...all);
    current = this;
    const { watch, watchAll } = all.at(-1);
    // Between two runs of somebody who watches, the sources change.
    this.keeps = !watch && !watchAll;
    if (!this.keeps) return;
    copy(modules, this.registries.moduleRegistry);
    copy(sourceMaps, this.getSourceMaps());
  }
  /** What a module of an earlier file loads only now, is loaded by the file that runs now. */
  requireModuleOrMock(from, name) {
    if (byNode.test(name) && !from.includes('/node_modules/')) return require(name);
    return super.requireModuleOrMock.call(current, from, name);
  }
  teardown() {
    if (this.keeps) {
      copy(this.registries.moduleRegistry, modules, ([path, module]) => isKept(path) && module.loaded);
      copy(this.getSourceMaps(), sourceMaps, ([path]) => isKept(path));
    }
    super.teardown();
  }
};

function copy(from, to, chosen = () => true) {
  for (const [key, value] of from) if (chosen([key, value])) to.set(key, value);
}
