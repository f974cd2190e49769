import type * as z from 'zod/mini';
import type { KeyRing } from '../crypto/key-ring';
import type { Deps } from '../deps';
import type { StaffMember, StaffRole } from '../partner/staff-identity';
import type { RiskScene } from '../partner/wechat-risk';
import type { PurposeId } from '../policy/purposes';
import type { Item } from '../table/client';
import type { Sealer } from '../table/entity';
import type { Key } from '../table/keys';
import type { Person } from '../table/person/person';
import type { Browser, BrowserRule } from './browser';
import type { Call } from './call';

/**
 * An operation is data: who may call it, for which purpose, what goes in and out, what it costs and what it leaves in
 * the ledger. An officer can review a function by reading its table of these.
 */
export type CallerKind = 'anyone' | 'wechat' | 'subject' | 'staff' | 'scheduler' | 'queue';

/** A signed-in person, with what the front door has read of them. */
export type Subject = {
  kind: 'subject';
  person: Person;
  sessionId: string;
  sealer: Sealer;
  /** What `alsoRead` named, read in the same trip. */
  alsoRead: Item | undefined;
};

/**
 * One of the operator's people. When the operation is about a person, that person has been read and their ledger
 * already says who looked, why and under which ticket (promise S6).
 */
export type Staff = StaffMember & { kind: 'staff'; about: { person: Person; sealer: Sealer } | undefined };

export type CallerOf<C extends CallerKind> = C extends 'subject'
  ? Subject
  : C extends 'wechat'
    ? { kind: 'wechat'; platform: Call['platform'] }
    : C extends 'staff'
      ? Staff
      : { kind: C };

/** What `run` gets: a caller whose rights are checked and an input that is parsed. */
export type Run<C extends CallerKind, I> = {
  caller: CallerOf<C>;
  input: I;
  requestId: string;
  address: Call['address'];
  client: Call['client'];
  /** Our own page, where cookies come and go. */
  browser?: Browser | undefined;
};

/**
 * Warm costs, session and consent checks included; a test holds every operation to them. Units are DynamoDB's capacity
 * units as billed, with the person's item as full as it may be (4 KB): a transaction costs two for each KB of each item.
 */
export type Budget = { trips: number; readUnits: number; writeUnits: number };

/** At most `max` calls in a window, counted per person or per network address. Counting costs one trip. */
export type Limit = { name: string; per: 'person' | 'address'; max: number; windowMs: number };

type Lawful =
  /** A purpose of the registry; under consent purposes the gate demands a grant in force. */
  | { purpose: PurposeId; ground?: undefined }
  /** No personal data is processed, and why. */
  | { purpose: null; ground: string };

export type Operation<
  C extends CallerKind = CallerKind,
  I extends z.ZodMiniType = z.ZodMiniType,
  O extends z.ZodMiniType = z.ZodMiniType,
> = Lawful & {
  /** One sentence for the API reference, in Chinese. */
  summary: string;
  caller: C;
  input: I;
  output: O;
  /** `act`: the use case appends its own entry in the transaction of the act. */
  ledger: 'none' | 'act';
  budget: Budget;
  limits?: readonly Limit[];
  /** Staff: the roles that may call it. */
  roles?: readonly StaffRole[];
  /** Staff: the person whose data it touches; their ledger is written before anything is answered. */
  about?(input: z.output<I>): StaffAccess;
  /** Needs a fresh proof of self for exactly this act and this target (promise A6). Consuming it costs one trip. */
  proof?(input: z.output<I>): string;
  /** Refused when WeChat ranks the person as risky for such an act just now (promise A7). Costs three trips. */
  risk?: RiskScene;
  /** One more item to read with the caller, so that the whole call takes one trip. */
  alsoRead?(subjectId: string, input: z.output<I>, ring: KeyRing): Key | Promise<Key>;
  /**
   * It only ends or deletes what is the person's own, so it never asks for a consent: neither a withdrawn nor an outdated
   * one may stand in the way (PIPL art. 15; promises K3, K4).
   */
  ends?: true;
  /** Served bare by GET at this fixed path as well, for public documents that standards place there. */
  wellKnown?: `/.well-known/${string}`;
  browser?: BrowserRule;
  /** Bytes of a whole input, where the usual limit is too small for what the operation is for. */
  maxBodyBytes?: number;
  /** A page: `run` answers its HTML and its content security policy, served bare by GET at this fixed path as well. */
  page?: `/${string}`;
  run(deps: Deps, run: Run<C, z.output<I>>): Promise<z.input<O>>;
};

/** Why a member of the staff looks at a person's data. The words stay with the ticket; the ledger holds the reason's name. */
export type StaffAccess = { subjectId: string; reason: StaffReason; ticket: string };
export const staffReasons = [
  'appeal',
  'risk-review',
  'rights-request',
  'complaint',
  'incident',
  'delivery',
] as const;
export type StaffReason = (typeof staffReasons)[number];

/** Keeps an operation's types for `run` and for the typed client. */
export function operation<C extends CallerKind, I extends z.ZodMiniType, O extends z.ZodMiniType>(
  definition: Operation<C, I, O>,
): Operation<C, I, O> {
  return definition;
}

/** A function's operations by name. `any` because each has types of its own, which the typed client needs unwidened. */
// biome-ignore lint/suspicious/noExplicitAny: existential type
export type Operations = Record<string, Operation<any, any, any>>;
