import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { announceService, findService } from '../../infra/local/find-service';
import { close, listen } from '../../infra/local/ports';
import { createContacts } from '../../infra/local/sandbox/contacts';
import type { Service } from '../../infra/local/service';
import { systemClock } from '../../lib/clock';

let folder: string;
let file: string;
let server: Server;
let service: Service;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'leliao-'));
  file = join(folder, 'local', 'service.json');
  server = createServer((_request, response) => response.end(JSON.stringify({ pid: process.pid })));
  service = serviceAt(`http://127.0.0.1:${await listen(server, 0)}`);
});
afterEach(async () => {
  await close(server);
  await rm(folder, { recursive: true });
});

function serviceAt(console: string): Service {
  const stop = async () => {};
  const environment = {
    TABLE_ENDPOINT: 'http://t',
    TABLE_NAME: 'n',
    SERVICE_REGION: 'cn-north-1',
    ROOT_KEY: 'local:x',
  };
  const ended = new Promise<number>(() => {});
  const services = {
    environment,
    sandbox: 'http://s',
    doorKey: 'door-1=private',
    contacts: createContacts(systemClock),
    mailbox: [],
    smtpPort: 1,
    deadLetterQueueUrl: '',
    ended,
    stop,
  };
  return {
    api: 'http://a',
    door: undefined,
    lambda: 'http://l',
    console,
    services,
    invoke: async () => null,
    ended,
    stop,
  };
}

test('a running service is found until it takes itself back', async () => {
  const withdraw = await announceService(service, file);
  expect(await findService(file)).toMatchObject({ pid: process.pid, api: 'http://a', sandbox: 'http://s' });
  await withdraw();
  expect(await findService(file)).toBeUndefined();
});

test('the announcement holds no key', async () => {
  await announceService(service, file);
  expect(await readFile(file, 'utf8')).not.toMatch(/local:x|private/);
});

test('a service that was killed is not found, and the next one may announce itself', async () => {
  await announceService(service, file);
  await close(server);
  expect(await findService(file)).toBeUndefined();
  server = createServer((_request, response) => response.end(JSON.stringify({ pid: process.pid })));
  await announceService(serviceAt(`http://127.0.0.1:${await listen(server, 0)}`), file);
  expect(await findService(file)).toMatchObject({ pid: process.pid });
});

test('the second of two services leaves the first one found', async () => {
  await announceService(service, file);
  const withdraw = await announceService({ ...service, api: 'http://second' }, file);
  expect(await findService(file)).toMatchObject({ api: 'http://a' });
  await withdraw();
  expect(await findService(file)).toMatchObject({ api: 'http://a' });
});

test.each(['', '{', '{"pid":1}'])('a file that says %j is nothing', async (text) => {
  await writeFile(join(folder, 'odd.json'), text);
  expect(await findService(join(folder, 'odd.json'))).toBeUndefined();
});
