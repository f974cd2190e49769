import type { Operation, Operations } from '../../../lib/gate/operation';
import { staffRoles } from '../../../lib/partner/staff-identity';
import { kinds } from '../../../lib/policy/kinds';
import { type Purpose, purposes } from '../../../lib/policy/purposes';
import { type Recipient, recipients } from '../../../lib/policy/recipients';
import { buildRegistry, nameOfKind } from '../../../lib/policy/registry';
import { sensitiveNotices } from '../../../lib/policy/sensitive';

/** All functions' tables by name: what a deployed service can do, and nothing else. */
export type Tables = Record<string, Operations>;

/** One row an operation, one column a role of the staff: who may do what (promise S6). */
export function permissionRows(tables: Tables): { operation: string; summary: string; may: boolean[] }[] {
  return rowsOf(tables)
    .filter(({ row }) => row.caller === 'staff')
    .map(({ path, row }) => ({
      operation: path,
      summary: row.summary,
      may: staffRoles.map((role) => (row.roles ?? []).includes(role)),
    }));
}

/** What an impact assessment begins with (PIPL art. 55, 56): found in the tables and the registry, judged by nobody yet. */
export type AssessmentFacts = {
  /** Operations through which sensitive kinds go, and which. */
  sensitive: { operation: string; kinds: string[] }[];
  /** Why each sensitive kind is needed, and what it may mean for somebody. */
  notices: { kind: string; necessity: string; effect: string }[];
  /** Operations that the service may refuse by a rule of its own making. */
  automated: { operation: string; summary: string }[];
  /** Who else gets data, in which role, under which agreement until when. */
  recipients: { name: string; role: Recipient['role']; agreement: string; kinds: string[] }[];
  /** Purposes that end in everybody's seeing what was hidden. */
  public: { purpose: string; ifRefused: string }[];
};

export function assessmentFacts(tables: Tables): AssessmentFacts {
  const all = rowsOf(tables);
  const isSensitive = (kind: string): boolean => Object.hasOwn(sensitiveNotices, kind);
  const kindsOf = ({ kinds: { in: come, uses = [], out } }: Operation): string[] => [
    ...new Set<string>([...come, ...uses, ...out]),
  ];
  return {
    sensitive: all.flatMap(({ path, row }) => {
      const touched = kindsOf(row).filter(isSensitive);
      return touched.length > 0 ? [{ operation: path, kinds: touched.map(named) }] : [];
    }),
    notices: Object.entries(sensitiveNotices).map(([kind, { necessity, effect }]) => ({
      kind: named(kind),
      necessity,
      effect,
    })),
    automated: all
      .filter(({ row }) => row.risk)
      .map(({ path, row }) => ({ operation: path, summary: row.summary })),
    recipients: Object.values<Recipient>(recipients).map(({ name, role, agreement, kinds: given }) => ({
      name,
      role,
      agreement: agreement ? `${agreement.name}，至 ${agreement.expiresOn}` : '—',
      kinds: given === 'all' ? ['全部'] : given.map(named),
    })),
    // Art. 25: nothing is made public but under a consent of its own.
    public: Object.values<Purpose>(purposes)
      .filter(({ ground }) => ground.includes('第二十五条'))
      .map(({ name, ifRefused }) => ({ purpose: name, ifRefused })),
  };
}

const named = (kind: string): string => (Object.hasOwn(kinds, kind) ? nameOfKind(buildRegistry, kind) : kind);

function rowsOf(tables: Tables): { path: string; row: Operation }[] {
  return Object.entries(tables).flatMap(([name, operations]) =>
    Object.entries(operations).map(([own, row]) => ({ path: `${name}/${own}`, row })),
  );
}
