import { createHmac } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { systemClock } from '../../lib/clock';
import { SealError } from '../../lib/crypto/suite';
import type { Attributes } from '../../lib/table/attribute';
import { MAC, macOf } from '../../lib/table/bound';
import type { Item, Table, Write } from '../../lib/table/client';
import { entities } from '../../lib/table/entities';
import { guarding } from '../../lib/table/guarding';
import { textOf } from '../../lib/table/keys';
import { consent, person, session, wayIn } from '../../lib/table/person/person';
import { amount } from '../proof/sample';
import { anyValueOf, anyValueOfAttributes } from '../support/arbitrary';
import { newSealer } from '../support/sealer';
import { type Any, inTime } from './whole-life';

/** A table that is a map: what stands in it can be altered by whoever holds it, as by who can write the table but has no key. */
function openTable() {
  const items = new Map<string, Item>();
  const raw = {
    getMany: async (keys: { pk: string; sk: string }[]) =>
      keys.map((key) => structuredClone(items.get(textOf(key)))),
    write: async (...writes: Write[]) => {
      for (const { Put } of writes) if (Put) items.set(textOf(Put.Item), structuredClone(Put.Item) as Item);
    },
  } as unknown as Table;
  const checksum = (text: string) => createHmac('sha256', 'a key').update(text).digest().subarray(0, 12);
  return { items, table: guarding(raw, async () => checksum, systemClock) };
}

const guarded = (Object.values(entities) as unknown as Any[]).filter(
  ({ declaration }) => declaration.guarded !== undefined,
);
const covered = ({ declaration, attributes }: Any): string[] => [
  ...new Set(
    [...(declaration.guarded ?? []), ...('epoch' in attributes ? ['epoch'] : [])].map((name) =>
      (attributes as Attributes)[name]?.storage === 'sealed' ? 'sealed' : name,
    ),
  ),
];

/** Why a wrong value of an attribute opens nothing, by entity. A new one that is in no checksum is to be thought about. */
const opensNothing: Record<string, Record<string, string>> = {
  'the table finds it by that, or a human does, and reads the item itself': {
    hold: 'everyoneShard dueAt',
    incident: 'everyoneShard dueAt',
    person: 'everyoneShard dueShard dueAt',
    'authorisation-event': 'dueAt begunAt settledAt settledBy',
    'person-process': 'dueShard',
    'service-process': 'dueShard',
    appeal: 'dueAt',
    ticket: 'dueAt',
    card: 'dueAt',
  },
  'a repeat of a request is known by it, whose answer is what was made': {
    card: 'request edit',
    hold: 'request',
    incident: 'requests request',
    delivery: 'request',
    'ended-delivery': 'request',
    nickname: 'edit',
    'real-name': 'key content',
    'network-name': 'key content',
    'real-name-try': 'earlier',
    'network-try': 'earlier',
    'card-offer': 'request',
    'card-offer-sent': 'request',
    share: 'request',
    person: 'acts',
  },
  'it says only when something was done, or by which number of a partner': {
    card: 'createdAt updatedAt',
    delivery: 'createdAt',
    'ended-delivery': 'createdAt',
    nickname: 'updatedAt',
    preferences: 'updatedAt language',
    contact: 'contactId at version note groups favourite',
    'given-card': 'at',
    'card-offer': 'at',
    'card-offer-sent': 'at',
    'named-viewer': 'day expiresAtSeconds',
    'network-name': 'partnerRequestId',
    'real-name': 'partnerRequestId',
    person: 'usedOn phoneGoneAt',
  },
  'a count, or a switch that only closes': {
    person: 'cardCount contactCount held freezing',
    hold: 'count',
    'person-process': 'attempts heldUntil',
    'service-process': 'attempts heldUntil',
    'mail-code': 'tries',
    'card-offer': 'state contactId',
    'card-offer-sent': 'closed',
    share: 'uses usedOn usedBy label',
    'web-sign-in': 'polls nextPollAtMs',
  },
  'it has a checksum, a chain or a seal of its own, or names what has': {
    person: 'subjectId wrappedKey sessions ways consents ledgerSeq ledgerHash defaultCard',
    hold: 'wordsKey itemsKey',
    incident: 'wrappedKey reports',
    'policy-version': 'prev hash',
    guardian: 'guardianId',
  },
  'it tells the staff what has to be done, and how fast': {
    incident: 'rules operator grade minors crime vulnerability fulfilled checked reminded lessonsAt',
  },
  'it is switched off by a write that does not read, and what it lets in is sealed under the key of an hour':
    {
      location:
        'version revision on sinceMs keepsHistory untilSeconds expiresAtSeconds nearUntilSeconds hour nearCell nearPath region regionAtMs originsOn originCount origins cell takenAtMs',
    },
};

