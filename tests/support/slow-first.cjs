const { existsSync } = require('node:fs');
const { join } = require('node:path');
const Sequencer = require('@jest/test-sequencer').default;

/** Files that start programs or bring much about, the slowest first. */
const slow = [
  'local/start.test.ts',
  'budgets/budgets.test.ts',
  'judge/journey.test.ts',
  'packaging/aws.test.ts',
  'packaging/residency.test.ts',
  'packaging/cloudbase.test.ts',
  'cards/new-field.test.ts',
  'web/page.test.ts',
  'types/types.test.ts',
  'local/dynamodb.test.ts',
  'client/package.test.ts',
  'architecture/floating-promises.test.ts',
].map((name) => join(__dirname, '..', name));

/**
 * Where jest does not know yet how long a file takes, as in a fresh clone, it goes by sizes; a slow file that it begins
 * last is then waited for by one worker alone.
 */
module.exports = class SlowFirst extends Sequencer {
  sort(tests) {
    const missing = slow.filter((path) => !existsSync(path));
    if (missing.length > 0) throw new Error(`tests/support/slow-first.cjs names no file: ${missing}`);
    const sorted = super.sort(tests);
    const rank = ({ path, duration }) =>
      duration === undefined && slow.includes(path) ? slow.indexOf(path) : slow.length;
    return sorted.sort((one, other) => rank(one) - rank(other));
  }
};
