import { toEpochSeconds, toInstant } from '../clock';
import { writeActs } from '../consent/write-act';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { ConsentPurposeId } from '../policy/purposes';
import { endedByRevocation } from '../policy/revoked-scopes';
import { ConditionFailed } from '../table/client';
import { keys } from '../table/keys';
import {
  type AuthorisationEvent,
  authorisationEventKey,
  noteClosingBegun,
  readAuthorisationEvent,
  settleAuthorisation,
} from '../table/person/authorisation-event';
import { waysInKinds } from '../table/person/join';
import { life } from '../table/person/life';
import { consentOf, type Person, readPerson } from '../table/person/person';
import { identitiesOf, livingWays, wayOf } from '../table/person/ways';
import { beginClosing } from './end-account/closing';
import { endWays } from './end-ways';
import type { Next, ProcessKind, StepInput } from './kind';

/**
 * What follows by itself from what WeChat tells of somebody's authorisation (promise R9; PIPL art. 15, 47): what it covered
 * ends as by a withdrawal, or the account is closed, with the same cooling-off; where another WeChat stands by itself there, only the
 * one ends that was given up, since it may be of somebody who once came in by a phone. It begins in the transaction that notes the
 * event (functions/events/note-authorisation.ts), and its number is the event's.
 */
export const authorisation: ProcessKind = { begin };

async function begin(deps: Deps, { process, self, requestId }: StepInput): Promise<Next> {
  const { subjectId = '', id } = process;
  const [item] = await deps.table.getMany([authorisationEventKey(subjectId, id)]);
  const duty = readAuthorisationEvent(item);
  if (!self || !duty || duty.settledAt !== undefined) return { to: 'end' };
  if (duty.event !== 'user_authorization_cancellation') return withdraw(deps, subjectId, duty, requestId);
  const person = readPerson(self);
  const of = wayOf(person, String(process.state.identity))?.of;
  return of !== undefined && standsWithout(person, of)
    ? endWechat(deps, person, of, duty, requestId)
    : close(deps, person, duty, requestId);
}

/** Whether another WeChat leads in that stands by itself: then the account is not only that of the one which was given up. */
const standsWithout = (person: Person, wechat: string): boolean =>
  livingWays(person).some(([, { of, phoneEpoch }]) => of !== wechat && phoneEpoch === undefined);

/** The WeChat goes with all its identities, and what was told is dealt with in the same transaction. */
async function endWechat(
  deps: Deps,
  person: Person,
  of: string,
  { event, eventId }: AuthorisationEvent,
  requestId: string,
): Promise<Next> {
  const at = toInstant(deps.clock.now());
  const entry = { at, act: 'identity.unlinked', actor: 'service', purpose: 'account' } as const;
  await endWays(deps, person, {
    which: (now) => {
      if (!standsWithout(now, of)) throw new AppError('BUSY'); // it has become the last meanwhile: look again
      return identitiesOf(now, of);
    },
    entry: { ...entry, kinds: waysInKinds, way: event, requestId },
    also: [settleAuthorisation(person.subjectId, eventId, at)],
  });
  return { to: 'end' };
}

/** The note of it and the closing are one transaction: taken back, the account is not closed by the same event again. */
async function close(deps: Deps, person: Person, duty: AuthorisationEvent, requestId: string): Promise<Next> {
  const { subjectId, lifeState } = person;
  const note = noteClosingBegun(subjectId, duty.eventId, toInstant(deps.clock.now()));
  if (duty.begunAt !== undefined) return { to: 'end' };
  if (lifeState === 'closing') return { to: 'end', writes: [note] };
  // Nobody signs in to it any more: what is to be done about it is for the staff.
  if (!life[lifeState].to.includes('closing')) return { to: 'end' };
  try {
    await beginClosing(deps, person, { actor: 'service', way: duty.event, requestId }, { also: [note] });
  } catch (error) {
    if (!(error instanceof ConditionFailed)) throw error;
  }
  return { to: 'end' };
}

/** Each consent is withdrawn once: one that was given after the event is another one. */
async function withdraw(
  deps: Deps,
  subjectId: string,
  duty: AuthorisationEvent,
  requestId: string,
): Promise<Next> {
  const { ends, byHand } = endedByRevocation(duty.scope);
  for (const purpose of ends) await withdrawOne(deps, subjectId, purpose, duty, requestId);
  const at = toInstant(deps.clock.now());
  return { to: 'end', writes: byHand ? [] : [settleAuthorisation(subjectId, duty.eventId, at)] };
}

/** WeChat tells the second in which it was, a consent the one by which: within one of the other, either may have come first. */
const SECOND = 1;

async function withdrawOne(
  deps: Deps,
  subjectId: string,
  purpose: ConsentPurposeId,
  { event, eventId, happenedAt }: AuthorisationEvent,
  requestId: string,
): Promise<void> {
  const [self] = await deps.table.getMany([keys.person(subjectId)]);
  if (!self) return;
  const person = readPerson(self);
  const given = consentOf(person, purpose);
  if (!given?.granted || given.atSeconds > toEpochSeconds(Date.parse(happenedAt)) + SECOND) return;
  const { policyVersion, epoch } = given;
  const nowMs = deps.clock.now();
  const at = toInstant(nowMs);
  const trueAt = toInstant(Math.min(nowMs, Date.parse(happenedAt)));
  const naming = { purpose, seenEntry: given.entry, request: `wechat:${eventId}` };
  await writeActs(deps, person, naming, () => ({
    entry: { at, trueAt, act: 'consent.withdrawn', actor: 'service', purpose, way: event, requestId },
    state: { granted: false, policyVersion, atSeconds: toEpochSeconds(nowMs), epoch: epoch + 1 },
    ends: true,
  }));
}
