import { readFile } from 'node:fs/promises';
import type { JWK } from 'jose';
import { findService } from '../local/find-service';

const FETCH_LIMIT_MS = 5_000;

/**
 * The keys that signatures are checked with: from a file, from the address of one or of a service, or from the service of
 * `npm start`. @throws Error with one sentence for the person
 */
export async function readKeys(given: string | undefined): Promise<JWK[]> {
  const source = given ?? (await findService())?.api;
  if (!source) throw new Error('没有正在运行的服务：请用 --keys 指明公钥文件或者服务地址。');
  const text = /^https?:\/\//.test(source) ? await fetchKeys(source) : await readFile(source, 'utf8');
  const { keys } = JSON.parse(text) as { keys?: JWK[] };
  if (!Array.isArray(keys)) throw new Error('公钥文件不是 JWK 集（RFC 7517）。');
  return keys;
}

async function fetchKeys(url: string): Promise<string> {
  const address = url.endsWith('.json') ? url : new URL('/.well-known/jwks.json', url);
  const response = await fetch(address, { signal: AbortSignal.timeout(FETCH_LIMIT_MS) });
  if (!response.ok) throw new Error(`取不到公钥：服务返回 ${response.status}。`);
  return response.text();
}
