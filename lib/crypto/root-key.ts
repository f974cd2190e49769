import { createHash } from 'node:crypto';
import { awsWaits, passes } from '../aws-client';
import { AppError } from '../errors';
import { timeLimits, within } from '../time-limits';
import type { Random } from './random';
import { decrypt, SealError, seal } from './suite';

/**
 * The key above all keys. It only wraps branch keys and service secrets, which are then kept in memory, so a warm
 * instance never asks for it.
 */
export type RootKey = {
  /** Names the key in what it wrapped, and reveals nothing of it. */
  id: string;
  wrap(key: Buffer, place: string): Promise<Buffer>;
  unwrap(wrapped: Uint8Array, place: string): Promise<Buffer>;
};

/** A root key from 32 bytes held by the developer. Never in production: lib/config.ts refuses it there. */
export function localRootKey(base64: string, random: Random): RootKey {
  const key = Buffer.from(base64, 'base64');
  return {
    id: `local:${createHash('sha256').update(key).digest('hex').slice(0, 16)}`,
    wrap: async (plain, place) => seal('aes', key, plain, place, random),
    unwrap: async (wrapped, place) => decrypt(key, wrapped, place),
  };
}

/** Where KMS is and how long it is waited for. Without an endpoint it is the region's own. */
export type KmsPlace = {
  region: string;
  endpoint?: string;
  limits?: Pick<typeof timeLimits, 'connectMs' | 'rootKey'>;
};

/**
 * A root key inside AWS KMS, which never leaves it. The client is loaded on first use: most bundles never pay for it.
 * Its calls throw AppError BUSY when KMS is throttling, at fault or silent to the end of the time limit.
 */
export function kmsRootKey(keyArn: string, { region, endpoint, limits = timeLimits }: KmsPlace): RootKey {
  const load = once(async () => {
    const { KMSClient, EncryptCommand, DecryptCommand } = await import('@aws-sdk/client-kms');
    const requestHandler = awsWaits(limits.rootKey, limits.connectMs);
    const client = new KMSClient({ region, requestHandler, ...(endpoint && { endpoint }) });
    return { client, EncryptCommand, DecryptCommand };
  });
  const inTime = <T>(ask: (options: { abortSignal: AbortSignal }) => Promise<T>): Promise<T> =>
    within(limits.rootKey.totalMs, (abortSignal) => ask({ abortSignal })).catch((error) => {
      throw passes(error) ? new AppError('BUSY') : error;
    });
  return {
    id: `kms:${createHash('sha256').update(keyArn).digest('hex').slice(0, 16)}`,
    async wrap(key, place) {
      const { client, EncryptCommand } = await load();
      const request = { KeyId: keyArn, Plaintext: key, EncryptionContext: { place } };
      const answer = await inTime((options) => client.send(new EncryptCommand(request), options));
      return Buffer.from(present(answer.CiphertextBlob));
    },
    async unwrap(wrapped, place) {
      const { client, DecryptCommand } = await load();
      const request = { KeyId: keyArn, CiphertextBlob: wrapped, EncryptionContext: { place } };
      const answer = await inTime((options) => client.send(new DecryptCommand(request), options)).catch(
        (error) => {
          throw (error as Error).name === 'InvalidCiphertextException' ? new SealError() : error;
        },
      );
      return Buffer.from(present(answer.Plaintext));
    },
  };
}

/** A key of the ring under every root key: the first one names it, and no region depends on another's (promise S7). */
export async function wrapUnderAll(
  [first, ...others]: readonly [RootKey, ...RootKey[]],
  key: Buffer,
  place: string,
): Promise<{ rootId: string; wrapped: Buffer; copies?: Record<string, Buffer> }> {
  const copies = await Promise.all(
    others.map(async (root) => [root.id, await root.wrap(key, place)] as const),
  );
  return {
    rootId: first.id,
    wrapped: await first.wrap(key, place),
    ...(copies.length > 0 && { copies: Object.fromEntries(copies) }),
  };
}

function present(bytes: Uint8Array | undefined): Uint8Array {
  if (!bytes) throw new Error('KMS answered without a result');
  return bytes;
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => {
    made ??= make();
    return made;
  };
}

/**
 * The root keys named by the ROOT_KEY setting, separated by commas: that of this region, and for who makes keys that of every
 * other region as well. Each wraps and each unwraps. A key of KMS is asked in the region that its ARN names.
 */
export function rootKeys(
  setting: string,
  region: string,
  random: Random,
  kms: Omit<KmsPlace, 'region'> = {},
): [RootKey, ...RootKey[]] {
  const [first, ...others] = setting.split(',').map((one) => {
    if (one.startsWith('kms:')) {
      const arn = one.slice('kms:'.length);
      return kmsRootKey(arn, { region: arn.split(':')[3] || region, ...kms });
    }
    return localRootKey(one.slice('local:'.length), random);
  });
  if (!first) throw new Error('ROOT_KEY is empty');
  return [first, ...others];
}