/** Whose end is no door: the key of the hour of a place ends before, and a link ends for whoever opened it. */
const endsByBlindWrites = ['location', 'named-viewer'];

const owners = ['AAAAAAAAAAAAAAAAAAAAAA', 'BBBBBBBBBBBBBBBBBBBBBB'] as const;
const sealer = newSealer(owners[0]);
/** An id for whatever kind of id an entity has: a text, or an object with any part that is asked for. */
const idOf = (mark: string) =>
  Object.assign(Object(mark), { shareId: mark, viewerId: mark, shard: 1 }) as never;

type Value = Record<string, unknown>;
/** Two versions of one item, as the service would write them, and what was stored of each. */
async function versionsOf(entity: Any, drawn: [Value, Value]) {
  const { items, table } = openTable();
  const stored: Item[] = [];
  for (const value of drawn) {
    const made = entity.make(owners[0], idOf('one'), inTime(entity, value) as never, { sealer, points: [] });
    Object.assign(made, { sk: String(made.sk) });
    await table.write({ Put: { Item: made } });
    stored.push(items.get(textOf(made)) as Item);
  }
  const [first, second] = stored as [Item, Item];
  const read = async (item: Item) => {
    items.set(textOf(item), item);
    const [found] = await table.getMany([item]);
    return entity.read(found, { sealer });
  };
  return { first, second, read };
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other);

