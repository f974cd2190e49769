import type * as z from 'zod/mini';
import type { KeyRing } from '../crypto/key-ring';
import type { Deps } from '../deps';
import type { StaffMember, StaffRole } from '../partner/staff-identity';
import type { RiskScene } from '../partner/wechat-risk';
import type { KindId } from '../policy/kinds';
import type { PurposeId } from '../policy/purposes';
import type { PassingKind } from '../policy/recipients';
import type { Item } from '../table/client';
import type { Key } from '../table/keys';
import type { NewEntry } from '../table/ledger/ledger';
import type { Person, Session } from '../table/person/person';
import type { Sealer } from '../table/sealer';
import type { Browser, BrowserRule } from './browser';
import type { Call } from './call';
import type { StaffReason } from './ticket';

/**
 * An operation is data: who may call it, for which purpose, what goes in and out, what it costs and what it leaves in
 * the ledger. An officer can review a function by reading its table of these.
 */
export type CallerKind = 'anyone' | 'wechat' | 'subject' | 'staff' | 'scheduler' | 'queue' | 'webhook';

/** A signed-in person, with what the front door has read of them. */
export type Subject = {
  kind: 'subject';
  person: Person;
  sessionId: string;
  /** What the session is and rests on, by its record: nothing is decided by what a token came in. */
  session: Session;
  sealer: Sealer;
  /** What `alsoRead` named first, read in the same trip. */
  alsoRead: Item | undefined;
  /** What it named besides, in its order. */
  furtherRead: readonly (Item | undefined)[];
  /** The proof of self that came with the call, where the operation needs one. */
  proof: Item | undefined;
};

/**
 * One of the operator's people. When the operation is about a person, that person has been read and their ledger
 * already says who looked, why and under which ticket (promise S6). `row` is what the reason rests on (ticket.ts).
 */
export type Staff = StaffMember & { kind: 'staff'; about: About | undefined };

/** Whom a member of the staff looks at. `look` is what that person's ledger says of it: for whoever else is opened by the same call. */
export type About = { person: Person; sealer: Sealer; row: Item | undefined; look: StaffLook };
export type StaffLook = NewEntry & { act: 'staff.accessed' };

/** Whom the call is about, as the gate has read them. @throws Error in an operation that is about nobody: a programming error */
export function aboutOf({ about }: Pick<Staff, 'about'>): About {
  if (!about) throw new Error('the operation does not say whom it is about');
  return about;
}

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
 * What a call costs while everything is well: its session, consents, limits and proof included, service keys and policy known
 * already. `tests/budgets` makes the call twice for a person of its own, prepared by a row of `tests/<function>/budget-rows.ts`,
 * and measures the second. More than declared fails, and so do trips to spare, which would hide the next slow change.
 *
 * A trip is one request to the database. Units are DynamoDB's as billed: a strongly consistent read costs one for each 4 KB
 * begun, half through an index; a write one for each KB begun, of the larger of before and after; in a transaction twice that
 * for each item, also where it is only checked, and the gate adds a check of the person to most writes. The numbers allow for
 * a person's item of 4 KB, its largest. Partners and queues are no trips. What grows with the data (a page, a file, an index)
 * is said for the usual case, and the comment at the row says what each one more costs.
 */
export type Budget = { trips: number; readUnits: number; writeUnits: number };

/** At most `max` calls in a window, counted per person or per network address. Counting costs one trip. */
export type Limit = { name: string; per: 'person' | 'address'; max: number; windowMs: number };

/**
 * What an operation has to do with data about people, in the words of the policy. Declared is what says something about a
 * person; kinds of the class `technical` may be left out. The gate's own come with other fields and are not repeated: the entry
 * of the ledger (`ledger`), the count of calls (`limits`), and the hourly note of a session's time, device and place.
 * `tests/budgets` watches the table while every operation runs, and holds all three to what it has seen.
 */
export type OperationKinds = {
  /** What comes in, whether it is stored or only passes through to a partner. */
  in: readonly (KindId | PassingKind)[];
  /** What is told to whoever calls, also in part, masked or blurred. */
  out: readonly (KindId | PassingKind)[];
  /** What is decrypted, written anew or handed to a partner on the way, without coming in or being told. */
  uses?: readonly (KindId | PassingKind)[];
};

type Lawful =
  /** A purpose of the registry; under consent purposes the gate demands a grant in force. */
  | { purpose: PurposeId; ground?: undefined }
  /** No personal data is processed, and why. */
  | { purpose: null; ground: string };

