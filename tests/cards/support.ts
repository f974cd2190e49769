import { parseToken } from '../../lib/crypto/token';
import { keys } from '../../lib/table/keys';
import { grant } from '../support/consent';
import { fullCard } from '../support/full-card';
import { type Caller, onceKey, type World } from '../support/world';

export type Shown = { cardId: string; version: number; verdicts: Record<string, string> } & Record<
  string,
  unknown
>;

export type Holder = Caller & { subjectId: string };

/** A person who has agreed to cards and to these purposes besides. */
export async function holder(world: World, openid: string, ...purposes: string[]): Promise<Holder> {
  const caller = await world.cardHolder(openid);
  await grant(world, caller, ...purposes);
  await world.ok('consent/status', {}, caller); // the hourly note of the session's use
  return { ...caller, subjectId: parseToken(caller.token)?.subjectId ?? '' };
}

export function newCard(world: World, caller: Caller, content: object = fullCard): Promise<Shown> {
  return world.ok<Shown>('cards/create', { ...content, idempotencyKey: onceKey() }, caller);
}

/** The raw items in a person's partition that rest on the consent to a purpose. */
export async function resting(world: World, subjectId: string, purpose = 'cards') {
  const items = await world.scan(keys.person(subjectId).pk);
  return items.filter(({ sk }) => (sk as { S: string }).S.startsWith(`DATA#${purpose}#`));
}

/** Somebody with a card whose name, title and phones are open to links. */
export type Giver = { caller: Holder; cardId: string };

export async function cardGiver(world: World, openid: string, content: object = fullCard): Promise<Giver> {
  const caller = await holder(world, openid);
  const { cardId } = await newCard(world, caller, content);
  const visibility = { name: 'link', title: 'link', phones: 'link', organisation: 'link' };
  await world.ok('cards/setVisibility', { cardId, version: 1, visibility }, caller);
  return { caller, cardId };
}

export function linkTo(world: World, { caller, cardId }: Giver): Promise<{ token: string; shareId: string }> {
  const input = { cardId, fields: ['name'], idempotencyKey: onceKey() };
  return world.ok('cards/share', input, caller);
}

export function offerBy(
  world: World,
  { caller, cardId }: Giver,
  token: string,
): Promise<{ offerId: string }> {
  return world.ok('cards/offer', { token, cardId, fields: ['name', 'title'] }, caller);
}

/** Both have exchanged cards: what each holds of the other. */
export async function exchange(world: World, a: Giver, b: Giver): Promise<{ byA: string; byB: string }> {
  const { offerId } = await offerBy(world, b, (await linkTo(world, a)).token);
  const input = { offerId, cardId: a.cardId, fields: ['name', 'title'] };
  const { contactId: byA } = await world.ok<{ contactId: string }>('cards/accept', input, a.caller);
  const { holders } = await world.ok<{ holders: { holderId: string; contactId: string }[] }>(
    'cards/holders',
    {},
    a.caller,
  );
  return { byA, byB: holders.find(({ contactId }) => contactId === byA)?.holderId ?? '' };
}
