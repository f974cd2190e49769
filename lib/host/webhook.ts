import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import type * as z from 'zod/mini';
import type { Call } from '../gate/call';
import type { Operations } from '../gate/operation';
import type { webhookOutput } from '../gate/webhook';

/** The operation that partners reach at a path in a form of their own. */
export function webhookAt(operations: Operations, path: string): string | undefined {
  return Object.keys(operations).find((name) => operations[name]?.webhook === path);
}

/** What came, as a call. No token, cookie or assertion of a door is looked at: none of them is a partner's. */
export function readWebhook(event: APIGatewayProxyEventV2, operation: string, requestId: string): Call {
  const { method, sourceIp } = event.requestContext.http;
  const input = { method, query: event.queryStringParameters ?? {}, body: textOf(event) };
  return { operation, input, requestId, host: 'aws', trigger: 'webhook', address: sourceIp };
}

/** The body of a request as text. */
export function textOf({ body, isBase64Encoded }: APIGatewayProxyEventV2): string {
  const sent = body ?? ''; // some hosts say null
  return isBase64Encoded ? Buffer.from(sent, 'base64').toString('utf8') : sent;
}

/** What a partner reads. Part of it may be the partner's own words, so no browser may take it for more than text. */
export function respondText(data: unknown): APIGatewayProxyStructuredResultV2 {
  return {
    statusCode: 200,
    headers: {
      'content-type': 'text/plain; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    },
    body: (data as z.output<typeof webhookOutput>).text,
  };
}
