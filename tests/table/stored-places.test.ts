import { unmarshall } from '@aws-sdk/util-dynamodb';
import { DAY_MS } from '../../lib/clock';
import { SealError } from '../../lib/crypto/suite';
import { parseToken } from '../../lib/crypto/token';
import { serviceIds, services } from '../../lib/policy/services';
import type { Encoded } from '../../lib/table/attribute';
import { cardKey } from '../../lib/table/card/card';
import type { Item } from '../../lib/table/client';
import { type Key, keys } from '../../lib/table/keys';
import { readPerson } from '../../lib/table/person/person';
import { openPerson } from '../../lib/table/person/person-key';
import type { Sealer } from '../../lib/table/sealer';
import { cardGiver, exchange, newCard } from '../cards/support';
import { agreeingPartners } from '../identity/agreeing-partners';
import { newCitizen } from '../identity/support';
import { point, switchOn } from '../location/support';
import { fields as colours, png } from '../picture/samples';
import { contact } from '../profile/budget-rows';
import { grant } from '../support/consent';
import { entities } from '../support/entities';
import { rawItem } from '../support/raw-item';
import { type Caller, createWorld, onceKey, type World } from '../support/world';

type Stored = Key & Encoded & { entity: string };

let world: World;
let me: Caller;
let subjectId: string;
let sealer: Sealer;
beforeAll(async () => {
  world = await createWorld({ partners: agreeingPartners });
  me = await world.cardHolder('me');
  subjectId = parseToken(me.token)?.subjectId ?? '';
  const [item] = await world.deps.table.getMany([keys.person(subjectId)]);
  const opened = await openPerson(world.deps, readPerson(item ?? { pk: '', sk: '' }));
  if (!opened) throw new Error('I have a key');
  sealer = opened;
});

/** What is sealed in a person's partition, the sessions inside the person's item included. */
async function sealedOf(pk: string): Promise<Stored[]> {
  const items = (await world.scan()).map((item) => unmarshall(item as never) as Stored);
  return (
    items
      .filter((item) => item.pk === pk)
      .flatMap((item) => {
        const sessions = Object.entries((item.sessions ?? {}) as Record<string, Encoded>);
        return [item, ...sessions.map(([id, one]) => ({ ...one, pk, sk: id, entity: 'session' }))];
      })
      // What lies under the key of an hour opens with nobody's own (tests/location/places).
      .filter((item) => item.sealed !== undefined && !('hour' in item))
  );
}

