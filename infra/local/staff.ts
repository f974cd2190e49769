import { type StaffRole, staffRoles } from '../../lib/partner/staff-identity';

/** The staff of this machine: one of each role, a second officer to approve what the first proposes, and one without a role. */
export const staff: Record<string, StaffRole[]> = {
  ...Object.fromEntries(staffRoles.map((role) => [role, [role]])),
  'second-officer': ['officer'],
  nobody: [],
};

/** Of every local member of the staff. Worthless: it opens what is on this machine only. */
export const STAFF_SECRET = 'local-secret';

const roleNames: Record<StaffRole, string> = {
  support: '客服',
  responder: '应急处置人员',
  officer: '个人信息保护负责人',
  auditor: '审计人员',
};

/** Account and roles in words, for the page where they sign in. */
export const staffInWords = (): Record<string, string> =>
  Object.fromEntries(
    Object.entries(staff).map(([id, roles]) => [id, roles.map((role) => roleNames[role]).join('、')]),
  );
