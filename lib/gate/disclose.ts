import { MINUTE_MS, toInstant } from '../clock';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import { type PartnerId, type PartnerOf, partnerOf } from '../partners';
import { agreementOn } from '../policy/agreements';
import type { KindId } from '../policy/kinds';
import type { PurposeId } from '../policy/purposes';
import { type PassingKind, type Recipient, recipients } from '../policy/recipients';
import { type SendingLimit, sendingLimits } from '../policy/sending-limits';
import { beijingDay } from '../policy/working-days';
import { ConditionFailed, type Write } from '../table/client';
import { isPartnerStopped } from '../table/incident/containment';
import { appendEntry } from '../table/ledger/append';
import { tableOfRegister } from '../table/permission';
import type { Person } from '../table/person/person';
import { agreedBy, demandSame, onlyWhile } from './agreed';
import {
  type AnyLimit,
  demandAddress,
  maxAt,
  pairSources,
  spend,
  spendWrite,
  tooMany,
  unspend,
} from './limit';
import { demandPublished } from './purpose';

/**
 * The only way out. A use case holds no partner: it says who is to get what, and is lent that one partner for one call.
 * Before the call stand the policy, the agreement, the recipient's kinds, the consents in force, the limit and the
 * register, each of them found here.
 */

type Sent = {
  /** What is sent. A kind that the recipient's row does not list is refused. */
  kinds: readonly (KindId | PassingKind)[];
};

export type Disclosure<R extends PartnerId> = Sent & {
  recipient: R;
  /** One of the further purposes in the recipient's row; its consent is demanded beside that of the row's own purpose. */
  alsoFor?: PurposeId;
  /** Which way of verification, for instance. */
  way?: string;
  /** Digest of what is asked about, for a recipient with a limit on that. */
  target?: string;
  requestId: string;
};

/** What rides in the transactions of a disclosure's two entries. */
export type DisclosureWrites<T> = {
  /** With the entry before the sending: when one of these is refused, nothing is registered and nothing is sent. */
  made?: Write[];
  /** With the entry of the answer. When one of these is refused, the answer is registered all the same, and not `kept`. */
  answered?(answer: T): Write[];
};

/**
 * Sends personal data to a recipient of the registry, after the person's disclosure register says who gets what and
 * why; then notes what came back (promises D1, N5). The consents that it rests on are conditions of the register's
 * entry, so nothing is sent after they have ended; an answer that comes after that is registered and goes no further
 * (promise K3); the same where session or account have ended meanwhile. `nameOf` turns an answer into its enumerated name, never its content. Costs two trips. Answers the
 * person as the register has left them.
 * @throws ConditionFailed when a write of `made` is refused; `found` counts from the first of them
 * @throws AppError CONSENT_REQUIRED | POLICY_PENDING | PARTNER_UNAVAILABLE | TOO_MANY_ATTEMPTS, and what `send` throws
 */
export async function disclose<R extends PartnerId, T>(
  deps: Deps,
  person: Person,
  { recipient, alsoFor, kinds, way, target, requestId }: Disclosure<R>,
  send: (partner: PartnerOf<R>) => Promise<T>,
  nameOf: (answer: T) => string,
  { made = [], answered }: DisclosureWrites<T> = {},
): Promise<{ answer: T; person: Person; kept: boolean }> {
  const purpose = purposeOf(recipient, alsoFor);
  const partner = openFor(deps, recipient, kinds, purpose);
  const agreed = agreedBy(person, [recipients[recipient].purpose, purpose]);
  const demandAgreed = (now: Person) => demandSame(deps, now, agreed);
  demandAgreed(person);
  const limits = limitsOn(recipient, kinds);

  const common = { actor: 'service', purpose, recipient, requestId, ...(way && { way }) } as const;
  const at = () => toInstant(deps.clock.now());
  const opening = { ...common, at: at(), act: 'disclosure.made' as const, kinds };
  const terms = { stillAllowed: demandAgreed, change: onlyWhile(agreed) };
  const enter = async (beyond: boolean): Promise<Person> => {
    const spends = await spendsOf(deps, limits, person.subjectId, target, beyond);
    const writes = [...made, ...spends.map(({ write }) => write)];
    return appendEntry(deps, person, opening, writes, terms).catch((error: unknown) => {
      const [first] = limits;
      const refused = error instanceof ConditionFailed ? error.found : [];
      if (!first || !refused.length || refused.slice(0, made.length).some(Boolean)) throw error;
      const spent = spends.filter((_, index) => refused[made.length + index]);
      if (!beyond && spent.every(({ isCeiling }) => isCeiling)) return enter(true);
      // Whichever limit was met, the first is named: the count of a target would tell that others have asked about it.
      throw tooMany(deps, first);
    });
  };
  const registered = await enter(false);

  const cause = registered.ledgerSeq;
  const noted = (result: string) =>
    ({ ...common, at: at(), act: 'disclosure.answered', cause, result }) as const;
  // What was sent is answered whoever has signed out, left or withdrawn meanwhile: the service's own entry, on its own.
  const register = { ...deps, table: tableOfRegister(deps.table) };
  const note = (result: string) => appendEntry(register, registered, noted(result));
  // The register said so a moment ago; a version that takes effect in between is met here (promise K4).
  const sendNow = async () => {
    demandAgreed(registered);
    return send(partner);
  };
  const answer = await sendNow().catch(async (error: unknown) => {
    await note(error instanceof AppError ? error.code : 'INTERNAL');
    throw error;
  });
  try {
    demandAgreed(registered);
    const person = await appendEntry(deps, registered, noted(nameOf(answer)), answered?.(answer), terms);
    return { answer, person, kept: true };
  } catch (error) {
    const ended = error instanceof AppError;
    if (!ended && !(error instanceof ConditionFailed)) throw error;
    const after = await note(nameOf(answer));
    if (ended) throw error;
    return { answer, person: after, kept: false };
  }
}

