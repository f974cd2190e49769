import type { Api } from '../../lib/client/client';
import { newIdempotencyKey } from '../../lib/client/client';
import { actOn, clientOf, type Where } from './journey/people';
import { post } from './post';
import { staffClientAt } from './staff-client';
import { type Townsperson, town } from './town';

/** Where the demo always answers, so that addresses can be pasted, bookmarked and written into a mini-program. */
export const demoPorts = { api: 18080, sandbox: 18081, console: 18082, staff: 18083 };

type Settled = { api: Api; cardId: string; token: string };
type Place = Where & { staffIssuer: string };

/**
 * Fills a service with the people of a small town, by the operations that people call and with the consents that these ask for: their
 * cards, who has whose, who is near, and what waits for the staff. They sign in as anybody does, by the openid in `town`.
 * A service that keeps its data is filled once.
 */
export async function fillTown(where: Place): Promise<void> {
  const settled = new Map<string, Settled>();
  for (const person of town) {
    const one = await settle(where, person);
    if (!one) return;
    settled.set(person.openid, one);
  }
  for (const { openid, meets = [] } of town)
    for (const other of meets) await exchange(at(settled, openid), at(settled, other));
  await leaveWork(where, at(settled, 'o-chen-wei'), at(settled, 'o-he-jing'));
}

function at(settled: Map<string, Settled>, openid: string): Settled {
  const one = settled.get(openid);
  if (!one) throw new Error(`nobody in the town is ${openid}`);
  return one;
}

/** Somebody signs in, binds a phone, and has a card that links show; undefined for who has lived here before. */
async function settle(
  where: Place,
  { openid, phone, card, isPublic, near }: Townsperson,
): Promise<Settled | undefined> {
  const people = `${where.sandbox}/sandbox/people`;
  await post(people, { openid });
  const api = clientOf(where, '华为 Mate 60', openid);
  const { code = '' } = await post(`${people}/${openid}/code`, {});
  const { newAccount } = await api.login.signIn({ code });
  if (!newAccount) return undefined;
  const agree = async (purpose: Parameters<typeof actOn>[2]) =>
    api.consent.grant(await actOn(api, 0, purpose));
  await agree('cards');
  await agree('phone');
  const tap = await post(`${people}/${openid}/phone-code`, { phone });
  await api.login.bindPhone({ code: tap.code ?? '' });

  const content = { ...card, phones: [{ number: phone, label: 'mobile' as const }] };
  const { cardId, version } = await api.cards.create({
    ...content,
    idempotencyKey: await newIdempotencyKey(),
  });
  const audience = isPublic ? ('everyone' as const) : ('link' as const);
  if (isPublic) await agree('card-public');
  const shown = { name: audience, title: audience, organisation: audience };
  await api.cards.setVisibility({ cardId, version, visibility: { ...shown, phones: 'link' } });
  await api.cards.setDefault({ cardId });
  const { token } = await api.cards.share({
    cardId,
    fields: ['name', 'title', 'organisation', 'phones'],
    lifeHours: 24 * 30,
    idempotencyKey: await newIdempotencyKey(),
  });
  if (near) {
    await agree('location');
    await api.location.settings({ version: 0, precision: '1km', findable: 'mutual' });
    const [latitude, longitude] = near;
    const takenAt = new Date().toISOString();
    const measured = { system: 'gcj02', accuracyMetres: 100, source: 'wifi', takenAt };
    await api.location.update({ point: { ...measured, latitude, longitude } });
  }
  return { api, cardId, token };
}

/** The one opens the other's link and offers a card; each has the other's from then on. */
async function exchange(asker: Settled, owner: Settled): Promise<void> {
  const fields = ['name', 'title', 'organisation', 'phones'] as const;
  await asker.api.cards.open({ token: owner.token });
  const { offerId } = await asker.api.cards.offer({
    token: owner.token,
    cardId: asker.cardId,
    fields: [...fields],
  });
  await owner.api.cards.accept({ offerId, cardId: owner.cardId, fields: [...fields] });
}

/** What the staff find when they sign in: a question, a complaint about a card, and an incident that is only a drill. */
async function leaveWork(where: Place, asker: Settled, reported: Settled): Promise<void> {
  const ask = { kind: 'question', words: '我换了单位，旧名片还在别人的名片夹里吗？' } as const;
  await asker.api.rights.askTicket({ ...ask, idempotencyKey: await newIdempotencyKey() });
  await asker.api.cards.reportCard({
    token: reported.token,
    category: '骚扰诈骗',
    words: '自称代办社保，要求先转账。',
  });
  const responder = await staffClientAt(where.api, where.staffIssuer, 'responder');
  await responder.breach.declare({
    title: '演练：导出接口未校验权限',
    learnedAt: new Date().toISOString(),
    drill: true,
    kinds: [],
    idempotencyKey: await newIdempotencyKey(),
  });
}
