import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parseContext } from '@cloudbase/node-sdk/dist/utils/tcbcontext';
import { systemClock } from '../../lib/clock';
import { systemRandom } from '../../lib/crypto/random';
import { type DoorSettings, passThrough } from '../../lib/door/door';
import { HOST } from './ports';

/** What stands for WeChat here: whom a call is said to come from. In the cloud the platform says so. */
export const OPENID_HEADER = 'x-wx-openid';
const ADDRESS = '127.0.0.1';

export type LocalDoor = { url: string; stop(): Promise<void> };

/**
 * Plays CloudBase in front of the local API: `POST <url>/<function>` with what `wx.cloud.callFunction` sends as `data`.
 * Every call goes through the door as it does in the cloud.
 */
export async function startDoor(settings: DoorSettings): Promise<LocalDoor> {
  const parts = { clock: systemClock, random: systemRandom, send: fetch, parseContext };
  const server = createServer(async (request, response) => {
    const openid = request.headers[OPENID_HEADER];
    const variables = {
      WX_CLIENTIP: ADDRESS,
      ...(typeof openid === 'string' && { WX_OPENID: openid, WX_APPID: settings.appid }),
    };
    const context = {
      request_id: systemRandom(16).toString('hex'),
      function_name: (request.url ?? '').slice(1),
      environment: JSON.stringify(variables),
    };
    const reply = await passThrough(settings, parts, await readEvent(request), context);
    response.setHeader('content-type', 'application/json; charset=utf-8').end(JSON.stringify(reply));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, HOST, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const stop = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://${HOST}:${port}`, stop };
}

async function readEvent(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  try {
    return JSON.parse(Buffer.concat(parts).toString('utf8'));
  } catch {
    return undefined; // refused like any other event that says nothing
  }
}