/** A sending while nobody knows yet whose it is, so that there is no register to write: a code that signs somebody in. */
export type DisclosureBeforeAccount<R extends PartnerId> = Sent & {
  recipient: R;
  /** Where the call comes from. */
  address: string | undefined;
};

/**
 * The same before there is an account. Only for recipients that have a limit per address, which is spent first: what is
 * over it never reaches the partner, and an honest code is not used up. Costs a trip.
 * @throws AppError BAD_REQUEST | TOO_MANY_ATTEMPTS | POLICY_PENDING | PARTNER_UNAVAILABLE, and what `send` throws
 */
export async function discloseBeforeAccount<R extends PartnerId, T>(
  deps: Deps,
  { recipient, kinds, address: given }: DisclosureBeforeAccount<R>,
  send: (partner: PartnerOf<R>) => Promise<T>,
): Promise<T> {
  const partner = openFor(deps, recipient, kinds, recipients[recipient].purpose);
  const found = rowsOf(recipient).find(({ per }) => per === 'address');
  if (!found) throw new Error(`${recipient} gets nothing before there is an account`);
  const limit = inMilliseconds(found);
  const address = demandAddress(given);
  const spentAtMs = deps.clock.now();
  const used = await spend(deps, limit, address);
  const takeBack = async () => {
    if (found.refusedOnly && used > limit.max / 2) await unspend(deps, limit, address, spentAtMs);
  };
  const answer = await send(partner).catch(async (error: unknown) => {
    const refused = error instanceof AppError && error.code === 'LOGIN_CODE_INVALID';
    if (!refused) await takeBack();
    throw error;
  });
  await takeBack();
  return answer;
}

/**
 * The partner, when this may go there at all, whoever it is about.
 * @throws AppError POLICY_PENDING | PARTNER_UNAVAILABLE; Error for a kind its row does not list: a programming error
 */
export function openFor<R extends PartnerId>(
  deps: Deps,
  id: R,
  kinds: Sent['kinds'],
  purpose: PurposeId,
): PartnerOf<R> {
  const listed: readonly string[] = recipients[id].kinds;
  const unlisted = kinds.find((kind) => !listed.includes(kind));
  if (unlisted) throw new Error(`${id} is not listed as a recipient of ${unlisted}`);
  demandPublished(deps, purpose);
  demandAgreement(deps, id);
  // Nothing goes to a partner whom an incident has stopped (promise B1).
  if (isPartnerStopped(deps.policy.stops(), id)) throw new AppError('PARTNER_UNAVAILABLE');
  const partner = partnerOf(deps.partners, id);
  if (!partner) throw new AppError('PARTNER_UNAVAILABLE');
  return partner;
}

/**
 * An entrusted party gets nothing once its agreement has expired (PIPL art. 21; promise D3). The alarm is the operator's.
 * @throws AppError PARTNER_UNAVAILABLE
 */
function demandAgreement({ clock, log }: Deps, id: PartnerId): void {
  if (agreementOn(beijingDay(clock.now()), recipients[id])?.state !== 'expired') return;
  log({ event: 'alarm', partner: id, partnerCode: 'agreement-expired' });
  throw new AppError('PARTNER_UNAVAILABLE');
}

/** What a sending is for: the purpose of the recipient's row, or a further one in it. */
export function purposeOf(id: PartnerId, further: PurposeId | undefined): PurposeId {
  const { purpose, alsoFor = [] }: Recipient = recipients[id];
  if (further === undefined) return purpose;
  if (!alsoFor.includes(further)) throw new Error(`${id} is not listed for ${further}`);
  return further;
}

function rowsOf(id: PartnerId): readonly SendingLimit[] {
  return sendingLimits[id];
}

type LimitOnSending = AnyLimit & Pick<SendingLimit, 'per' | 'ceiling'>;
type Spend = { write: Write; isCeiling?: boolean };

/** The limits on a sending for a person, that on the person first. */
export function limitsOn(id: PartnerId, kinds: Sent['kinds']): LimitOnSending[] {
  return rowsOf(id)
    .filter(({ per, carrying }) => per !== 'address' && (!carrying || kinds.includes(carrying)))
    .map((row) => ({ ...inMilliseconds(row), per: row.per, ceiling: row.ceiling }));
}

/**
 * The counts of a sending, to ride with its entry in the register; `beyond` where the ceiling of a target has been met, so
 * that each person has only few tries left and no ceiling refuses them.
 */
async function spendsOf(
  deps: Deps,
  limits: LimitOnSending[],
  subjectId: string,
  target: string | undefined,
  beyond: boolean,
): Promise<Spend[]> {
  const spends = limits.map(async ({ ceiling, ...limit }): Promise<Spend[]> => {
    if (ceiling === undefined) return [{ write: await spendWrite(deps, limit, subjectId) }];
    const { own, all } = pairSources(subjectId, need(target));
    const max = maxAt({ ...limit, ceiling }, beyond ? ceiling : 0);
    const atTarget = { ...limit, max: beyond ? Number.MAX_SAFE_INTEGER : ceiling };
    return [
      { write: await spendWrite(deps, { ...limit, max }, own) },
      { write: await spendWrite(deps, atTarget, all), isCeiling: true },
    ];
  });
  return (await Promise.all(spends)).flat();
}

function inMilliseconds({ name, max, windowMinutes }: SendingLimit): AnyLimit {
  return { name, max, windowMs: windowMinutes * MINUTE_MS };
}

function need(target: string | undefined): string {
  if (target === undefined) throw new Error('a limit on the target, and no target');
  return target;
}
