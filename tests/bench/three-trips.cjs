/** A handler that makes three trips, two of them by fetch, and needs no table: what the counting of trips is tried on. */
const { createServer, get } = require('node:http');

exports.handler = async () => {
  const server = createServer((_, response) => response.end('{}')).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const address = `http://127.0.0.1:${server.address().port}`;
  await new Promise((resolve, reject) =>
    get(address, (answer) => answer.resume().on('end', resolve)).on('error', reject),
  );
  for (let count = 0; count < 2; count += 1) await (await fetch(address)).text();
  server.close();
  return { statusCode: 200 };
};