describe('an item that opens a door is obeyed only as the service wrote it, there and together (K6, S9)', () => {
  it.each(guarded.map((entity) => [entity.name, entity] as const))(
    '%s: with any other value, an earlier one among newer ones, another place, or no checksum, it is refused',
    (_name, entity) =>
      fc.assert(
        fc.asyncProperty(
          anyValueOfAttributes(entity.attributes),
          anyValueOfAttributes(entity.attributes),
          async (one, two) => {
            const { first, second, read } = await versionsOf(entity, [one, two]);
            expect(await read(second)).toBeDefined();
            expect(await read(first)).toBeDefined();
            for (const name of covered(entity)) {
              if (!same(first[name], second[name])) {
                const mixed = { ...second, [name]: first[name] };
                if (first[name] === undefined) delete mixed[name];
                await expect(read(mixed)).rejects.toThrow(SealError);
              }
              const schema = (entity.attributes as Attributes)[name]?.schema;
              if (!schema) continue;
              const others = fc.sample(anyValueOf(schema), 2).filter((other) => !same(other, second[name]));
              for (const other of others) {
                const altered = { ...second, [name]: other };
                if (other === undefined) delete altered[name];
                await expect(read(altered)).rejects.toThrow(SealError);
              }
            }
            const { [MAC]: mac, ...without } = second;
            expect(mac).toHaveLength(16);
            await expect(read(without as Item)).rejects.toThrow(SealError);
            const { pk, sk } = entity.key(owners[1], idOf('two'));
            const moved = { ...second, pk, sk: String(sk) };
            if (textOf(moved) !== textOf(second)) await expect(read(moved)).rejects.toThrow(SealError);
          },
        ),
        { numRuns: amount(50, 1), endOnFailure: true },
      ),
  );

  it('every other entity says why nothing is gained by an item of it that the service has not written', () => {
    for (const { name, declaration } of Object.values(entities) as unknown as Any[]) {
      const { guarded: some, unguarded: why } = declaration;
      expect({ [name]: some ? some.length > 0 : /(\w+ ){2}/.test(why ?? '') }).toEqual({ [name]: true });
    }
  });

  it('whatever else stands in one that opens a door says why a wrong value of it opens nothing', () => {
    const found = guarded.flatMap((entity) => {
      const bound = new Set(covered(entity));
      return Object.entries(entity.attributes as Attributes).flatMap(([name, { storage }]) =>
        bound.has(storage === 'sealed' ? 'sealed' : name) ? [] : [`${entity.name}.${name}`],
      );
    });
    const said = Object.values(opensNothing).flatMap((of) =>
      Object.entries(of).flatMap(([name, attributes]) =>
        attributes.split(' ').map((one) => `${name}.${one}`),
      ),
    );
    expect(found.sort()).toEqual(said.sort());
  });

  const dated = guarded.filter(({ declaration: { life } }) => life.from !== undefined);
  it('what its life counts from is covered, or an end of its own is', () => {
    for (const entity of dated) expect(covered(entity)).toContain(entity.declaration.life.from);
    const unread = guarded.filter(
      (entity) => entity.declaration.life.until && !covered(entity).includes(entity.declaration.life.until),
    );
    expect(unread.map(({ name }) => name).sort()).toEqual(endsByBlindWrites);
  });

  it.each(dated.map((entity) => [entity.name, entity] as const))(
    '%s: an end that is moved away makes nothing live longer',
    async (_name, entity) => {
      const { items, table } = openTable();
      const from = entity.declaration.life.from ?? '';
      const { schema } = (entity.attributes as Attributes)[from] ?? {};
      const longAgo = from.endsWith('Ms') ? 0 : '1990-01-01T00:00:00.000Z';
      expect(schema?.safeParse(longAgo).success).toBe(true);
      const [drawn] = fc.sample(anyValueOfAttributes(entity.attributes), 1);
      const value = { ...drawn, [from]: longAgo };
      const made = entity.make(owners[0], idOf('one'), value as never, { sealer, points: [] });
      const key = { ...made, sk: String(made.sk) };
      await table.write({ Put: { Item: key } });
      items.set(textOf(key), { ...(items.get(textOf(key)) as Item), expiresAtSeconds: 4e9 });
      expect(await table.getMany([key])).toEqual([undefined]);
      const [still] = await table.getMany([key], 'ended-too');
      expect(still).toBeDefined();
    },
  );

  it('an item that nobody has read through the table is not read at all', () => {
    for (const entity of guarded)
      expect(() => entity.read({ pk: '', sk: '', entity: entity.name })).toThrow(SealError);
  });
});

