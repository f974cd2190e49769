import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A key ARN for the stand-in. Nothing is there. */
export const KEY_ARN = 'arn:aws-cn:kms:cn-north-1:000000000000:key/00000000-0000-0000-0000-000000000000';

/**
 * Stands where KMS is in the cloud and answers at once, with what it was sent: what is measured is our side of the
 * call. The SDK finds it by AWS_ENDPOINT_URL_KMS.
 */
export async function startKms(): Promise<{ endpoint: string; stop(): void }> {
  const server: Server = createServer((request, response) => {
    let body = '';
    request.on('data', (text: Buffer) => {
      body += text;
    });
    request.on('end', () => {
      const { Plaintext, CiphertextBlob } = JSON.parse(body);
      response.setHeader('content-type', 'application/x-amz-json-1.1');
      response.end(JSON.stringify({ KeyId: KEY_ARN, CiphertextBlob: Plaintext, Plaintext: CiphertextBlob }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const stop = () => {
    server.closeAllConnections();
    server.close();
  };
  return { endpoint: `http://127.0.0.1:${port}`, stop };
}
