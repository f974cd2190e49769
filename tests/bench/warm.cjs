/**
 * Processor time of two handlers in turn, sequential calls in blocks, in one process that does nothing else: the
 * microseconds a call of each block took, all threads counted, to file descriptor 3.
 */
const { writeSync } = require('node:fs');

const { contestants, warmUpCalls, blocks, callsPerBlock } = JSON.parse(process.argv[2]);
const calls = contestants.map(({ bundle, event }) => {
  const { handler } = require(bundle);
  return () => handler(event, { awsRequestId: 'bench' });
});

async function spend(call) {
  const before = process.cpuUsage();
  for (let count = 0; count < callsPerBlock; count += 1) await call();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / callsPerBlock;
}

async function measure() {
  for (let count = 0; count < warmUpCalls; count += 1) for (const call of calls) await call();
  const microseconds = calls.map(() => []);
  for (let block = 0; block < blocks; block += 1)
    for (const [which, call] of calls.entries()) microseconds[which].push(await spend(call));
  const answers = [];
  for (const call of calls) answers.push(await call());
  writeSync(3, JSON.stringify({ microseconds, answers }));
}

void measure().then(() => process.exit(0));