describe('what lies in the item of a person (A5, K3)', () => {
  const facts = (startedAtSeconds: number) => ({ secretDigest: new Uint8Array(32), startedAtSeconds });
  const given = (granted: boolean, entry: number) => ({
    ...{ granted, entry, policyVersion: 1, atSeconds: entry, epoch: 0 },
    request: 'mark',
  });

  async function stored() {
    const { items, table } = openTable();
    const value = {
      ...{
        subjectId: owners[0],
        everyoneShard: 'EVERYONE#0',
        createdAt: '2026-12-01',
        lifeState: 'active' as const,
      },
      ...{ cardCount: 0, ledgerSeq: 1, ledgerHash: new Uint8Array(32) },
      sessions: { a: session.encode(facts(1), 'a'), b: session.encode(facts(2), 'b') },
      ways: {
        a: wayIn.encode({ of: 'a', came: 'phone', phoneEpoch: 1 }, 'a'),
        b: wayIn.encode({ came: 'first' }, 'b'),
      },
      consents: {
        cards: consent.encode(given(true, 1), 'cards'),
        location: consent.encode(given(false, 2), 'location'),
      },
    };
    const made = person.make(owners[0], undefined, value, { points: [] });
    await table.write({ Put: { Item: made } });
    const item = items.get(textOf(made)) as Item & Record<string, Record<string, Record<string, unknown>>>;
    const changed = async (
      change: (item: Item & Record<string, Record<string, Record<string, unknown>>>) => void,
    ) => {
      const altered = structuredClone(item);
      change(altered);
      items.set(textOf(item), altered);
      const [found] = await table.getMany([altered]);
      const self = person.read(found);
      return {
        session: (id: string) => session.decode(self?.sessions[id] ?? {}, id),
        way: (name: string) => wayIn.decode(self?.ways[name] ?? {}, name),
        consent: (purpose: 'cards' | 'location') => consent.decode(self?.consents[purpose] ?? {}, purpose),
      };
    };
    return { changed };
  }

  it('each session has a checksum of its own: one that is altered, made up, renamed or unbound is refused, and its neighbour is not', async () => {
    const { changed } = await stored();
    expect((await changed(() => {})).session('a')).toMatchObject({ startedAtSeconds: 1 });
    const attacks: Parameters<typeof changed>[0][] = [
      ({ sessions }) => Object.assign(sessions?.a ?? {}, { startedAtSeconds: 9 }),
      ({ sessions }) => Object.assign(sessions?.a ?? {}, { secretDigest: new Uint8Array(32).fill(1) }),
      ({ sessions }) => Object.assign(sessions?.a ?? {}, { link: 'wechat:0' }),
      ({ sessions }) => Object.assign(sessions ?? {}, { a: { ...sessions?.b } }),
      ({ sessions }) => Object.assign(sessions ?? {}, { a: { ...facts(1), mac: sessions?.b?.mac } }),
      ({ sessions }) => delete sessions?.a?.[MAC],
    ];
    for (const attack of attacks) {
      const read = await changed(attack);
      expect(() => read.session('a')).toThrow(SealError);
      expect(read.session('b')).toMatchObject({ startedAtSeconds: 2 });
    }
    const made = await changed(({ sessions }) => Object.assign(sessions ?? {}, { c: facts(3) }));
    expect(() => made.session('c')).toThrow(SealError);
  });

  it('so has each identity that leads in: one that comes to stand by itself, or that nobody has added, leads nowhere', async () => {
    const { changed } = await stored();
    expect((await changed(() => {})).way('a')).toMatchObject({ phoneEpoch: 1 });
    const attacks: Parameters<typeof changed>[0][] = [
      ({ ways }) => delete ways?.a?.phoneEpoch,
      ({ ways }) => Object.assign(ways?.a ?? {}, { phoneEpoch: 2 }),
      ({ ways }) => Object.assign(ways?.a ?? {}, { came: 'first' }),
      ({ ways }) => Object.assign(ways?.a ?? {}, { of: 'b' }),
      ({ ways }) => Object.assign(ways ?? {}, { a: { ...ways?.b } }),
    ];
    for (const attack of attacks) {
      const read = await changed(attack);
      expect(() => read.way('a')).toThrow(SealError);
      expect(read.way('b')).toMatchObject({ came: 'first' });
    }
    const added = await changed(({ ways }) => Object.assign(ways ?? {}, { c: { came: 'first' } }));
    expect(() => added.way('c')).toThrow(SealError);
  });

  it('all consents have one together: with one altered, put back or taken away none is obeyed', async () => {
    const { changed } = await stored();
    expect((await changed(() => {})).consent('cards')).toMatchObject({ granted: true });
    const attacks: Parameters<typeof changed>[0][] = [
      ({ consents }) => Object.assign(consents?.location ?? {}, { granted: true }),
      ({ consents }) => Object.assign(consents?.cards ?? {}, { epoch: 1 }),
      ({ consents }) => Object.assign(consents?.cards ?? {}, { policyVersion: 2 }),
      ({ consents }) => Object.assign(consents ?? {}, { location: { ...consents?.cards } }),
      ({ consents }) => delete (consents as Record<string, unknown>).location,
      (item) => delete (item as Record<string, unknown>)[macOf('consents')],
    ];
    for (const attack of attacks) {
      const read = await changed(attack);
      expect(() => read.consent('cards')).toThrow(SealError);
    }
  });
});