export type AlsoRead = Key | readonly [Key, ...Key[]];

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
  kinds: OperationKinds;
  /**
   * `act`: the use case appends an entry that says what was done, by whom and for which purpose, to the ledger of each person
   * concerned. It goes into the very transaction of the act (`appendEntry` of lib/table/ledger/append.ts takes the other
   * writes along; the act is one of `acts` in lib/table/ledger/acts.ts), so that neither is there without the other; a
   * disclosure is entered before anything leaves (`disclose`). Names of things, numbers and kinds only, never content. A repeat
   * that changes nothing appends nothing. For `about`, the gate has entered the look, and the use case enters what is decided.
   *
   * `none`: nothing that has to be proved happens, such as people reading or arranging what is their own. Consent and its end,
   * disclosures, looks of the staff, what leads to an account, and erasures are never `none`.
   */
  ledger: 'none' | 'act';
  /**
   * It changes nothing that anybody could tell, its count of calls apart: whoever has lost the answer may ask again, and the
   * client does so by itself. A test holds it to `ledger` and `budget`.
   */
  reads?: true;
  /** Measured by `tests/budgets`, as `Budget` says. */
  budget: Budget;
  limits?: readonly Limit[];
  /** Staff: the roles that may call it. */
  roles?: readonly StaffRole[];
  /** Staff: the person whose data it touches; their ledger is written before anything is answered. */
  about?(input: z.output<I>): StaffAccess;
  /**
   * Staff: it decides or does something about that person and tells nothing of what is sealed of theirs. It is counted apart from what
   * opens something, so that neither uses up the other (staff.ts).
   */
  decides?: true;
  /** Needs a fresh proof of self for exactly this act and this target (promise A6). Consuming it costs one trip. */
  proof?(input: z.output<I>): string;
  /** What is said besides where that proof is missing, as the person reads it. */
  unproved?: string;
  /** Refused when WeChat ranks the person as risky for such an act just now (promise A7). Costs three trips. */
  risk?: RiskScene;
  /**
   * Items to read in the same trip as the caller: one, as `caller.alsoRead`, or several, of which the others come as
   * `caller.furtherRead`, in their order. Only what the id and the input name can be asked for; each costs a read unit for each
   * 4 KB even where nothing is. They are read before anything is known to be allowed, so they are somebody else's until the
   * use case has looked: the reader of the entity, with epoch and sealer, says so. Only for callers of kind `subject`.
   */
  alsoRead?(subjectId: string, input: z.output<I>, ring: KeyRing): AlsoRead | Promise<AlsoRead>;
  /**
   * It only ends or deletes what is the person's own, so it never asks for a consent: neither a withdrawn nor an outdated
   * one may stand in the way (PIPL art. 15; promises K3, K4).
   */
  ends?: true;
  /**
   * A use of the service, though it rests on no consent: whoever is only stored, because they have closed their account or
   * restricted what is done with their data, hears why not (PIPL art. 44, 47; promise R4). What the law has everybody do, what
   * is only seen and what keeps an account safe goes on.
   */
  use?: true;
  /**
   * It works on a restored table as well, before what had ended is ended there again; every other one is refused (promise S7).
   * Never for who asks over HTTP.
   */
  worksRestored?: true;
  /** Served bare by GET at this fixed path as well, for public documents that standards place there. */
  wellKnown?: `/.well-known/${string}`;
  /**
   * Served raw at this fixed path, by GET and POST, to partners that know nothing of our JSON; only for callers of kind
   * `webhook`, of whom nothing is known before the use case has looked. `run` is given what came (`webhookInput`) and answers
   * the bare text of the reply (`webhookOutput`).
   */
  webhook?: `/${string}`;
  browser?: BrowserRule;
  /** Bytes of a whole input, where the usual limit is too small for what the operation is for. */
  maxBodyBytes?: number;
  /** A page: `run` answers its HTML and its content security policy, served bare by GET at this fixed path as well. */
  page?: `/${string}`;
  run(deps: Deps, run: Run<C, z.output<I>>): Promise<z.input<O>>;
};

/**
 * Why a member of the staff looks at a person's data, and the number of what that rests on (ticket.ts). The words stay with the
 * ticket; the ledger holds the reason's name and the number.
 */
export type StaffAccess = {
  subjectId: string;
  reason: StaffReason;
  ticket: string;
  /** The act moves the ticket on: whoever has done so may send it again, and the use case answers as before or says why not. */
  movesOn?: true;
};

/** Keeps an operation's types for `run` and for the typed client. */
export function operation<C extends CallerKind, I extends z.ZodMiniType, O extends z.ZodMiniType>(
  definition: Operation<C, I, O>,
): Operation<C, I, O> {
  return definition;
}

/** A function's operations by name. `any` because each has types of its own, which the typed client needs unwidened. */
// biome-ignore lint/suspicious/noExplicitAny: existential type
export type Operations = Record<string, Operation<any, any, any>>;
