import { BatchWriteCommand, DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { BITS, cellAt, centreOf, metresBetween, type Place } from '../../functions/location/grid';
import { nearSquare, shownSquare, withEntry } from '../../functions/location/near-keys';
import { cellsAround, reachMetres } from '../../functions/location/nearby';
import { secondOf, toEpochSeconds, toInstant } from '../../lib/clock';
import { randomId } from '../../lib/crypto/random';
import { issueToken } from '../../lib/crypto/token';
import type { Deps } from '../../lib/deps';
import { dispatch } from '../../lib/gate/dispatch';
import type { Operations } from '../../lib/gate/operation';
import { bindAll } from '../../lib/table/bound';
import { putCard } from '../../lib/table/card/card';
import type { Item } from '../../lib/table/client';
import { tableOf } from '../../lib/table/keys';
import { endOf, type Precision, putSettings, sealerOf } from '../../lib/table/location/location';
import { consent, putPerson, session, wayIn } from '../../lib/table/person/person';
import { shortName } from '../../lib/table/person/wechat-account';
import { createSealer } from '../../lib/table/sealer';
import { shortClient } from '../support/short-way';
import { functions, type World } from '../support/world';
import type { Nearby } from './support';

/** A city of people who can be found, put into the table as the service would have left them, without asking it. */
export type Citizen = Wanted & {
  token: string;
  subjectId: string;
  /** The square in which others find them. */
  shown: string;
};
export type Wanted = { name: string; place: Place; precision: Precision };

const BATCH = 25;
const BATCHES_AT_ONCE = 8;

export async function settle({ deps, config }: World, people: Wanted[]): Promise<Citizen[]> {
  const raw = shortClient({ region: config.SERVICE_REGION, endpoint: config.TABLE_ENDPOINT });
  const client = DynamoDBDocumentClient.from(raw, { marshallOptions: { removeUndefinedValues: true } });
  const citizens: Citizen[] = [];
  const checksum = await deps.ring.guard();
  let waiting: Item[] = [];
  const flush = async (all: boolean) => {
    const batches: Item[][] = [];
    while (waiting.length >= (all ? 1 : BATCH)) batches.push(waiting.splice(0, BATCH));
    await Promise.all(
      batches.map((items) => {
        const RequestItems: Record<string, { PutRequest: { Item: Item } }[]> = {};
        for (const Item of items) {
          const name = tableOf(Item) === 'main' ? config.TABLE_NAME : config.PLACES_TABLE_NAME;
          RequestItems[name] = [...(RequestItems[name] ?? []), { PutRequest: { Item } }];
        }
        return client.send(new BatchWriteCommand({ RequestItems }));
      }),
    );
  };
  for (const one of people) {
    const { citizen, items } = await made(deps, one);
    citizens.push(citizen);
    waiting = [
      ...waiting,
      ...items.map((item) => bindAll(item, item, checksum, secondOf(deps.clock.now())) as Item),
    ];
    if (waiting.length >= BATCH * BATCHES_AT_ONCE) await flush(false);
  }
  await flush(true);
  raw.destroy();
  return citizens;
}

/** Somebody with a session, three consents, a card whose name is open to everyone, and a fresh place. */
async function made(deps: Deps, { name, place, precision }: Wanted) {
  const nowMs = deps.clock.now();
  const at = toInstant(nowMs);
  const subjectId = randomId(deps.random);
  const { token, sessionId, secretDigest } = issueToken(subjectId, deps.random);
  const { dataKey, wrapped } = await deps.trail.newDataKey(subjectId);
  const sealer = createSealer(subjectId, dataKey, deps.ring.suite, deps.random);
  const agreed = {
    granted: true,
    entry: 1,
    policyVersion: deps.policy.inForce().version,
    atSeconds: toEpochSeconds(nowMs),
    epoch: 0,
    request: 'seeded',
  };
  const startedAtSeconds = Math.floor(nowMs / 1000);
  const cardId = randomId(deps.random);
  const identity = shortName(subjectId);
  const person = putPerson({
    subjectId,
    createdAt: at,
    wrappedKey: wrapped,
    lifeState: 'active',
    identities: [{ domain: 'openid', digest: subjectId }],
    noticedAt: at,
    ways: { [identity]: wayIn.encode({ came: 'first' }, identity) },
    sessions: {
      [sessionId]: session.encode(
        { secretDigest, startedAtSeconds, usedAtSeconds: startedAtSeconds, identity },
        sessionId,
        sealer,
      ),
    },
    consents: Object.fromEntries(
      ['cards', 'card-public', 'location'].map((purpose) => [purpose, consent.encode(agreed, purpose)]),
    ),
    cardCount: 1,
    defaultCard: cardId,
    ledgerSeq: 1,
    ledgerHash: new Uint8Array(32),
  });
  const content = { name, phones: [], mails: [], addresses: [], sites: [], otherLanguages: [], kept: [] };
  const state = { version: 1, createdAt: at, updatedAt: at, epoch: 0, request: 'seeded', ownTags: [] };
  const open = { visibility: { name: 'everyone' }, publicEpoch: 0, verdicts: { name: 'passed' } } as const;
  const [card] = putCard(subjectId, { cardId, ...content, ...state, ...open }, sealer);
  const location = await withEntry(deps, subjectId, {
    epoch: 0,
    version: 1,
    revision: 1,
    on: true,
    sinceMs: nowMs,
    precision,
    findable: 'mutual',
    keepsHistory: false,
    untilSeconds: undefined,
    expiresAtSeconds: endOf(nowMs, undefined),
    cell: cellAt(place, BITS[precision]),
    takenAtMs: nowMs,
  });
  const [where] = putSettings(subjectId, location, undefined, nowMs, await sealerOf(deps, location, sealer));
  const items = [person, card, where].map(({ Put }) => Put?.Item as Item);
  const shown = await shownSquare(deps.ring, subjectId, cellAt(place, BITS[precision]));
  return { citizen: { token, subjectId, name, place, precision, shown }, items };
}

/** The square from which somebody looks around, and the squares in which they find others. */
function reachOf({ place, precision }: Wanted, radiusKm: number): string[] {
  const square = nearSquare(cellAt(place, BITS[precision]));
  return cellsAround(centreOf(square), reachMetres(square, radiusKm));
}

/** Who should appear to somebody, by looking at everybody. */
export function dueTo(one: Citizen, city: Citizen[], radiusKm: number): string[] {
  const cells = new Set(reachOf(one, radiusKm));
  return city
    .filter((other) => other !== one && cells.has(other.shown))
    .map(({ name }) => name)
    .sort();
}

/** People of a city in the squares that the radius of one of them holds: what a perfect reading would read. */
export function peopleInside(one: Citizen, city: Citizen[], radiusKm: number): number {
  const cells = new Set(reachOf(one, radiusKm));
  return city.filter(({ shown }) => cells.has(shown)).length;
}

/** Who is so near, by the squares that they are in, that they must not be left out. */
export function mustAppear(one: Citizen, city: Citizen[], radiusKm: number): string[] {
  const middle = ({ place, precision }: Wanted) => centreOf(nearSquare(cellAt(place, BITS[precision])));
  return city
    .filter((other) => other !== one && metresBetween(middle(one), middle(other)) <= radiusKm * 1000)
    .map(({ name }) => name);
}

export type Listing = {
  names: string[];
  pages: number;
  /** Of the index. */
  entries: number;
  /** Of one page, at most. */
  queries: number;
  trips: number;
  readUnits: number;
};

/** Everybody whom somebody finds, page after page, without the limit of questions an hour; and what it cost. */
export async function listNear(world: World, me: Citizen, radiusKm: number): Promise<Listing> {
  const told: Listing = { names: [], pages: 0, entries: 0, queries: 0, trips: 0, readUnits: 0 };
  let queries = 0;
  const deps: Deps = {
    ...world.deps,
    table: {
      ...world.deps.table,
      async query(...asked) {
        const page = await world.deps.table.query(...asked);
        queries += 1;
        told.entries += page.items.length;
        return page;
      },
    },
  };
  const { location = {} } = functions;
  const unlimited = { ...location, nearby: { ...location.nearby, limits: [] } } as Operations;
  let cursor: string | undefined;
  do {
    queries = 0;
    const cost = await world.costOf(async () => {
      const reply = await dispatch(deps, 'location', unlimited, {
        requestId: 'listing',
        host: 'test',
        trigger: 'client',
        operation: 'nearby',
        input: { radiusKm, ...(cursor && { cursor }) },
        token: me.token,
      });
      if (!reply.ok) throw new Error(`nearby was refused: ${JSON.stringify(reply.error)}`);
      const page = reply.data as Nearby;
      told.names.push(...page.people.map(({ card }) => card.name ?? ''));
      cursor = page.cursor;
    });
    told.pages += 1;
    told.queries = Math.max(told.queries, queries);
    told.trips = Math.max(told.trips, cost.trips);
    told.readUnits = Math.max(told.readUnits, cost.readUnits);
  } while (cursor);
  told.names.sort();
  return told;
}

/** The same numbers on every run, between 0 and 1. */
export function lots(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}
