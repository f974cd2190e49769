import type * as z from 'zod/mini';
import type { audit } from '../../functions/audit/index';
import type { breach } from '../../functions/breach/index';
import type { cards } from '../../functions/cards/index';
import type { consent } from '../../functions/consent/index';
import type { events } from '../../functions/events/index';
import type { identity } from '../../functions/identity/index';
import type { location } from '../../functions/location/index';
import type { login } from '../../functions/login/index';
import type { notify } from '../../functions/notify/index';
import type { profile } from '../../functions/profile/index';
import type { retention } from '../../functions/retention/index';
import type { rights } from '../../functions/rights/index';
import type { CallOptions } from './transport';

/** Every function there is; what nobody may call disappears below. A test compares this with what is deployed. */
export type Service = {
  login: typeof login;
  consent: typeof consent;
  cards: typeof cards;
  profile: typeof profile;
  location: typeof location;
  identity: typeof identity;
  rights: typeof rights;
  breach: typeof breach;
  events: typeof events;
  retention: typeof retention;
  audit: typeof audit;
  notify: typeof notify;
};

/** Callers that are people. The queue, the timer and partners are not, so their operations are not in the client. */
type Person = 'anyone' | 'wechat' | 'subject' | 'staff';

type Callable<F> = { [Name in keyof F as F[Name] extends { caller: Person } ? Name : never]: F[Name] };
type InputOf<O> = O extends { input: infer I } ? z.input<I & z.ZodMiniType> : never;
type OutputOf<O> = O extends { output: infer R } ? z.output<R & z.ZodMiniType> : never;

/** Only an operation that needs no field may be called without input. */
type Call<O> =
  Record<string, never> extends InputOf<O>
    ? (input?: InputOf<O>, options?: CallOptions) => Promise<OutputOf<O>>
    : (input: InputOf<O>, options?: CallOptions) => Promise<OutputOf<O>>;

/** `api.<function>.<operation>(input)`: inputs as a caller writes them, outputs as they arrive. */
export type Api<S = Service> = {
  [F in keyof S as keyof Callable<S[F]> extends never ? never : F]: {
    [O in keyof Callable<S[F]>]: Call<Callable<S[F]>[O]>;
  };
};
