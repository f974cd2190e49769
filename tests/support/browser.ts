import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { API_PATH } from '../../lib/api-version';
import type { Browser } from '../../lib/gate/browser';
import type { Reply } from '../../lib/gate/call';
import { handleAws } from '../../lib/host/aws';
import { functions, type World } from './world';

/** A browser as the gate sees it: what is set comes back with the next call. */
export function gateBrowser(): Browser {
  const browser: Browser = {
    site: 'card.example.cn',
    cookies: {},
    setCookie(id, value) {
      if (value === undefined) delete browser.cookies[id];
      else browser.cookies[id] = value;
    },
  };
  return browser;
}

export const SITE = 'card.example.cn';
export const CHROME =
  'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';

export type Answer = APIGatewayProxyStructuredResultV2 & { reply: Reply };

/** A browser as the network sees it: it keeps cookies and sends the headers that browsers send. */
export type HttpBrowser = {
  /** Name to value. */
  jar: Map<string, string>;
  post(path: string, input?: unknown, headers?: Record<string, string | undefined>): Promise<Answer>;
  /** What a call must answer. */
  ok<T>(path: string, input?: unknown): Promise<T>;
};

export function httpBrowser(world: World, jar = new Map<string, string>()): HttpBrowser {
  const post: HttpBrowser['post'] = async (path, input = {}, headers = {}) => {
    const event = request(path, input, jar, headers);
    const [name = ''] = path.split('/');
    const answer = (await world.within(name, (deps) =>
      handleAws(deps, name, functions[name] ?? {}, event, 'request'),
    )) as APIGatewayProxyStructuredResultV2;
    for (const line of answer.cookies ?? []) keep(jar, line);
    return { ...answer, reply: JSON.parse(answer.body ?? '') };
  };
  return {
    jar,
    post,
    async ok<T>(path: string, input?: unknown) {
      const { reply } = await post(path, input);
      if (!reply.ok) throw new Error(`${path} was refused: ${reply.error.code}`);
      return reply.data as T;
    },
  };
}

function request(
  path: string,
  input: unknown,
  jar: Map<string, string>,
  changed: Record<string, string | undefined>,
): APIGatewayProxyEventV2 {
  const sent = {
    host: SITE,
    origin: `https://${SITE}`,
    'sec-fetch-site': 'same-origin',
    'content-type': 'application/json',
    ...changed,
  };
  const headers = Object.fromEntries(Object.entries(sent).filter(([, value]) => value !== undefined));
  const http = {
    method: 'POST',
    path: `/${path}`,
    protocol: 'HTTP/1.1',
    sourceIp: '198.51.100.23',
    userAgent: CHROME,
  };
  return {
    version: '2.0',
    routeKey: '',
    rawPath: `${API_PATH}/${path}`,
    rawQueryString: '',
    cookies: [...jar].map(([name, value]) => `${name}=${value}`),
    headers: headers as Record<string, string>,
    requestContext: { requestId: 'r', http } as APIGatewayProxyEventV2['requestContext'],
    body: typeof input === 'string' ? input : JSON.stringify(input),
    isBase64Encoded: false,
  };
}

function keep(jar: Map<string, string>, line: string): void {
  const [pair = '', ...attributes] = line.split('; ');
  const at = pair.indexOf('=');
  const [name, value] = [pair.slice(0, at), pair.slice(at + 1)];
  if (attributes.includes('Max-Age=0')) jar.delete(name);
  else jar.set(name, value);
}
