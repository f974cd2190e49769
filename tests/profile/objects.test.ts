import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { parse } from 'yaml';
import { MAKING_SECONDS } from '../../functions/profile/confirm-avatar';
import { startObjectStore } from '../../infra/local/objects';
import { close, listen } from '../../infra/local/ports';
import type { LogFields } from '../../lib/log';
import { createObjects } from '../../lib/partner/objects';

const clock = { now: () => Date.parse('2026-12-01T02:00:00.000Z') };
const announced = { key: 'incoming/file', contentType: 'image/png', bytes: 3, sha256: 'ab'.repeat(32) };
let lines: LogFields[];
beforeEach(() => {
  lines = [];
});
const open = (endpoint: string, bucket = 'test-objects') =>
  createObjects({ bucket, region: 'cn-north-1', endpoint, clock, log: (line) => void lines.push(line) });

describe('the objects partner', () => {
  it('in the cloud speaks to its bucket in the region of the service and nowhere else (S1)', async () => {
    const { url, headers } = await open('').uploadAddress(announced, 300);
    const { origin, pathname, searchParams } = new URL(url);
    expect(origin).toBe('https://test-objects.s3.cn-north-1.amazonaws.com.cn');
    expect(pathname).toBe('/incoming/file');
    expect(searchParams.get('X-Amz-Expires')).toBe('300');
    expect(searchParams.get('X-Amz-SignedHeaders')).toBe(
      'content-length;content-type;host;x-amz-checksum-sha256',
    );
    expect(Object.keys(headers).sort()).toEqual(['content-type', 'x-amz-checksum-sha256']);
  });

  it('keeps, reads and deletes; deleting what is not there is no error', async () => {
    const store = await startObjectStore({
      bucket: 'test-objects',
      accessKeyId: 'local',
      secretAccessKey: 'local',
      clock,
    });
    const objects = open(store.endpoint);
    await objects.write('avatars/one', Buffer.from('content'));
    expect(String(await objects.read('avatars/one', 7))).toBe('content');
    await expect(objects.read('avatars/one', 6)).rejects.toMatchObject({ code: 'PARTNER_UNAVAILABLE' });
    await objects.remove(['avatars/one', 'avatars/two']);
    await objects.remove(['avatars/one']);
    expect(await objects.read('avatars/one', 7)).toBeUndefined();
    await store.stop();
  });

  it('is refused by a store that holds another secret, or whose clock is far away', async () => {
    const strangers = [
      { secretAccessKey: 'other', clock },
      { secretAccessKey: 'local', clock: { now: () => clock.now() + 16 * 60_000 } },
      { secretAccessKey: 'local', clock: { now: () => clock.now() - 16 * 60_000 } },
    ];
    for (const stranger of strangers) {
      const store = await startObjectStore({ bucket: 'test-objects', accessKeyId: 'local', ...stranger });
      await expect(open(store.endpoint).write('avatars/one', Buffer.from('x'))).rejects.toMatchObject({
        code: 'PARTNER_UNAVAILABLE',
      });
      await store.stop();
    }
  });
});

it('a function is stopped long before the time in which its picture may still appear', async () => {
  const { provider, functions } = parse(await readFile(join(__dirname, '../../serverless.yml'), 'utf8'), {
    logLevel: 'error',
  });
  expect(functions.profile.timeout ?? provider.timeout).toBeLessThanOrEqual(MAKING_SECONDS / 2);
});

describe('in trouble', () => {
  let server: Server;
  let asked: number;
  const serve = async (answer: (count: number) => { status: number; headers?: Record<string, string> }) => {
    asked = 0;
    server = createServer((_, response) => {
      asked += 1;
      const { status, headers } = answer(asked);
      response.writeHead(status, headers).end('secret words of the partner');
    });
    return open(`http://127.0.0.1:${await listen(server, 0)}`);
  };
  afterEach(() => close(server));

  it('asks once more, then says that the partner is down, and logs neither name nor words', async () => {
    const objects = await serve(() => ({ status: 503 }));
    await expect(objects.write('avatars/marked-name', Buffer.from('x'))).rejects.toMatchObject({
      code: 'PARTNER_UNAVAILABLE',
    });
    expect(asked).toBe(2);
    expect(lines.map(({ partnerCode }) => partnerCode)).toEqual([503, 503]);
    expect(JSON.stringify(lines)).not.toMatch(/marked-name|secret words/);
  });

  it('bears one failure', async () => {
    const objects = await serve((count) => ({ status: count === 1 ? 500 : 204 }));
    await objects.remove(['avatars/one']);
    expect(asked).toBe(2);
  });

  it('follows nobody elsewhere (S1)', async () => {
    const objects = await serve(() => ({
      status: 307,
      headers: { location: 'https://s3.us-east-1.amazonaws.com/x' },
    }));
    await expect(objects.read('avatars/one', 9)).rejects.toMatchObject({ code: 'PARTNER_UNAVAILABLE' });
  });
});