/** Every part and every pair of parts of what names an item: among them is the place it was sealed in. */
function namesOf(item: Stored): string[] {
  const plain = Object.values(item).filter((one) => typeof one === 'string' || typeof one === 'number');
  const parts = [
    ...new Set([...plain.map(String), ...item.sk.split('#'), item.sk.replace(/^.*#[a-z]+-/, '')]),
  ];
  return [
    '',
    'self',
    'result',
    'attributes',
    ...parts,
    ...parts.flatMap((a) => parts.map((b) => `${a}#${b}`)),
  ];
}

/** One of each thing that a person may have several of. */
async function doEverything(day: number): Promise<void> {
  const { ok } = world;
  const again = await world.signIn('me');
  await ok(
    'consent/status',
    {},
    { ...again, client: { device: 'Phone', version: '1' }, address: '203.0.113.7' },
  );
  const { cardId } = await newCard(world, me);
  const mine = { caller: { ...me, subjectId }, cardId };
  await ok('cards/setVisibility', { cardId, version: 1, visibility: { name: 'link', title: 'link' } }, me);
  const content = { name: '林晓', title: `职务 ${day}`, cardId, version: 2 };
  await ok('cards/setLogo', { cardId, version: 2, picture: png(colours(8, 8)).toString('base64') }, me);
  await ok('cards/update', { ...content, version: 3 }, me);
  await ok('cards/share', { cardId, fields: ['name'], label: '展会', idempotencyKey: onceKey() }, me);
  const { byA } = await exchange(world, mine, await cardGiver(world, `other-${day}`));
  await ok(
    'cards/updateContact',
    { contactId: byA, version: 1, note: '标记', groups: [], favourite: true },
    me,
  );
  await ok('profile/createDelivery', { ...contact, idempotencyKey: onceKey() }, me);
  const appeal = () => ({ about: 'other', words: '标记', idempotencyKey: onceKey() });
  await ok('identity/appeal', appeal(), me);
  const { appealId } = await ok<{ appealId: string }>('identity/appeal', appeal(), me);
  const decision = { subjectId, appealId, decision: 'stands', reason: '标记' };
  await ok('identity/decideAppeal', decision, { token: 'staff:a:support' });
  const asked = { kind: 'question', words: '标记', idempotencyKey: onceKey() };
  await ok('rights/askTicket', asked, me);
  const { name, idNumber } = newCitizen();
  await ok('identity/startFace', { name, idNumber, idempotencyKey: onceKey() }, me);
  await switchOn(world, me, { keepHistory: true });
  await ok('location/update', point(world), me);
}

/** Sealed by the key of an incident or of a hold, and nobody's. */
const ofNobody = [
  'disclosure',
  'frozen-item',
  'hold',
  'incident',
  'incident-entry',
  'incident-report',
  'scope',
];

/** What a person has one of, or what lies at a key of its own for each code: there is nothing to swap it with. */
const single = [
  'avatar',
  'contact-mail',
  'export',
  'face-result',
  ...ofNobody,
  'location',
  'nickname',
  'phone',
  'real-name',
  'web-sign-in',
  'wechat-account',
  ...serviceIds.map((id) => services[id].kind),
];

it('no two records of one person open in the same place, whatever they are (S5)', async () => {
  const purposes = ['delivery', 'real-name', 'real-name-face', 'location', 'location-history'];
  for (const purpose of purposes) await grant(world, me, purpose);
  await doEverything(1);
  world.wait(DAY_MS);
  await doEverything(2);

  const stored = await sealedOf(keys.person(subjectId).pk);
  const opened = stored.map((item) => {
    const opens = (id: string) => {
      try {
        const entity = entities.get(item.entity);
        entity?.decode(item, id, entity.outlives ? sealer.staying?.(entity.outlives) : sealer);
        return true;
      } catch (error) {
        if (error instanceof SealError) return false;
        throw error;
      }
    };
    const candidates = [...new Set(stored.filter((one) => one.entity === item.entity).flatMap(namesOf))];
    return { item, places: candidates.filter(opens) };
  });
  expect(opened.filter(({ places }) => places.length !== 1).map(({ item }) => item.sk)).toEqual([]);
  const several = new Set<string>();
  for (const { item, places } of opened) {
    const beside = opened.filter((one) => one.item.entity === item.entity && one.item !== item);
    if (beside.length > 0) several.add(item.entity);
    for (const one of beside) expect(one.places).not.toEqual(places);
  }
  const sealedOnes = [...entities.values()].filter(({ attributes }) =>
    Object.values(attributes).some(({ storage }) => storage === 'sealed'),
  );
  expect(
    sealedOnes
      .map(({ name }) => name)
      .filter((name) => !several.has(name))
      .sort(),
  ).toEqual(single.sort());
});

it('two cards of one person whose contents were swapped in the table are shown to nobody (S5)', async () => {
  const [one, two] = [await newCard(world, me), await newCard(world, me)];
  const [first, second] = await world.deps.table.getMany(
    [one, two].map(({ cardId }) => cardKey(subjectId, cardId)),
  );
  if (!first || !second) throw new Error('no such cards');
  const swap = (item: Item, sealed: unknown) => ({ Put: { Item: rawItem({ ...item, sealed }) } });
  expect(await world.refused('cards/get', { cardId: one.cardId }, me)).toBe('OK');
  await world.deps.table.write(swap(first, second.sealed), swap(second, first.sealed));
  for (const { cardId } of [one, two])
    expect(await world.refused('cards/get', { cardId }, me)).toBe('INTERNAL');
  await world.deps.table.write(swap(first, first.sealed), swap(second, second.sealed));
  for (const { cardId } of [one, two]) expect(await world.refused('cards/get', { cardId }, me)).toBe('OK');
});
