/**
 * Processor time of several handlers in turn, sequential calls in blocks, in one process that does nothing else: the
 * microseconds a call of each block took, all threads counted, and the trips it made, to file descriptor 3.
 */
const { writeSync } = require('node:fs');
const { tripsMade } = require('./trips.cjs');

const { contestants, warmUpCalls, blocks, callsPerBlock } = JSON.parse(process.argv[2]);
const sides = contestants.map(({ bundle, event }) => {
  const { handler } = require(bundle);
  return {
    call: () => handler(event, { awsRequestId: 'bench', getRemainingTimeInMillis: () => 60_000 }),
    times: [],
    trips: [],
  };
});

async function spend({ call, times, trips }) {
  const tripsBefore = tripsMade();
  const before = process.cpuUsage();
  for (let count = 0; count < callsPerBlock; count += 1) await call();
  const { user, system } = process.cpuUsage(before);
  times.push((user + system) / callsPerBlock);
  trips.push((tripsMade() - tripsBefore) / callsPerBlock);
}

async function measure() {
  for (let count = 0; count < warmUpCalls; count += 1) for (const { call } of sides) await call();
  for (let block = 0; block < blocks; block += 1) for (const side of sides) await spend(side);
  const report = [];
  for (const { call, times, trips } of sides) report.push({ times, trips, answer: await call() });
  writeSync(3, JSON.stringify(report));
}

void measure().then(() => process.exit(0));
