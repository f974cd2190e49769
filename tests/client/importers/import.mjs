import { readFileSync } from 'node:fs';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import postman from 'openapi-to-postmanv2';

const source = readFileSync(process.argv[2], 'utf8');

/** What Redocly has to say of the document: errors and warnings alike. */
const config = await createConfig({ extends: ['recommended-strict'] });
const problems = await lintFromString({ source, absoluteRef: process.argv[2], config });

/** The collection that Postman makes of it. */
const collection = await new Promise((resolve, reject) => {
  const done = (error, { result, reason, output } = {}) =>
    result ? resolve(output[0].data) : reject(error ?? new Error(reason));
  postman.convertV2({ type: 'string', data: source }, { folderStrategy: 'Tags' }, done);
});

const requestsOf = ({ item = [], request, name }) =>
  request ? [{ name, method: request.method, path: request.url.path.join('/') }] : item.flatMap(requestsOf);
console.log(
  JSON.stringify({
    problems: problems.map(({ ruleId, message, location }) => [ruleId, message, location[0]?.pointer]),
    folders: collection.item.map(({ name }) => name),
    requests: requestsOf(collection),
  }),
);