/** Updates that set what opens a door, and bind it. A new one is either here, with a checksum in it, or among those below. */
const binding = {
  'card/card.ts': 'recallCard noteVerdicts',
  'card/close-card.ts': 'closeCard',
  'card/taken-down.ts': 'takeDown restoreTakenDown',
  'consent/consent-state.ts': 'moveConsent',
  'person/end-consents.ts': 'endConsents',
  'person/phone.ts': 'reprovePhone',
  'process/process.ts': 'moveProcess changeDue',
  'profile/nickname.ts': 'noteNicknameVerdict',
  'person/sessions.ts': 'addSession noteSessionUse',
  'sharing/contact.ts': 'giveCard',
  'ticket/ticket.ts': 'endTicket',
};
/** Updates of other entities, whose attribute of the same name opens nothing. */
const ofOthers = {
  'location/location.ts': 'stopLocation',
  // When somebody has opened a message.
  'notice/recipient.ts': 'noteOpened',
  // When the account that nobody uses is looked at next.
  'person/dormancy.ts': 'move',
  // It ends every session.
  'person/join.ts': 'leaveAccount',
  'profile/message-acceptance.ts': 'spendAcceptance voidAcceptance',
  'readers/end-of-stay.ts': 'endAfterHold',
  'retention/waiting.ts': 'setEnd',
  // The holder's words and their version, which are not what was given.
  'sharing/contact.ts': 'replaceWords',
  // Answering closes an offer.
  'sharing/offer.ts': 'answerOffer',
  'sign-in/limit-counter.ts': 'oneMore',
};

it('whoever sets what opens a door by an update binds it (K6): the list of all of them', () => {
  const root = join(__dirname, '../../lib/table');
  const names = [...new Set([...guarded.flatMap(covered), 'sessions', 'ways', 'consents'])].filter(
    (name) => name !== 'sealed',
  );
  const sets = new RegExp(`(?:SET|ADD|,|')[\\s#]*(?:${names.join('|')})(?:\\.[#\\w]+)* (?:=|:)`);
  const found: Record<string, string[]> = {};
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((one) =>
    one.endsWith('.ts'),
  )) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const piece of text.split(/\n(?=(?:export )?(?:async )?function )/)) {
      const [, name = ''] = /^(?:export )?(?:async )?function (\w+)/.exec(piece) ?? [];
      const expressions = [...piece.matchAll(/UpdateExpression:\s*[`'][^\n]*|set: \[[^\]]*\]/g)].map(
        ([one]) => one,
      );
      if (expressions.some((one) => sets.test(one))) found[file] = [...(found[file] ?? []), name];
    }
  }
  const listed = [...Object.entries(binding), ...Object.entries(ofOthers)];
  const expected: Record<string, string[]> = {};
  for (const [file, writers] of listed) expected[file] = [...(expected[file] ?? []), ...writers.split(' ')];
  expect(found).toEqual(expected);
  for (const [file, writers] of Object.entries(binding)) {
    const text = readFileSync(join(root, file), 'utf8');
    for (const name of writers.split(' ')) {
      const [, piece = ''] = text.split(`function ${name}(`);
      expect({ [name]: /MAC|macs|bound|encode\(|toBind|made/.test(piece.split('\n}\n')[0] ?? '') }).toEqual({
        [name]: true,
      });
    }
  }
});
