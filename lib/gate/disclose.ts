import { toInstant } from '../clock';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { KindId } from '../policy/kinds';
import type { PurposeId } from '../policy/purposes';
import { type PassingKind, type Recipient, type RecipientId, recipients } from '../policy/recipients';
import { beijingDay } from '../policy/working-days';
import { ConditionFailed, type Write } from '../table/client';
import { appendEntry } from '../table/ledger/append';
import type { Person } from '../table/person/person';
import { demandPublished } from './purpose';

/**
 * An entrusted party gets nothing once its agreement has expired (PIPL art. 21; promise D3). The alarm is the operator's.
 * @throws AppError PARTNER_UNAVAILABLE
 */
function demandAgreement({ clock, log }: Deps, id: RecipientId): void {
  const { agreement }: Recipient = recipients[id];
  if (!agreement || agreement.expiresOn >= beijingDay(clock.now())) return;
  log({ event: 'alarm', partner: id, partnerCode: 'agreement-expired' });
  throw new AppError('PARTNER_UNAVAILABLE');
}

export type Disclosure = {
  recipient: RecipientId;
  purpose: PurposeId;
  kinds: readonly (KindId | PassingKind)[];
  /** Which way of verification, for instance. */
  way?: string;
  requestId: string;
};

/** What rides in the transactions of a disclosure's two entries. */
export type DisclosureWrites<T> = {
  /** With the entry before the sending: when one of these is refused, nothing is registered and nothing is sent. */
  made?: Write[];
  /**
   * With the entry of the answer. When one of these is refused, or the person no longer agrees, the answer is registered
   * all the same, and `kept` is false.
   */
  answered?(answer: T): Write[];
  /** Throws when the person no longer agrees at the very moment of registering (promise K3). */
  stillAllowed?(now: Person): void;
};

/**
 * Sends personal data to a recipient of the registry, after the person's disclosure register says who gets what and
 * why; then notes what came back (promises D1, N5). When the register cannot be written, nothing is sent. `nameOf`
 * turns an answer into its enumerated name, never its content. Costs two trips.
 */
export async function disclose<T>(
  deps: Deps,
  person: Person,
  disclosure: Disclosure,
  send: () => Promise<T>,
  nameOf: (answer: T) => string,
): Promise<T> {
  return (await discloseWith(deps, person, disclosure, send, nameOf, {})).answer;
}

/**
 * The same, with writes of the use case in the transactions of the register. Answers the person as they are afterwards too.
 * @throws ConditionFailed when a write of `made` is refused; `found` counts from the first of them
 */
export async function discloseWith<T>(
  deps: Deps,
  person: Person,
  { recipient, purpose, kinds, way, requestId }: Disclosure,
  send: () => Promise<T>,
  nameOf: (answer: T) => string,
  { made, answered, stillAllowed }: DisclosureWrites<T>,
): Promise<{ answer: T; person: Person; kept: boolean }> {
  demandPublished(deps, purpose);
  demandAgreement(deps, recipient);
  const common = { actor: 'service', purpose, recipient, requestId, ...(way && { way }) } as const;
  const at = () => toInstant(deps.clock.now());
  const opening = { ...common, at: at(), act: 'disclosure.made' as const, kinds: [...kinds] };
  const registered = await appendEntry(deps, person, opening, made, { stillAllowed });
  const note = (result: string, also?: Write[], check?: (now: Person) => void) => {
    const entry = {
      ...common,
      at: at(),
      act: 'disclosure.answered',
      cause: registered.ledgerSeq,
      result,
    } as const;
    return appendEntry(deps, registered, entry, also, { stillAllowed: check });
  };
  const answer = await send().catch(async (error: unknown) => {
    await note(error instanceof AppError ? error.code : 'INTERNAL');
    throw error;
  });
  try {
    const after = await note(nameOf(answer), answered?.(answer), stillAllowed);
    return { answer, person: after, kept: true };
  } catch (error) {
    const refused = error instanceof ConditionFailed;
    const withdrawn = error instanceof AppError && error.code === 'CONSENT_REQUIRED';
    if (!refused && !withdrawn) throw error;
    return { answer, person: await note(nameOf(answer)), kept: false };
  }
}
