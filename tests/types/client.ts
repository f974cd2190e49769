/** Compiled like entity.ts: each marked line must fail to compile. */
import { createClient, httpTransport } from '../../lib/client/client';

const api = createClient({ transport: httpTransport({ baseUrl: 'http://127.0.0.1' }) });

export async function good(): Promise<string> {
  const { token } = await api.login.signIn({ code: 'c' });
  const card = await api.cards.create({ name: '林', idempotencyKey: token });
  const { sessions } = await api.login.listSessions();
  return `${card.cardId}${sessions[0]?.place}`;
}

export const bad = [
  // @ts-expect-error a field that does not exist
  () => api.cards.create({ name: '林', idempotencyKey: 'k', nickname: 'x' }),
  // @ts-expect-error a field of the wrong type
  () => api.cards.get({ cardId: 1 }),
  // @ts-expect-error a field left out
  () => api.cards.update({ cardId: 'x', name: '林' }),
  // @ts-expect-error input left out where it is needed
  () => api.cards.get(),
  // @ts-expect-error an operation that does not exist
  () => api.cards.share({}),
  // @ts-expect-error a function that people do not call
  () => api.retention.sweep({}),
  // @ts-expect-error an output field that is not declared
  async () => (await api.login.signIn({})).openid,
];
