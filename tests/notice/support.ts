import { createKeyRing, type KeyRing, ringPlace } from '../../lib/crypto/key-ring';
import { systemRandom as random } from '../../lib/crypto/random';
import { localRootKey } from '../../lib/crypto/root-key';

/** A key ring with a service key of its own and nothing else. */
export async function newRing(suite: KeyRing['suite'] = 'aes'): Promise<KeyRing> {
  const root = localRootKey(random(32).toString('base64'), random);
  const wrapped = await root.wrap(random(32), ringPlace('service', 1));
  const record = { name: 'service', version: 1, rootId: root.id, wrapped, suite, createdAt: '' };
  return createKeyRing({ load: async () => [record], roots: [root], suite, now: () => 0, random });
}
