/**
 * Preloaded into the host (host.ts), which tells of an invocation only when it is over. Writes the line that Lambda writes when
 * one begins, before the function gets it: so that a function that ends in the middle leaves a START without its call
 * (lib/trail). The host hands every invocation to a worker with its context.
 */
const { writeSync } = require('node:fs');
const { Worker } = require('node:worker_threads');

const STDOUT = 1;

const { postMessage } = Worker.prototype;
Worker.prototype.postMessage = function (message, ...transferred) {
  const requestId = message?.context?.awsRequestId;
  if (requestId !== undefined) writeWhole(Buffer.from(`START RequestId: ${requestId} Version: $LATEST\n`));
  return postMessage.call(this, message, ...transferred);
};

/** A pipe that is full is tried again, since its reader is another process. */
function writeWhole(bytes) {
  for (let left = bytes; left.length > 0; ) {
    try {
      left = left.subarray(writeSync(STDOUT, left));
    } catch (error) {
      if (error.code !== 'EAGAIN') throw error;
    }
  }
}
