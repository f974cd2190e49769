import { createHash, createHmac, type Hash, type Hmac } from 'node:crypto';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';

/** Signs requests to a service of AWS (Signature Version 4): the SDK's clients would be hundreds of KB in every function. */
export const signerOf = (
  service: string,
  region: string,
  more: { uriEscapePath?: false; applyChecksum?: true } = {},
) => new SignatureV4({ service, region, credentials: defaultProvider(), sha256: Sha256, ...more });

type Described = {
  method: string;
  path: string;
  query?: Record<string, string>;
  headers?: Record<string, string> | undefined;
  body?: Buffer | string | undefined;
};

/** A request to where `base` is, as the signer wants it described. */
export const requestTo = (base: URL, { method, path, query = {}, headers, body }: Described) => ({
  method,
  protocol: base.protocol,
  hostname: base.hostname,
  ...(base.port && { port: Number(base.port) }),
  path,
  query,
  headers: { host: base.host, ...headers },
  ...(body && { body }),
});

/** SHA-256 as the signer wants it: keyed or not. */
class Sha256 {
  readonly #hash: Hash | Hmac;
  constructor(secret?: string | ArrayBuffer | ArrayBufferView) {
    this.#hash =
      secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string | Uint8Array);
  }
  update(chunk: Uint8Array): void {
    this.#hash.update(chunk);
  }
  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
  reset(): void {}
}
