import { createHmac, hkdfSync } from 'node:crypto';
import { createDayKeys, type DayKeys } from './day-keys';
import type { Random } from './random';
import type { RootKey } from './root-key';
import { createSigningKeys, type SigningKeys } from './signing-keys';
import { createStayKeys, type StayKeys } from './stay-keys';
import { decrypt, type SuiteName, seal, suites } from './suite';
import { ringPlace, SIGNING_KEY, STAY_KEYS, TRAIL_KEY, type WrappedKey } from './wrapped-key';

/** Persons are spread over this many branch keys, so that one leaked branch key opens one sixteenth of the people. */
export const BRANCHES = 16;

/** An instance that has known its keys for longer than this looks again before it wraps anything new. */
export const KEY_RING_REFRESH_MS = 5 * 60_000;

/** Of a checksum of state that opens a door, beside the 4 of the second in which it is made: nobody tries 2^96 of them in our table. */
const GUARD_BYTES = 12;
/** What a look-up digest is of; the same value in two domains gives unrelated digests. */
export type DigestDomain =
  | 'openid'
  | 'unionid'
  | 'phone'
  | 'address'
  | 'request'
  | 'web-code'
  | 'id-number'
  | 'network-id'
  | 'real-name'
  | 'guardian-code'
  | 'share'
  | 'near'
  | 'mail-code'
  | 'certificate';

/** What the service seals under a key of its own; one domain's key opens nothing of another. */
export type SealDomain = 'cursor' | 'trail' | 'stay' | 'place-key';

/** Everything that needs a key but opens nobody, with no key ever leaving it. */
export type KeyRing = DayKeys &
  SigningKeys & {
    /** Keyed digest for look-up (blind index), 43 characters. Hides the value even from who reads the whole table. */
    digest(domain: DigestDomain, value: string): Promise<string>;
    /** Keyed checksum of our own records: chains, what has ended, references of messages; key of what only a code opens. 32 bytes. */
    mac(
      domain: 'ledger' | 'retention' | 'web-code' | 'share' | 'notice' | 'heads',
      data: string,
    ): Promise<Buffer>;
    /** What makes the checksums of state that opens a door (lib/table/bound.ts). For the table alone, which a test sees to. */
    guard(): Promise<(text: string) => Buffer>;
    /** Seals what the service gives away to be handed back, and alone may read. It opens at `place` only. */
    seal(domain: SealDomain, plaintext: Buffer, place: string): Promise<Buffer>;
    /** Opens what `seal` made. @throws SealError */
    open(domain: SealDomain, sealed: Uint8Array, place: string): Promise<Buffer>;
    /** Fresh stay keys of this year and the next, where there are none yet, in the form in which they are stored. */
    missingStayKeys(): Promise<WrappedKey[]>;
    /** The suite that new seals are written in. */
    suite: SuiteName;
  };

/**
 * What opens whatever is sealed for somebody. Only a trail holds it (lib/trail/trail.ts), which a test sees to: so nobody's
 * data is opened before a line of the log says whose.
 */
export type DataKeys = {
  /** A fresh data key for a new owner, and the form in which it is stored. */
  newDataKey(ownerId: string): Promise<{ dataKey: Buffer; wrapped: Buffer }>;
  /** Opens a stored data key. @throws SealError */
  dataKey(ownerId: string, wrapped: Uint8Array): Promise<Buffer>;
  /** Opens what outlives an owner and was sealed apart for it. */
  stayKeys(ownerId: string): Promise<StayKeys>;
  /** The same data key under a version of the branch key; undefined when it is under that or a later one. @throws SealError */
  rewrap(ownerId: string, wrapped: Uint8Array, version: number): Promise<Buffer | undefined>;
};

export type KeyRingParts = {
  load(): Promise<WrappedKey[]>;
  roots: readonly RootKey[];
  suite: SuiteName;
  now(): number;
  random: Random;
};

/** The key ring is empty or does not hold a key that a record names. The remedy is in infra/runbooks/key-rotation.md. */
export class KeyRingError extends Error {
  constructor(remedy: string) {
    super(`key ring: ${remedy}`);
    this.name = 'KeyRingError';
  }
}

/** Which branch key serves a person. */
export function branchOf(subjectId: string): number {
  const [first = 0] = Buffer.from(subjectId, 'base64url');
  return first % BRANCHES;
}

/**
 * Loads the ring on first use and keeps the opened keys in memory. A record that names a key it has not seen makes it
 * load once more, so keys can be rotated under running instances.
 */
