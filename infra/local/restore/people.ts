import { createHash } from 'node:crypto';
import {
  type Api,
  createClient,
  httpTransport,
  memoryTokenStore,
  newIdempotencyKey,
} from '../../../lib/client/client';
import { parseToken } from '../../../lib/crypto/token';
import { post } from '../post';
import { ladenPictures } from '../promises/pictures';
import type { Region } from './region';

/** Somebody with a card and an avatar, and what tells theirs from everybody else's. */
export type Citizen = { openid: string; token: string; subjectId: string; cardId: string; name: string };

/** Calls of somebody against the functions that run now. */
export function as(region: Region, token?: string): Api {
  const store = memoryTokenStore();
  if (token !== undefined) store.set(token);
  const transport = httpTransport({ baseUrl: region.api(), device: 'HUAWEI Mate 60', version: '1.0.0' });
  return createClient({ transport, token: store });
}

/** Signs a WeChat person in; a new one when none is named. */
export async function signIn(region: Region, known?: string) {
  const { sandbox } = region.services;
  // The sandbox of another region has not met them.
  const { openid = '' } = await post(
    `${sandbox}/sandbox/people`,
    known === undefined ? {} : { openid: known },
  );
  const { code = '' } = await post(`${sandbox}/sandbox/people/${openid}/code`, {});
  return { openid, ...(await as(region).login.signIn({ code })) };
}

/** A new person with a card that they show by links. */
export async function citizen(region: Region, name: string): Promise<Citizen> {
  const { openid, token } = await signIn(region);
  const api = as(region, token);
  for (const purpose of ['cards', 'profile'] as const) await agree(api, purpose);
  const { cardId } = await api.cards.create({ name, title: '工程师', ...(await once()) });
  await api.cards.setVisibility({ cardId, version: 1, visibility: { name: 'link', title: 'link' } });
  return { openid, token, subjectId: parseToken(token)?.subjectId ?? '', cardId, name };
}

/** Both have each other's card afterwards. */
export async function exchangeCards(region: Region, one: Citizen, two: Citizen): Promise<void> {
  const [mine, theirs] = [as(region, one.token), as(region, two.token)];
  const { token } = await mine.cards.share({ cardId: one.cardId, fields: ['name'], ...(await once()) });
  const { offerId } = await theirs.cards.offer({ token, cardId: two.cardId, fields: ['name'] });
  await mine.cards.accept({ offerId, cardId: one.cardId, fields: ['name'] });
}

const once = async () => ({ idempotencyKey: await newIdempotencyKey() });

export async function agree(api: Api, purpose: 'cards' | 'profile', granted = true): Promise<void> {
  const { consents } = await api.consent.status();
  const seenEntry = consents.find((one) => one.purpose === purpose)?.seenEntry ?? 0;
  const { version: policyVersion, textHash } = await api.consent.policy();
  const evidence = { control: 'consent.agree', defaultState: 'unchecked', dwellMs: 5000 } as const;
  const act = {
    purpose,
    seenEntry,
    policyVersion,
    textHash,
    language: 'zh-CN',
    evidence,
    ...(await once()),
  } as const;
  await (granted ? api.consent.grant(act) : api.consent.withdraw(act));
}

/** An avatar. Whoever has just uploaded one is erased in full only when its address can bring nothing any more. */
export async function wearPicture(api: Api): Promise<void> {
  const [[contentType, file] = ['image/png', Buffer.alloc(0)] as const] = ladenPictures;
  const sha256 = createHash('sha256').update(file).digest('hex');
  const ticket = await api.profile.requestAvatarUpload({ contentType, bytes: file.length, sha256 });
  const { method, headers } = ticket;
  await fetch(ticket.url, { method, headers, body: new Uint8Array(file) });
  await api.profile.confirmAvatar({ uploadId: ticket.uploadId });
}
