import type { Principal } from '../../infra/capabilities/rights';
import { type Statement, statementsOf } from '../../infra/capabilities/statements';
import type { Use } from './principal';

/** One act on one thing, on one sort of partition where it is the table: the smallest right there is. */
export type Grant = { action: string; resource: string; key?: string };

/** Every right of a principal, one by one. */
export function grantsOf(principal: Principal): Grant[] {
  return statementsOf(principal).flatMap(({ actions, on, keys }) =>
    actions.flatMap((action) =>
      on.flatMap((resource): Grant[] =>
        keys ? keys.map((key) => ({ action, resource, key })) : [{ action, resource }],
      ),
    ),
  );
}

/** Whether one of the statements allows it, as IAM would say: a statement must have all of the partitions that are named. */
export function mayDo(principal: Principal, use: Use): boolean {
  const own = stated.get(principal) ?? statementsOf(principal);
  stated.set(principal, own);
  return own.some((one) => allows(one, use));
}

/** Every request of every test is compared with them, so they are made once. */
const stated = new Map<Principal, Statement[]>();
const patterns = new Map<string, RegExp>();

function allows({ actions, on, keys }: Statement, use: Use): boolean {
  if (!actions.includes(use.action) || !on.some((pattern) => matches(pattern, use.resource))) return false;
  if (!keys) return true;
  const named = use.keys ?? [];
  // `Null: false` refuses a request that names no partition; `ForAllValues` alone would take it.
  return named.length > 0 && named.every((key) => keys.some((pattern) => matches(pattern, key)));
}

/** Whether a use needs this right. */
export function needs(use: Use, { action, resource, key }: Grant): boolean {
  if (use.action !== action || !matches(resource, use.resource)) return false;
  return key === undefined || (use.keys ?? []).some((one) => matches(key, one));
}

/** StringLike. */
function matches(pattern: string, text: string): boolean {
  const known = patterns.get(pattern) ?? regExpOf(pattern);
  patterns.set(pattern, known);
  return known.test(text);
}

function regExpOf(pattern: string): RegExp {
  const parts = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${parts.join('.*')}$`);
}