export function createKeyRing({ load, roots, suite, now, random }: KeyRingParts): {
  ring: KeyRing;
  dataKeys: DataKeys;
} {
  let records: Promise<WrappedKey[]> | undefined;
  let loadedAt = 0;
  const opened = new Map<string, Promise<Buffer>>();

  function reload(): Promise<WrappedKey[]> {
    loadedAt = now();
    records = load().catch((error) => {
      records = undefined; // the next call tries again
      throw error;
    });
    return records;
  }

  async function find(name: string, version: number | 'newest'): Promise<WrappedKey> {
    const pick = (all: WrappedKey[]) => {
      const named = all.filter(
        (one) => one.name === name && (version === 'newest' || one.version === version),
      );
      return named.sort((a, b) => b.version - a.version)[0];
    };
    const stale = version === 'newest' && now() - loadedAt > KEY_RING_REFRESH_MS;
    const found = pick(await (stale || !records ? reload() : records)) ?? pick(await reload());
    if (!found) throw new KeyRingError('a key is missing; run npm run rotate-keys.');
    return found;
  }

  function openKey(record: WrappedKey): Promise<Buffer> {
    const place = ringPlace(record.name, record.version);
    const known = opened.get(place);
    if (known !== undefined) return known;
    const opening = unwrap(record, place);
    opened.set(place, opening);
    opening.catch(() => opened.delete(place));
    return opening;
  }

  async function unwrap({ name, rootId, wrapped, copies = {} }: WrappedKey, place: string): Promise<Buffer> {
    // By its name: who may move it on may write keys, and nothing else of what they write opens.
    if (name === TRAIL_KEY) return openSealed('trail', wrapped, place);
    if (name.startsWith(STAY_KEYS)) return openSealed('stay', wrapped, place);
    const under = new Map(Object.entries({ ...copies, [rootId]: wrapped }));
    for (const root of roots) {
      const found = under.get(root.id);
      if (found) return root.unwrap(found, place);
    }
    throw new KeyRingError('ROOT_KEY does not name a root key that wrapped the ring.');
  }

  const derived = new Map<string, Buffer>();
  /** A key of the service for one use, and the hash of the suite it was made in. */
  async function serviceKey(label: string) {
    const record = await find('service', 1);
    const { hash } = suites[record.suite];
    let key = derived.get(label);
    if (!key) {
      key = Buffer.from(hkdfSync(hash, await openKey(record), Buffer.alloc(0), label, 32));
      derived.set(label, key);
    }
    return { key, hash };
  }

  async function serviceMac(label: string, data: string): Promise<Buffer> {
    const { key, hash } = await serviceKey(label);
    return createHmac(hash, key).update(data, 'utf8').digest();
  }

  async function wrapDataKey(
    subjectId: string,
    dataKey: Buffer,
    version: number | 'newest',
  ): Promise<Buffer> {
    const branch = await find(`branch:${branchOf(subjectId)}`, version);
    const prefix = Buffer.alloc(2);
    prefix.writeUInt16BE(branch.version);
    const place = dataKeyPlace(subjectId, branch.version);
    return Buffer.concat([prefix, seal(suite, await openKey(branch), dataKey, place, random)]);
  }

  async function dataKey(subjectId: string, wrapped: Uint8Array): Promise<Buffer> {
    const version = branchVersionOf(wrapped);
    const branch = await find(`branch:${branchOf(subjectId)}`, version);
    return decrypt(await openKey(branch), wrapped.subarray(2), dataKeyPlace(subjectId, version));
  }

  async function sealFor(domain: SealDomain, plaintext: Buffer, place: string): Promise<Buffer> {
    return seal(suite, (await serviceKey(`seal:${domain}`)).key, plaintext, place, random);
  }
  async function openSealed(domain: SealDomain, sealed: Uint8Array, place: string): Promise<Buffer> {
    return decrypt((await serviceKey(`seal:${domain}`)).key, sealed, place);
  }

  const dayKeys = createDayKeys({
    stored: () => find(TRAIL_KEY, 'newest'),
    fresh: () => reload().then(() => find(TRAIL_KEY, 'newest')),
    open: openKey,
    seal: (plaintext, place) => sealFor('trail', plaintext, place),
    ...{ suite, now, random },
  });

  const { stayKeys, missingStayKeys } = createStayKeys({
    stored: () => records ?? reload(),
    open: openKey,
    seal: (plaintext, place) => sealFor('stay', plaintext, place),
    ...{ suite, now, random },
  });

  const signing = createSigningKeys({
    newest: () => find(SIGNING_KEY, 'newest'),
    all: () => (now() - loadedAt > KEY_RING_REFRESH_MS || !records ? reload() : records),
    open: openKey,
  });

  const ring: KeyRing = {
    suite,
    missingStayKeys,
    digest: async (domain, value) => (await serviceMac(`index:${domain}`, value)).toString('base64url'),
    mac: (domain, data) => serviceMac(domain, data),
    async guard() {
      const { key, hash } = await serviceKey('bound');
      return (text) => createHmac(hash, key).update(text, 'utf8').digest().subarray(0, GUARD_BYTES);
    },
    seal: sealFor,
    open: openSealed,
    ...dayKeys,
    ...signing,
  };
  const dataKeys: DataKeys = {
    dataKey,
    stayKeys,
    async newDataKey(ownerId) {
      const fresh = random(32);
      return { dataKey: fresh, wrapped: await wrapDataKey(ownerId, fresh, 'newest') };
    },
    async rewrap(ownerId, wrapped, version) {
      if (branchVersionOf(wrapped) >= version) return undefined;
      return wrapDataKey(ownerId, await dataKey(ownerId, wrapped), version);
    },
  };
  return { ring, dataKeys };
}

/** The branch version that wrapped a person's data key: its first two bytes. */
export function branchVersionOf(wrapped: Uint8Array): number {
  return Buffer.from(wrapped).readUInt16BE(0);
}

function dataKeyPlace(subjectId: string, branchVersion: number): string {
  return `data-key|${subjectId}|${branchOf(subjectId)}|${branchVersion}`;
}
