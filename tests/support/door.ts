import { parseContext } from '@cloudbase/node-sdk/dist/utils/tcbcontext';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { API_PATH } from '../../lib/api-version';
import { systemRandom } from '../../lib/crypto/random';
import type { DoorParts, DoorSettings } from '../../lib/door/door';
import { handleAws } from '../../lib/host/aws';
import { DOOR_KEY, type DoorKey } from './door-key';
import { functions, type World } from './world';

export const doorSettings = (
  key: DoorKey = DOOR_KEY,
  apiBase = `https://api.test${API_PATH}`,
): DoorSettings => ({
  apiBase,
  key: { kty: 'OKP', crv: 'Ed25519', ...key },
  appid: 'wxtest',
});

/** What a deployed door reads. */
export const doorEnvironment = (apiBase: string, { kid, d, x } = DOOR_KEY): Record<string, string> => ({
  STAGE: 'test',
  API_BASE: apiBase,
  WECHAT_APPID: 'wxtest',
  DOOR_KEY: `${kid}=${d}.${x}`,
});

export type Sent = { path: string; headers: Record<string, string>; body: string };

/** A door whose network leads straight to a world's API; `onTheWay` may look at what is sent, and change it. */
export function doorTo(
  world: World,
  onTheWay: (sent: Sent) => Sent | Promise<Sent> = (sent) => sent,
): DoorParts {
  const send = async (url: string | URL | Request, init: RequestInit = {}): Promise<Response> => {
    const { pathname } = new URL(String(url));
    const sent = { path: pathname, headers: init.headers as Record<string, string>, body: String(init.body) };
    return answer(world, await onTheWay(sent));
  };
  return { clock: world.deps.clock, random: systemRandom, send, parseContext: parseContext as never };
}

/** What the API answers to a request, as API Gateway would hand it over. */
export async function answer(world: World, { path, headers, body }: Sent): Promise<Response> {
  const [, , name = ''] = path.split('/');
  const requestContext = { http: { method: 'POST', sourceIp: '198.51.100.1', userAgent: 'door' } };
  const event = { rawPath: path, headers, requestContext, body };
  const reply = await world.within(name, (deps) => handleAws(deps, name, functions[name] ?? {}, event, 'r'));
  const { statusCode = 500, body: text } = reply as APIGatewayProxyStructuredResultV2;
  return new Response(text, { status: statusCode });
}
