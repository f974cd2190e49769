import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { newDoorKey } from '../../infra/commands/door-key';
import { inProcess } from './in-process';
import { compareAll, inTurns, type Measured } from './measure';

/** A door that signs nothing and reads no context: what forwarding alone costs. */
const BARE = join(__dirname, 'bare', 'door.cjs');

type Started = { milliseconds: number; trips: number; answer: { ok: boolean } };

/** Milliseconds from `require` to the answer of a door's first call, beside a bare one before the same API. */
export async function doorStart(file: string): Promise<Measured> {
  const api = createServer((request, response) => {
    request.resume().on('end', () => response.end('{"ok":true,"data":{}}'));
  }).listen(0, '127.0.0.1');
  await once(api, 'listening');
  const settings = {
    STAGE: 'local',
    API_BASE: `http://127.0.0.1:${(api.address() as AddressInfo).port}`,
    WECHAT_APPID: 'wxbench',
    DOOR_KEY: newDoorKey(0).DOOR_KEY,
  };
  const environment = JSON.stringify({ WX_OPENID: 'bench', WX_APPID: settings.WECHAT_APPID });
  const event = JSON.stringify({ operation: 'signIn', input: {} });
  const context = JSON.stringify({ request_id: 'bench', function_name: 'login', environment });
  const sides = [
    { name: 'the door', bundle: file },
    { name: 'bare, forwarding', bundle: BARE },
  ];
  try {
    const measured = await inTurns(sides, async ({ name, bundle }) => {
      const started = await inProcess<Started>('cold.cjs', [bundle, event, context], settings);
      if (!started.answer.ok) throw new Error(`${name} did not answer its call`);
      return started;
    });
    return compareAll('cold start of the door', measured);
  } finally {
    api.close();
  }
}
