import { readFile } from 'node:fs/promises';
import type { JWK } from 'jose';
import * as z from 'zod/mini';
import { API_PATH } from '../../lib/api-version';
import { Stop } from '../command-line/exit';
import { text } from '../command-line/options';
import { words } from '../command-line/words';
import { findService } from '../local/find-service';

const FETCH_LIMIT_MS = 5_000;
const WELL_KNOWN = '/.well-known/jwks.json';

const keySet = z.object({ keys: z.array(z.looseObject({ kty: z.string() })) });

/** Of every command that checks a signature. */
export const keysOption = text(
  '公钥（JWKS）文件，或者服务的地址；默认是本机正在运行的服务',
  'the published keys (JWKS): a file, or the address of a service; usually the one that runs here',
);

/**
 * The keys that signatures are checked with: from a file, from the address of one or of a service, or from the service of
 * `npm start`. @throws Stop where there are none to be had
 */
export async function readKeys(given: string | undefined): Promise<JWK[]> {
  const source = given ?? (await findService())?.api;
  if (source === undefined) throw noService;
  try {
    const read = /^https?:/.test(source) ? fetchKeys(source) : readFile(source, 'utf8');
    return keySet.parse(JSON.parse(await read)).keys;
  } catch {
    throw noKeys;
  }
}

async function fetchKeys(address: string): Promise<string> {
  const { pathname } = new URL(address);
  const isService = ['/', API_PATH, `${API_PATH}/`].includes(pathname);
  const url = isService ? new URL(WELL_KNOWN, address) : address;
  const answer = await fetch(url, { signal: AbortSignal.timeout(FETCH_LIMIT_MS) });
  return answer.text();
}

const noService = new Stop(
  'usage',
  words(
    '本机没有正在运行的服务，请用 --keys 指明公钥文件或者服务地址。',
    'No service runs here: name the published keys, a file or the address of a service, by --keys.',
  ),
);
const noKeys = new Stop(
  'usage',
  words(
    '读不到公钥：应当是 JWKS（RFC 7517）文件，或者服务的地址。',
    'The published keys cannot be read: name a JWKS (RFC 7517) file or the address of a service.',
  ),
);
