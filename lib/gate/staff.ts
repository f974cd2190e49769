import { HOUR_MS, toInstant } from '../clock';
import type { Deps } from '../deps';
import { AppError } from '../errors';
import type { StaffMember, StaffRole } from '../partner/staff-identity';
import { staffRoleNames } from '../staff-roles';
import { staffStop } from '../table/incident/containment';
import { keys } from '../table/keys';
import { appendEntry } from '../table/ledger/append';
import { askOf, demandLife } from '../table/person/life';
import { readPerson } from '../table/person/person';
import { openPerson } from '../table/person/person-key';
import type { Call } from './call';
import { spend } from './limit';
import type { About, Operation, StaffAccess } from './operation';
import { restsOn } from './ticket';

/** Persons that one member of the staff may look at in an hour: bulk reading is not possible (promise S6). */
export const STAFF_ACCESSES_PER_HOUR = {
  name: 'STAFF_ACCESSES_PER_HOUR',
  max: 30,
  windowMs: HOUR_MS,
} as const;

/** Decisions and other acts about persons of one member of the staff in an hour: each has been looked at, and takes its minute. */
export const STAFF_DECISIONS_PER_HOUR = {
  name: 'STAFF_DECISIONS_PER_HOUR',
  max: 60,
  windowMs: HOUR_MS,
} as const;

/** Why nobody decides alone on what they have drafted. */
export const DRAFTED_BY_YOU = '拟定的人不能自己批准，须由另一位工作人员决定。';
const namesOf = (roles: readonly StaffRole[]) => roles.map((role) => staffRoleNames[role]).join('、');

/**
 * A member of the staff in one of the roles asked for.
 * @throws AppError SIGN_IN_REQUIRED | CALLER_NOT_ALLOWED
 */
export async function authenticateStaff(
  deps: Deps,
  call: Call,
  roles: readonly StaffRole[] = [],
): Promise<StaffMember> {
  if (!call.token) throw new AppError('SIGN_IN_REQUIRED');
  const member = await deps.staff.verify(call.token);
  // Of whoever an incident has stopped nothing is accepted, and afterwards nothing that was issued before (promise B1).
  const stop = staffStop(deps.policy.stops(), member.staffId, member.issuedAtMs);
  if (stop === 'sign-in') throw new AppError('SIGN_IN_REQUIRED');
  if (stop === 'stopped') throw new AppError('CALLER_NOT_ALLOWED');
  if (!member.roles.some((role) => roles.includes(role)))
    throw new AppError('CALLER_NOT_ALLOWED', { why: `这件事由${namesOf(roles)}办理。` });
  return member;
}

/**
 * Opens a person's data to a member of the staff who has in hand what the reason rests on, after that person's ledger says so.
 * When the ledger cannot be written, nothing is answered; nor about somebody whose life does not meet the operation, or who has
 * no key any more.
 * @throws AppError NOT_FOUND | TOO_MANY_ATTEMPTS; NOT_NOW | CALLER_NOT_ALLOWED where the ticket is not open and theirs
 */
export async function loadPersonForStaff(
  deps: Deps,
  name: string,
  call: Call,
  member: StaffMember,
  {
    roles = [],
    kinds: { out, uses = [] },
    decides,
    ...asks
  }: Pick<Operation, 'roles' | 'kinds' | 'decides' | 'purpose' | 'ends' | 'use'>,
  { subjectId, reason, ticket, movesOn }: StaffAccess,
): Promise<About> {
  await spend(deps, decides ? STAFF_DECISIONS_PER_HOUR : STAFF_ACCESSES_PER_HOUR, member.staffId);
  const basis = restsOn[reason];
  const named = basis ? [basis.key(subjectId, ticket)] : [];
  const [item, row] = await deps.table.getMany([keys.person(subjectId), ...named]);
  if (!item) throw new AppError('NOT_FOUND');
  const known = readPerson(item);
  demandLife(known, askOf('staff', asks));
  basis?.demand(row, member.staffId, movesOn);
  const sealer = await openPerson(deps, known);
  if (!sealer) throw new AppError('NOT_FOUND');
  const look = {
    at: toInstant(deps.clock.now()),
    act: 'staff.accessed',
    actor: 'staff',
    kinds: [...out, ...uses],
    staff: member.staffId,
    role: member.roles.find((role) => roles.includes(role)) ?? '',
    way: name,
    reason,
    ticket,
    requestId: call.requestId,
  } as const;
  const person = await appendEntry(deps, known, look);
  return { person, sealer, row, look };
}
