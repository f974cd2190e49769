import { type StaffRole, staffRoles } from '../../lib/partner/staff-identity';
import { staffRoleNames } from '../../lib/staff-roles';

/** The staff of this machine: one of each role, a second officer to approve what the first proposes, and one without a role. */
export const staff: Record<string, StaffRole[]> = {
  ...Object.fromEntries(staffRoles.map((role) => [role, [role]])),
  'second-officer': ['officer'],
  nobody: [],
};

/** Of every local member of the staff. Worthless: it opens what is on this machine only. */
export const STAFF_SECRET = 'local-secret';

/** Account and roles in words, for the page where they sign in. */
export const staffInWords = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(staff).map(([id, roles]) => [id, roles.map((role) => staffRoleNames[role]).join('、')]),
  );
