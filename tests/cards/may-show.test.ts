import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { cards } from '../../functions/cards/index';
import { location } from '../../functions/location/index';
import { contentKinds } from '../../lib/card/field-rules';
import { shownCard, shownToStrangers } from '../../lib/card/schema';
import { cardKey } from '../../lib/table/card/card';
import { type ClearCard, clearCard, takeDown } from '../../lib/table/card/taken-down';
import { putBlock } from '../../lib/table/sharing/block';
import { agreeingPartners } from '../identity/agreeing-partners';
import { newCitizen } from '../identity/support';
import { here, namesNear, point, switchOn } from '../location/support';
import { holdsFor } from '../proof/sample';
import { giveBoundPhone } from '../support/bound-phone';
import { grant, withdraw } from '../support/consent';
import { fullCard } from '../support/full-card';
import { putInto } from '../support/life';
import { createWorld, onceKey, type World } from '../support/world';
import { exchange, type Holder, holder, linkTo, newCard, offerBy } from './support';

let world: World;
beforeAll(async () => {
  const trueIdentity = [{ from: '2017-06-01', suffices: ['phone', 'real-name'] as const }];
  world = await createWorld({ partners: agreeingPartners, trueIdentity });
});

type Party = { caller: Holder; cardId: string };
type Pair = { owner: Party; viewer: Party; token: string; shareId: string; contactId: string };
const NAME = '标记某人';
const NICKNAME = '标记昵称';

let people = 0;
async function party(name: string, longitude: number): Promise<Party> {
  people += 1;
  const caller = await holder(
    world,
    `shown-${people}`,
    ...['location', 'card-public', 'viewer-name', 'profile'],
  );
  await giveBoundPhone(world, caller);
  const { cardId } = await newCard(world, caller, { ...fullCard, name });
  const visibility = { name: 'everyone', title: 'link' };
  await world.ok('cards/setVisibility', { cardId, version: 1, visibility }, caller);
  await switchOn(world, caller);
  await world.ok('location/update', point(world, { ...here, longitude }), caller);
  return { caller, cardId };
}

/** Two people of whom the second sees the first in every way that there is. */
async function pair(): Promise<Pair> {
  const longitude = here.longitude + people / 4; // far from every other pair
  const [owner, viewer] = [await party(NAME, longitude), await party('看的人', longitude)];
  await world.ok('profile/update', { version: 0, nickname: NICKNAME }, owner.caller);
  const theirs = await linkTo(world, viewer);
  await world.ok('cards/open', { token: theirs.token }, owner.caller);
  const { byA: contactId } = await exchange(world, viewer, owner);
  await offerBy(world, owner, theirs.token); // once more, and it waits
  return { owner, viewer, ...(await linkTo(world, owner)), contactId };
}

/** Every way in which somebody is shown something of somebody else, and what of theirs is seen by it. */
const ways: Record<string, (of: Pair) => Promise<unknown>> = {
  link: ({ viewer, token }) => world.call('cards/open', { token }, viewer.caller),
  folder: ({ viewer }) => world.call('cards/folder', {}, viewer.caller),
  contact: ({ viewer, contactId }) => world.call('cards/contact', { contactId }, viewer.caller),
  offer: ({ viewer }) => world.call('cards/offers', {}, viewer.caller),
  nearby: ({ viewer }) => world.call('location/nearby', {}, viewer.caller),
  name: ({ viewer }) => world.call('cards/viewers', {}, viewer.caller),
  'who used my data': ({ viewer }) => world.call('rights/usage', {}, viewer.caller),
};
const all = Object.keys(ways);
const cardWays = all.filter((way) => !['name', 'who used my data'].includes(way));

async function seen(of: Pair): Promise<string[]> {
  const found: string[] = [];
  for (const [way, look] of Object.entries(ways)) {
    const text = JSON.stringify(await look(of));
    if (text.includes(NAME) || text.includes(NICKNAME)) found.push(way);
  }
  return found;
}

const block = (by: Party, other: Party) =>
  world.deps.table.write(
    ...putBlock(by.caller.subjectId, {
      blockedId: other.caller.subjectId,
      blockedAt: '2026-12-01T00:00:00.000Z',
    }),
  );
const onCard = ({ owner }: Pair, path: string, change: object) =>
  world.ok(path, { cardId: owner.cardId, ...change }, owner.caller);
