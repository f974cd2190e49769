/** Counts the HTTP requests that leave this process, as Node itself reports them: also those nobody meant to make. */
const { subscribe } = require('node:diagnostics_channel');

let made = 0;
const count = () => {
  made += 1;
};
for (const channel of ['http.client.request.start', 'undici:request:create']) subscribe(channel, count);

exports.tripsMade = () => made;
