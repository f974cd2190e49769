import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { close, HOST, listen } from '../../infra/local/ports';
import { handleAws } from '../../lib/host/aws';
import { functions, type World } from '../support/world';

/** What reached the service, as a browser sent it. */
export type Seen = { method: string; path: string; cookie: string; status: number };

export type PageServer = { port: number; seen: Seen[]; stop(): Promise<void> };

/** Serves a world over real HTTP. Its clock follows the real one, beside what the test moves it by. */
export async function servePages(world: World): Promise<PageServer> {
  const seen: Seen[] = [];
  let last = performance.now();
  const server = createServer(async (request, response) => {
    const now = performance.now();
    world.wait(Math.round(now - last));
    last = now;
    const event = await eventOf(request);
    const name = event.rawPath.split('/').at(-2) ?? '';
    const answer = await world.within(name, (deps) =>
      handleAws(deps, name, functions[name] ?? {}, event, 'request'),
    );
    seen.push(send(request, response, answer as APIGatewayProxyStructuredResultV2));
  });
  const port = await listen(server, 0);
  return { port, seen, stop: () => close(server) };
}

/** A page of somebody else. */
export async function serveForeignPage(html: string): Promise<{ port: number; stop(): Promise<void> }> {
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8').end(html);
  });
  return { port: await listen(server, 0), stop: () => close(server) };
}

function send(
  { method = '', url = '', headers }: IncomingMessage,
  response: ServerResponse,
  { statusCode: status = 0, headers: sent = {}, cookies = [], body }: APIGatewayProxyStructuredResultV2,
): Seen {
  response.writeHead(status, { ...(sent as Record<string, string>), 'set-cookie': cookies }).end(body);
  return { method, path: url, cookie: headers.cookie ?? '', status };
}

async function eventOf(request: IncomingMessage): Promise<APIGatewayProxyEventV2> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  const { cookie, ...headers } = request.headers as Record<string, string>;
  const path = request.url ?? '';
  const http = {
    method: request.method ?? '',
    path,
    protocol: 'HTTP/1.1',
    sourceIp: HOST,
    userAgent: headers['user-agent'] ?? '',
  };
  return {
    version: '2.0',
    routeKey: '',
    rawPath: path,
    rawQueryString: '',
    ...(cookie && { cookies: cookie.split('; ') }),
    headers,
    requestContext: { requestId: 'r', http } as APIGatewayProxyEventV2['requestContext'],
    body: Buffer.concat(parts).toString('utf8'),
    isBase64Encoded: false,
  };
}
