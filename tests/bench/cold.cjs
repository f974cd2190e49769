/**
 * One cold start, in a process of its own: the milliseconds from `require` to the answer of the first call, and the
 * trips it made, to file descriptor 3. Standard output is opened beforehand, as a platform's runtime does before it
 * loads a function.
 */
const { writeSync } = require('node:fs');
const { tripsMade } = require('./trips.cjs');

const [bundle, event, context = '{"awsRequestId":"bench"}'] = process.argv.slice(2);
const call = [JSON.parse(event), { getRemainingTimeInMillis: () => 60_000, ...JSON.parse(context) }];
process.stdout.writable;
const startedAt = process.hrtime.bigint();
const { handler, main = handler } = require(bundle);
main(...call).then((answer) => {
  const milliseconds = Number(process.hrtime.bigint() - startedAt) / 1e6;
  writeSync(3, JSON.stringify({ milliseconds, trips: tripsMade(), answer }));
  process.exit(0);
});
