import type { Deps } from '../../lib/deps';
import { aboutOf, type Run } from '../../lib/gate/operation';
import { demandOwnWay } from '../../lib/gate/own-way';
import {
  beginClosing,
  type Closing,
  cancelClosing,
  closingOf,
  cutShort,
} from '../../lib/process/end-account/closing';
import { endOfAccount } from '../../lib/table/person/end-of-account';
import { goesAtEnd, staysAfterEnd } from '../../lib/table/readers/after-end';
import { demandProven } from '../../lib/table/ticket/states';
import { clearTicket } from '../../lib/table/ticket/ticket';

const NOT_AT_ONCE =
  '您是凭手机号进入这个账号的，为了不让别人借手机号删掉账号，不能立即删除；注销以后到期自动删除，不必再做什么。';

type Nothing = Record<string, never>;

/**
 * Closes the caller's account (PIPL art. 15, 47; promise R4): from now on it is only stored, and it is erased after the
 * cooling-off. Asked again it answers the same.
 */
export async function close(deps: Deps, { caller, requestId }: Run<'subject', Nothing>) {
  return asked(await beginClosing(deps, caller.person, { actor: 'self', requestId }));
}

/** Takes it back: the account is again what it was. Asked again, or of an account that nobody has closed, it says so too. */
export async function cancel(deps: Deps, { caller, requestId }: Run<'subject', Nothing>) {
  await cancelClosing(deps, caller.person.subjectId, { actor: 'self', requestId });
  return { closing: false as const };
}

/** Has the account end now. Nobody takes that back. @throws AppError NOT_NOW to who came by a phone: the days of cooling-off are for its owner */
export async function closeNow(deps: Deps, { caller, requestId }: Run<'subject', Nothing>) {
  demandOwnWay(caller, NOT_AT_ONCE);
  const { subjectId } = caller.person;
  const closing = await cutShort(deps, subjectId, { actor: 'self', requestId });
  await deps.queue.send([endOfAccount(subjectId)]);
  return asked(closing);
}

/** How it stands, what goes, and what stays for how long and by which law (PIPL art. 17, 47). */
export async function closing(deps: Deps, { caller }: Run<'subject', Nothing>) {
  const { person } = caller;
  const stands = person.lifeState === 'closing' ? await closingOf(deps, person.subjectId) : undefined;
  return {
    closing: stands !== undefined,
    ...(stands && { ...asked(stands), canCancel: !stands.begun }),
    goes: goesAtEnd(person),
    stays: staysAfterEnd(),
  };
}

type ForSomebody = { subjectId: string; ticket: string };

/**
 * Staff: closes an account for somebody who has asked for it, with the same cooling-off: who signs in meanwhile sees it and can
 * take it back. @throws AppError PROOF_REQUIRED unless the ticket rests on more than a session
 */
export async function closeFor(deps: Deps, run: Run<'staff', ForSomebody>) {
  const about = aboutOf(run.caller);
  demandProven(clearTicket(about.row));
  const { since, endsAt } = await beginClosing(deps, about.person, byStaff(run));
  return { since, endsAt };
}

/** Staff: takes a closing back for somebody who cannot sign in, such as one whose WeChat account was given up. */
export async function cancelFor(deps: Deps, run: Run<'staff', ForSomebody>) {
  await cancelClosing(deps, run.input.subjectId, byStaff(run));
  return { closing: false as const };
}

function byStaff({ caller, input, requestId }: Run<'staff', ForSomebody>) {
  const { ticket } = input;
  return { actor: 'staff', staff: caller.staffId, reason: 'rights-request', ticket, requestId } as const;
}

function asked({ since, endsAt, receiptCode }: Closing) {
  return { since, endsAt, receiptCode };
}
