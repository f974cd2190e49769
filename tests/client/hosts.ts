import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { API_PATH } from '../../lib/api-version';
import type { WxCloud } from '../../lib/client/client';
import { passThrough } from '../../lib/door/door';
import { handleAws } from '../../lib/host/aws';
import { doorSettings, doorTo } from '../support/door';
import { functions, type World } from '../support/world';

export type HttpHost = {
  baseUrl: string;
  /** Headers of every request, in order. */
  seen: Record<string, unknown>[];
  stop(): Promise<void>;
};

/** A small HTTP server over the AWS handler, calling it as API Gateway would. `before` each request is for the test. */
export async function startHttpHost(world: World, before = () => {}): Promise<HttpHost> {
  const seen: HttpHost['seen'] = [];
  const server = createServer(async (request, response) => {
    before();
    seen.push(request.headers);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const [, , name = ''] = (request.url ?? '').split('/');
    const event = {
      rawPath: request.url,
      headers: request.headers,
      requestContext: { http: { method: request.method, sourceIp: '203.0.113.7', userAgent: 'test' } },
      body: Buffer.concat(chunks).toString('utf8'),
    };
    const answer = await world.within(name, (deps) =>
      handleAws(deps, name, functions[name] ?? {}, event, 'r'),
    );
    const { statusCode, headers, body } = answer as APIGatewayProxyStructuredResultV2;
    response.writeHead(statusCode ?? 500, headers as Record<string, string>).end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}${API_PATH}`,
    seen,
    stop: () => new Promise((resolve) => void server.close(() => resolve())),
  };
}

/** The `wx.cloud` of a person, through the door. Like the real one, it carries JSON. */
export function wxCloudOf(world: World, openid: string): WxCloud {
  return {
    async callFunction({ name, data }) {
      const environment = JSON.stringify({ WX_OPENID: openid, WX_APPID: world.config.WECHAT_APPID });
      const event = { ...JSON.parse(JSON.stringify(data)), userInfo: { openId: openid } };
      const context = { request_id: 'r', function_name: name, environment };
      const reply = await passThrough(doorSettings(), doorTo(world), event, context);
      return { result: JSON.parse(JSON.stringify(reply)) };
    },
  };
}