const becomes =
  (state: Parameters<typeof putInto>[2]) =>
  ({ owner }: Pair) =>
    putInto(world.deps.table, owner.caller.subjectId, state);

/** Every event that ends it, each by itself, and by which ways nothing is seen from then on. */
const endings: Record<string, { ends: string[]; by(of: Pair): Promise<unknown> }> = {
  'the owner blocks': { ends: all, by: ({ owner, viewer }) => block(owner, viewer) },
  'the viewer blocks': { ends: all, by: ({ owner, viewer }) => block(viewer, owner) },
  'the owner restricts (R7)': { ends: all, by: ({ owner }) => world.ok('rights/restrict', {}, owner.caller) },
  'the owner is closing': { ends: all, by: becomes('closing') },
  'the owner is held': { ends: all, by: becomes('held') },
  'the owner has died': { ends: all, by: becomes('deceased') },
  'the owner has left': { ends: all, by: becomes('left') },
  'the owner withdraws from cards': {
    ends: cardWays,
    by: ({ owner }) => withdraw(world, owner.caller, 'cards'),
  },
  'the card is deleted': { ends: cardWays, by: (of) => onCard(of, 'cards/delete', { version: 2 }) },
  'the card is taken down': {
    ends: cardWays,
    by: async ({ owner: { caller, cardId } }) => {
      const [item] = await world.deps.table.getMany([cardKey(caller.subjectId, cardId)]);
      const card = clearCard(item, 0) as ClearCard;
      const by = { at: '2026-12-01T00:00:00.000Z', by: 'x' };
      await world.deps.table.write(takeDown(caller.subjectId, card, '骚扰诈骗', by));
    },
  },
  'the words turn risky (C1)': {
    ends: cardWays,
    by: (of) => onCard(of, 'cards/update', { ...fullCard, name: `${NAME}标记违规`, version: 2 }),
  },
  'the field is closed (C2)': {
    ends: cardWays,
    by: (of) => onCard(of, 'cards/setVisibility', { version: 2, visibility: { name: 'nobody' } }),
  },
  'the field is for links only (C2)': {
    ends: ['nearby'],
    by: (of) => onCard(of, 'cards/setVisibility', { version: 2, visibility: { name: 'link' } }),
  },
  'the consent to everyone ends (C2)': {
    ends: ['nearby'],
    by: ({ owner }) => withdraw(world, owner.caller, 'card-public'),
  },
  'the phone is unbound, by which the owner was known (网络安全法 art. 26)': {
    ends: ['nearby'],
    by: ({ owner }) => world.ok('login/unbindPhone', {}, owner.caller),
  },
  'the consent to that phone ends (网络安全法 art. 26)': {
    ends: ['nearby'],
    by: ({ owner }) => withdraw(world, owner.caller, 'phone'),
  },
  'the link is revoked (C3)': {
    ends: ['link'],
    by: ({ owner, shareId }) => world.ok('cards/revoke', { shareId }, owner.caller),
  },
  'all links are revoked (C3)': {
    ends: ['link'],
    by: ({ owner }) => world.ok('cards/revokeAll', {}, owner.caller),
  },
  'the card is recalled from this holder (C4)': {
    ends: ['folder', 'contact'],
    by: async ({ owner: { caller } }) => {
      const { holders } = await world.ok<{ holders: object[] }>('cards/holders', {}, caller);
      await world.ok('cards/recall', { holderId: (holders[0] as { holderId: string }).holderId }, caller);
    },
  },
  'the card is recalled from everybody (C4)': {
    ends: ['folder', 'contact', 'offer'],
    by: (of) => onCard(of, 'cards/recallAll', {}),
  },
  'the offer is taken back (C4)': {
    ends: ['offer'],
    by: async ({ owner }) => {
      const { offers } = await world.ok<{ offers: object[] }>('cards/sentOffers', {}, owner.caller);
      await world.ok('cards/takeBack', { offerId: (offers[0] as { offerId: string }).offerId }, owner.caller);
    },
  },
  'the owner stops': { ends: ['nearby'], by: ({ owner }) => world.ok('location/stop', {}, owner.caller) },
  'the nickname turns risky (C1)': {
    ends: ['name', 'who used my data'],
    by: ({ owner }) =>
      world.ok('profile/update', { version: 1, nickname: `${NICKNAME}标记违规` }, owner.caller),
  },
  'the owner will not be named any more (C6)': {
    ends: ['name', 'who used my data'],
    by: ({ owner }) => withdraw(world, owner.caller, 'viewer-name'),
  },
};

