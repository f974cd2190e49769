import type { StaffRole } from './partner/staff-identity';

/** The roles of the staff in words. */
export const staffRoleNames: Record<StaffRole, string> = {
  support: '客服',
  responder: '应急处置人员',
  officer: '个人信息保护负责人',
  auditor: '审计人员',
};
