/** Compiled by `npm run check`: each marked line must fail to compile, and each `Same` must hold. */
import type { cards } from '../../functions/cards/index';
import type { notify } from '../../functions/notify/index';
import {
  type Api,
  type ApiError,
  cloudTransport,
  createClient,
  httpTransport,
  newIdempotencyKey,
  wxTokenStore,
} from '../../lib/client/client';
import type { ErrorCode } from '../../lib/errors';
import type { Operation } from '../../lib/gate/operation';

type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** A table with every kind of caller: only those that are people show. */
type Mixed = {
  open: Operation<'anyone'>;
  signIn: Operation<'wechat'>;
  own: Operation<'subject'>;
  review: Operation<'staff'>;
  drain: Operation<'queue'>;
  nightly: Operation<'scheduler'>;
};

export const holds: true[] = [
  true satisfies Same<keyof Api<{ mixed: Mixed }>['mixed'], 'open' | 'signIn' | 'own' | 'review'>,
  true satisfies Same<keyof Api<{ notify: typeof notify }>, never>,
  true satisfies Same<keyof Api<{ cards: typeof cards }>['cards'], keyof typeof cards>,
  true satisfies Same<ApiError['code'], ErrorCode | 'NETWORK' | 'BAD_REPLY'>,
];

const api = createClient({ transport: httpTransport({ baseUrl: 'https://api.example.cn' }) });

/** Optional fields may be left out, and defaults are there in what comes back. */
export async function good(): Promise<string> {
  await api.login.signIn();
  const card = await api.cards.create({ name: '林', idempotencyKey: await newIdempotencyKey() });
  const phones: { number: string }[] = card.phones;
  const { cards: page, cursor } = await api.cards.list({ limit: 10 }, { proof: 'p' });
  api.useToken(undefined);
  return `${phones}${page[0]?.name}${cursor}`;
}

export const bad = [
  // @ts-expect-error the queue's operation
  () => api.retention.runProcess({ kind: '', id: '' }),
  // @ts-expect-error the timer's operation
  () => api.retention.sweep(),
  // @ts-expect-error a function that does not exist
  () => api.weather.get(),
  // @ts-expect-error a purpose that nobody is asked to consent to
  async () => api.consent.grant({ ...(await act()), purpose: 'account' }),
  // @ts-expect-error a box ticked beforehand
  async () => api.consent.grant({ ...(await act()), evidence: ticked }),
  // @ts-expect-error a card without the key that keeps it from being made twice
  () => api.cards.create({ name: '林' }),
  // @ts-expect-error an option that does not exist
  () => api.cards.list({}, { token: 'x' }),
  // @ts-expect-error an optional output taken for granted
  async (): Promise<string> => (await api.cards.list()).cursor,
  // @ts-expect-error a code that is not in the closed list
  (error: ApiError) => error.code === 'OOPS',
  // @ts-expect-error a client without a way to send
  () => createClient({}),
  // @ts-expect-error something that is no wx.cloud
  () => cloudTransport({ callContainer: () => undefined }),
  // @ts-expect-error something that is no wx
  () => wxTokenStore({ getStorageSync: () => '' }),
];

declare function act(): Promise<Parameters<Api['consent']['grant']>[0]>;
declare const ticked: { control: string; defaultState: 'checked'; dwellMs: number };