describe('every way to see somebody, and every event that ends it (C2–C6, L3, R7)', () => {
  it('nothing is seen by any way that has ended, and by every other all of it', () =>
    holdsFor(Object.keys(endings), 2, async (ending) => {
      const { ends, by } = endings[ending] as (typeof endings)[string];
      const of = await pair();
      expect(await seen(of)).toEqual(all);
      await by(of);
      expect({ [ending]: await seen(of) }).toEqual({ [ending]: all.filter((way) => !ends.includes(way)) });
    }));

  it('whoever is shown to everyone is known at every moment, by whichever way, and so is who looks (网络安全法 art. 26)', async () => {
    const { owner, viewer } = await pair();
    const near = () => namesNear(world, viewer.caller);
    await grant(world, owner.caller, 'real-name');
    const { name, idNumber } = newCitizen();
    const citizen = { name, idNumber, idempotencyKey: onceKey() };
    await world.ok('identity/verify', citizen, owner.caller);
    await world.ok('login/unbindPhone', {}, owner.caller);
    expect(await near()).toEqual([NAME]); // the verified name suffices
    await withdraw(world, owner.caller, 'real-name');
    expect(await near()).toEqual([]);
    const reply = await world.call('location/nearby', {}, owner.caller);
    expect(reply).toMatchObject({
      error: { code: 'NOT_NOW', details: { why: expect.stringContaining('网络安全法') } },
    });
    await giveBoundPhone(world, owner.caller);
    expect(await near()).toEqual([NAME]); // what they had opened they have not closed
  });

  it('an offer that a block or a recall has met is not accepted either', async () => {
    const of = await pair();
    const { viewer } = of;
    const { offers } = await world.ok<{ offers: { offerId: string }[] }>('cards/offers', {}, viewer.caller);
    await onCard(of, 'cards/recallAll', {});
    const accept = { offerId: offers[0]?.offerId, cardId: viewer.cardId, fields: ['name'] };
    expect(await world.refused('cards/accept', accept, viewer.caller)).toBe('NOT_FOUND');
  });
});

describe('what operations answer of somebody else', () => {
  /** What a person is answered of their own. */
  const own = [
    ...[
      'create',
      'get',
      'list',
      'update',
      'restore',
      'history',
      'setVisibility',
      'setRealNameMark',
      'checkAgain',
    ],
    ...[
      'setLogo',
      'removeLogo',
      'setDefault',
      'arrange',
      'exportVCard',
      'importVCard',
      'phoneContact',
      'signCard',
    ],
  ];
  const schemas = (schema: unknown, met = new Set<unknown>()): Set<unknown> => {
    if (typeof schema !== 'object' || schema === null || met.has(schema)) return met;
    met.add(schema);
    const { def, shape } = schema as { def?: Record<string, unknown>; shape?: Record<string, unknown> };
    for (const part of [...Object.values(def ?? {}), ...Object.values(shape ?? {})]) schemas(part, met);
    return met;
  };

  it('is a card that mayShow has made, in every operation whose row has words of a card going out', () => {
    const rows = Object.entries({ ...cards, ...location }).filter(
      ([name, { caller, kinds }]) =>
        caller === 'subject' &&
        !own.includes(name) &&
        kinds.out.some((kind) => (contentKinds as readonly string[]).includes(kind)),
    );
    expect(rows.map(([name]) => name).sort()).toEqual([
      'accept',
      'contact',
      'folder',
      'nearby',
      'offers',
      'open',
    ]);
    for (const [name, { output }] of rows) {
      const met = schemas(output);
      expect({ [name]: met.has(shownCard) || met.has(shownToStrangers) }).toEqual({ [name]: true });
    }
  });

  it('is made in one file, and the words in another: nobody else says of anything that it may be shown or has passed', () => {
    const made = sources().filter(({ text }) => /\bas (unknown as )?(Shown|Checked|Naming)/.test(text));
    expect(made.map(({ file }) => file)).toEqual(['lib/card/shown.ts', 'lib/table/sharing/may-show.ts']);
  });
});

function sources(): { file: string; text: string }[] {
  const root = join(__dirname, '../..');
  return ['functions', 'lib']
    .flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((file) =>
        join(folder, file),
      ),
    )
    .filter((file) => file.endsWith('.ts'))
    .map((file) => ({ file, text: readFileSync(join(root, file), 'utf8') }));
}
