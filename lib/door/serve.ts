import { parseContext } from '@cloudbase/node-sdk/dist/utils/tcbcontext';
import * as z from 'zod/mini';
import { systemClock } from '../clock';
import { ConfigError } from '../config-error';
import { systemRandom } from '../crypto/random';
import type { Reply } from '../gate/call';
import { assertHost } from '../policy/residency';
import { type DoorSettings, passThrough } from './door';

/** What a door reads: where the API is, the mini-program it stands in, and its one secret. */
const settings = z.object({
  STAGE: z.enum(['local', 'test', 'staging', 'production']),
  API_BASE: z.string().check(z.minLength(1)),
  OPERATOR_HOSTS: z.optional(z.string()),
  WECHAT_APPID: z.string().check(z.minLength(1)),
  /** `<key id>=<private>.<public>`, an Ed25519 key, base64url; the API has the public part in DOOR_KEYS. */
  DOOR_KEY: z.string().check(z.regex(/^[\w-]{1,40}=[\w-]{43}\.[\w-]{43}$/)),
});

/**
 * Reads the settings of a door.
 * @throws ConfigError naming what is missing or malformed, never its value
 * @throws ResidencyError when the API lies outside mainland China (S1)
 */
export function readDoorSettings(environment: Record<string, string | undefined>): DoorSettings {
  const parsed = settings.safeParse(environment);
  if (!parsed.success)
    throw new ConfigError([...new Set(parsed.error.issues.map(({ path }) => String(path[0])))]);
  const { STAGE, API_BASE, OPERATOR_HOSTS = '', WECHAT_APPID, DOOR_KEY } = parsed.data;
  const development = ['local', 'test'].includes(STAGE);
  assertHost('API_BASE', API_BASE, development, OPERATOR_HOSTS.split(',').filter(Boolean));
  const [, kid = '', d = '', x = ''] = /^([^=]+)=([^.]+)\.(.+)$/.exec(DOOR_KEY) ?? [];
  const key = { kty: 'OKP', crv: 'Ed25519', kid, d, x };
  return { apiBase: API_BASE.replace(/\/+$/, ''), key, appid: WECHAT_APPID };
}

/**
 * The entry point of every door in Tencent CloudBase. Settings are read on the first call, once per instance; a wrong one
 * fails that call and the next.
 */
export function serveDoor(): (event: unknown, context: unknown) => Promise<Reply> {
  let read: DoorSettings | undefined;
  const parts = { clock: systemClock, random: systemRandom, send: fetch, parseContext };
  return (event, context) => {
    read ??= readDoorSettings(process.env);
    return passThrough(read, parts, event, context);
  };
}
