/** Started anew for each cold start: prints the milliseconds that require and the first call take together. */
const [bundle, event] = process.argv.slice(2);
const startedAt = process.hrtime.bigint();
const { handler } = require(bundle);
const write = process.stdout.write;
process.stdout.write = () => true; // the function's own log line is not what is measured
handler(JSON.parse(event), { awsRequestId: 'bench' }).then((answer) => {
  const milliseconds = Number(process.hrtime.bigint() - startedAt) / 1e6;
  process.stdout.write = write;
  const failed = answer.statusCode !== 200;
  process.stdout.write(JSON.stringify(failed ? { failed: answer } : { milliseconds }));
  process.exit(0);
});
