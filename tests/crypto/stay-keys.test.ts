import { createKeyRing } from '../../lib/crypto/key-ring';
import { systemRandom } from '../../lib/crypto/random';
import { rootKeys } from '../../lib/crypto/root-key';
import { SealError } from '../../lib/crypto/suite';
import { ringPlace, type WrappedKey } from '../../lib/crypto/wrapped-key';
import { createSealer } from '../../lib/table/sealer';
import { newRootKey } from '../support/root-key';

const at = (day: string) => Date.parse(`${day}T00:00:00+08:00`);

/** A ring with a service key alone, at a moment that can be moved. */
async function ring(suite: 'aes' | 'sm' = 'aes') {
  const roots = rootKeys(newRootKey(), 'cn-north-1', systemRandom);
  const [root] = roots;
  const wrapped = await root.wrap(systemRandom(32), ringPlace('service', 1));
  const service = { name: 'service', version: 1, rootId: root.id, wrapped, suite, createdAt: '' };
  const stored: WrappedKey[] = [service];
  const time = { now: at('2026-12-31') };
  const parts = { load: async () => [...stored], roots, suite, now: () => time.now, random: systemRandom };
  return { stored, time, made: () => createKeyRing(parts) };
}

it.each(['aes', 'sm'] as const)(
  'what stays opens in its year’s key after years, by %s (S5)',
  async (suite) => {
    const { stored, time, made } = await ring(suite);
    stored.push(...(await made().ring.missingStayKeys()));
    expect(await made().ring.missingStayKeys()).toEqual([]);
    const sealerNow = async (owner: string) => {
      const keysOf = await made().dataKeys.stayKeys(owner);
      return createSealer(owner, systemRandom(32), suite, systemRandom, keysOf).staying?.(
        'proof-three-years',
      );
    };
    const first = (await sealerNow('one'))?.seal(Buffer.from('证据'), 'here') as Buffer;
    expect(first.readUInt16BE(0)).toBe(2026);
    time.now = at('2027-01-01');
    // The year has its key already; the next one's is made now.
    const second = (await sealerNow('one'))?.seal(Buffer.from('证据'), 'here') as Buffer;
    expect(second.readUInt16BE(0)).toBe(2027);
    stored.push(...(await made().ring.missingStayKeys()));
    expect(new Set(stored.map(({ version }) => version))).toEqual(new Set([1, 2026, 2027, 2028]));
    for (const blob of [first, second])
      expect((await sealerNow('one'))?.decrypt(blob, 'here').toString()).toBe('证据');
    const others = await sealerNow('two');
    expect(() => others?.decrypt(first, 'here')).toThrow(SealError);
    first.writeUInt16BE(2019, 0);
    const mine = await sealerNow('one');
    expect(() => mine?.decrypt(first, 'here')).toThrow(SealError);
  },
);

it('where nobody has made a year’s key, the one before it seals', async () => {
  const { stored, time, made } = await ring();
  stored.push(...(await made().ring.missingStayKeys()));
  time.now = at('2031-06-01');
  expect((await made().dataKeys.stayKeys('one'))('incident-life').year).toBe(2027);
});
